package org.mailroom.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What makes things fail, over the control of a tenant in a process of its own. */
class DemoControlFaultsTest {

  private static final String AT = "address=" + DemoClient.MAILBOX;

  private static DemoTenant tenant;
  private static DemoControl control;
  private static DemoClient client;

  @BeforeAll
  static void start() throws Exception {
    tenant = DemoTenant.start();
    control = new DemoControl(tenant);
    client = new DemoClient(tenant);
  }

  @AfterAll
  static void stop() {
    control.close();
    tenant.close();
  }

  @BeforeEach
  void begin() throws Exception {
    assertThat(tell("/reset")).isEqualTo("200 done");
    assertThat(tell("/mailbox?" + AT + "&messages=3")).isEqualTo("200 done");
    client.signIn();
  }

  private static String tell(String call) throws Exception {
    return client.control(control, call);
  }

  @Test
  void calls_fail_in_every_kind_and_large_pages_and_a_share_for_a_time() throws Exception {
    tell("/fault?call=/messages&kind=HTML&times=always");
    assertThat(client.page("").body()).contains("<html>");
    assertThat(client.page("").body()).contains("<html>");
    tell("/reset");
    tell("/mailbox?" + AT + "&messages=3");
    client.signIn();
    tell("/large-pages?size=3&status=504");
    assertThat(client.page("$top=3").statusCode()).isEqualTo(504);
    assertThat(client.page("$top=2").statusCode()).isEqualTo(200);
    assertThat(tell("/faults?seed=1&share=1&of=WRONG_ANSWERS,OUTAGES&seconds=0"))
        .isEqualTo("200 done");
    assertThat(client.page("$top=2").statusCode()).isEqualTo(200);
    assertThat(tell("/faults?seed=1&share=1&of=EARTHQUAKES")).startsWith("400 ");
  }

  @Test
  void a_mailbox_fails_and_the_service_s_clock_is_wrong() throws Exception {
    tell("/clock?ahead=86400");
    tell("/mailbox-fault?" + AT + "&status=429&code=TooManyRequests&retry-after=date:PT900S");
    HttpResponse<String> throttled = client.page("");
    assertThat(throttled.statusCode()).isEqualTo(429);
    assertThat(throttled.headers().firstValue("Retry-After").orElseThrow())
        .endsWith(" GMT")
        .isNotEqualTo(throttled.headers().firstValue("Date").orElseThrow());
    tell("/mailbox-fault?" + AT);
    assertThat(client.page("").statusCode()).isEqualTo(200);
    tell("/token-loops?requests=2&seconds=60");
    client.askForToken();
    assertThat(client.askForToken().statusCode()).isEqualTo(429);
  }

  @Test
  void one_message_makes_things_fail_and_heals() throws Exception {
    tell("/message-fault?" + AT + "&message=1&spot=PAGE&kind=BROKEN");
    assertThat(client.page("$top=3").body()).contains("Plain message", "}{\"error\":");
    tell("/heal?" + AT + "&message=1");
    assertThat(client.json(client.page("$top=3")).path("value")).hasSize(3);
    tell(
        "/message-fault?"
            + AT
            + "&message=1&spot=CHANGE&status=412&code=ErrorIrresolvableConflict&times=1");
    DemoMessage message = tenant.mailbox(DemoClient.MAILBOX).messages().get(1);
    assertThat(client.part(client.mark(message), 0).path("status").asInt()).isEqualTo(412);
    client.mark(message);
    client.mark(message);
    assertThat(tell("/patches?" + AT + "&message=1")).isEqualTo("200 2 1");
    assertThat(tell("/writes")).isEqualTo("200 0 0 2 1");
    tell("/message-property?" + AT + "&message=1&name=body/contentType&value=somethingNobodyKnows");
    assertThat(client.get(DemoClient.path(message)).body()).contains("somethingNobodyKnows");
    tell("/attachment?" + AT + "&megabytes=1");
    tell("/scan?" + AT + "&message=3");
    assertThat(
            client
                .get(
                    DemoClient.path(tenant.mailbox(DemoClient.MAILBOX).messages().get(3))
                        + "/attachments")
                .body())
        .contains("ATP Scan In Progress");
    assertThat(tell("/heal?" + AT + "&message=9")).startsWith("400 ");
    assertThat(tell("/message-fault?" + AT + "&message=1&spot=MARS&status=500")).startsWith("400 ");
    assertThat(tell("/poison?" + AT + "&seed=1&never=1"))
        .contains("NEVER " + message.immutableId());
    assertThat(tell("/folder?" + AT + "&name=Inbox&name2=24/7"))
        .isEqualTo("200 " + tenant.mailbox(DemoClient.MAILBOX).createFolder("Inbox", "24/7"));
  }

  @Test
  void violations_are_told_a_line_each_and_forgotten() throws Exception {
    assertThat(tell("/violations")).isEqualTo("200 none");
    client.signIn();
    assertThat(tell("/violations?reset=true"))
        .contains(" NEEDLESS_TOKEN ", "POST /", "/oauth2/v2.0/token")
        .doesNotContain("\n");
    assertThat(tell("/violations")).isEqualTo("200 none");
    tell("/clients-restart");
    client.signIn();
    assertThat(tell("/violations")).isEqualTo("200 none");
  }
}
