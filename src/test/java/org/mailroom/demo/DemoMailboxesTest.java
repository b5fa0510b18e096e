package org.mailroom.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayInputStream;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.mailroom.demo.DemoFaults.Fault;
import org.mailroom.demo.DemoFaults.Kind;

/**
 * Mailboxes that refuse, names that are hard, the service's clock, and an identity platform that
 * has had enough.
 */
class DemoMailboxesTest {

  private static DemoTenant tenant;
  private static DemoClient client;
  private DemoMailbox mailbox;

  @BeforeAll
  static void start() throws Exception {
    tenant = DemoTenant.start();
    client = new DemoClient(tenant);
  }

  @AfterAll
  static void stop() {
    tenant.close();
  }

  @BeforeEach
  void begin() throws Exception {
    tenant.reset();
    mailbox = tenant.mailbox(DemoClient.MAILBOX);
    mailbox.deliver(DemoMail.plain(1));
    tenant.mailbox("other@contoso.com").deliver(DemoMail.plain(2));
    client.signIn();
  }

  @ParameterizedTest
  @CsvSource({
    "401, InvalidAuthenticationToken",
    "403, ErrorQuotaExceeded",
    "507, ErrorQuotaExceeded",
    "503, ErrorMailboxInfoStale",
    "429, TooManyRequests"
  })
  void a_mailbox_refuses_every_request_and_every_token_while_others_take_them(
      int status, String code) throws Exception {
    mailbox.fails(Fault.status(status, code));
    for (int i = 0; i < 2; i++) {
      HttpResponse<String> refused = client.page("");
      assertThat(refused.statusCode()).isEqualTo(status);
      assertThat(client.json(refused).path("error").path("code").asText()).isEqualTo(code);
      assertThat(client.part(client.mark(mailbox.messages().get(0)), 0).path("status").asInt())
          .isEqualTo(status);
      assertThat(client.get("/users/other@contoso.com/messages").statusCode()).isEqualTo(200);
      client.signIn();
    }
    mailbox.fails(null);
    assertThat(client.page("").statusCode()).isEqualTo(200);
  }

  @Test
  void
      throttling_comes_for_ever_with_zero_with_none_with_a_long_wait_and_with_a_date_of_the_service_s_time()
          throws Exception {
    for (String header : new String[] {"0", null, "900"}) {
      mailbox.fails(Fault.throttled(header));
      for (int i = 0; i < 3; i++) {
        HttpResponse<String> throttled = client.page("");
        assertThat(throttled.statusCode()).isEqualTo(429);
        assertThat(throttled.headers().firstValue("Retry-After").orElse(null)).isEqualTo(header);
      }
    }
    tenant.clock(Duration.ofDays(1));
    mailbox.fails(Fault.throttled("date:PT5S"));
    HttpResponse<String> throttled = client.page("");
    Instant date = date(throttled, "Date");
    assertThat(date)
        .isBetween(
            Instant.now().plus(Duration.ofHours(23)), Instant.now().plus(Duration.ofHours(25)));
    assertThat(Duration.between(date, date(throttled, "Retry-After")))
        .isBetween(Duration.ofSeconds(4), Duration.ofSeconds(6));
    assertThat(client.get("/users/other@contoso.com/messages").statusCode())
        .as("tokens are as old as they are")
        .isEqualTo(200);
  }

  private static Instant date(HttpResponse<String> answer, String header) {
    return ZonedDateTime.parse(
            answer.headers().firstValue(header).orElseThrow(), DateTimeFormatter.RFC_1123_DATE_TIME)
        .toInstant();
  }

  @Test
  void a_user_whose_name_begins_with_a_dollar_is_a_key_in_quotes() throws Exception {
    tenant.mailbox("$cash@contoso.com").deliver(DemoMail.plain(1));
    for (int i = 0; i < 12; i++) {
      tenant.mailbox("$cash@contoso.com").deliver(DemoMail.plain(i));
    }
    for (String wrong :
        new String[] {
          "/users/$cash@contoso.com/messages", "/users/%24cash%40contoso.com/messages"
        }) {
      HttpResponse<String> refused = client.get(wrong);
      assertThat(refused.statusCode()).isEqualTo(400);
      assertThat(client.json(refused).path("error").path("code").asText()).isEqualTo("BadRequest");
      assertThat(
              client.part(client.send(client.batch("GET", null, wrong)), 0).path("status").asInt())
          .isEqualTo(400);
    }
    JsonNode page = client.json(client.get("/users('$cash@contoso.com')/messages?$top=10"));
    assertThat(page.path("value")).hasSize(10);
    assertThat(client.json(client.get(page.path("@odata.nextLink").asText())).path("value"))
        .hasSize(3);
    assertThat(
            client
                .part(
                    client.send(
                        client.batch(
                            "GET", null, "/users('%24cash%40contoso.com')/messages?$top=1")),
                    0)
                .path("status")
                .asInt())
        .isEqualTo(200);
    assertThat(
            client
                .get("/users('" + DemoClient.MAILBOX + "')/mailFolders('inbox')/messages")
                .statusCode())
        .isEqualTo(200);
  }

  @Test
  void folders_have_slashes_decomposed_umlauts_and_outer_blanks_in_their_names() throws Exception {
    String slash = mailbox.createFolder("Inbox", "Tickets 24/7");
    assertThat(
            client
                .ask(
                    "POST",
                    "/users/" + DemoClient.MAILBOX + "/mailFolders/inbox/childFolders",
                    "{\"displayName\":\"U\\u0308bergabe\"}")
                .statusCode())
        .isEqualTo(201);
    assertThat(
            client
                .ask(
                    "POST",
                    "/users/" + DemoClient.MAILBOX + "/mailFolders/inbox/childFolders",
                    "{\"displayName\":\"Tickets \"}")
                .statusCode())
        .isEqualTo(201);
    mailbox.deliver(slash, DemoMail.plain(5), Instant.parse("2026-01-05T09:00:00Z"));
    assertThat(
            client
                .json(
                    client.get("/users/" + DemoClient.MAILBOX + "/mailFolders/inbox/childFolders"))
                .path("value"))
        .extracting(folder -> folder.path("displayName").asText())
        .containsExactly("Tickets 24/7", "U\u0308bergabe", "Tickets ");
    assertThat(
            client
                .json(
                    client.get(
                        "/users/" + DemoClient.MAILBOX + "/mailFolders/" + slash + "/messages"))
                .path("value"))
        .hasSize(1);
  }

  private static final byte[] INVITATION =
      ("From: ada@example.com\r\n"
              + "Subject: i\r\n"
              + "MIME-Version: 1.0\r\n"
              + "Content-Type: text/calendar; method=REQUEST\r\n\r\n"
              + "BEGIN:VCALENDAR\r\n"
              + "BEGIN:VEVENT\r\n"
              + "DTSTART;VALUE=DATE:20260201\r\n"
              + "RRULE:FREQ=DAILY\r\n"
              + "SEQUENCE:2\r\n"
              + "LOCATION:Room\r\n"
              + "  1\r\n"
              + "END:VEVENT\r\n"
              + "END:VCALENDAR\r\n")
          .getBytes(StandardCharsets.US_ASCII);

  @Test
  void what_a_meeting_message_has_beyond_a_message_comes_whole_or_with_its_type_before_it()
      throws Exception {
    String path = DemoClient.path(mailbox.deliver(INVITATION));
    JsonNode whole = client.json(client.get(path));
    assertThat(whole.path("@odata.type").asText())
        .isEqualTo("#microsoft.graph.eventMessageRequest");
    assertThat(whole.path("startDateTime").toString())
        .isEqualTo("{\"dateTime\":\"2026-02-01T00:00:00.0000000\",\"timeZone\":\"UTC\"}");
    assertThat(whole.path("location").path("displayName").asText()).isEqualTo("Room 1");
    assertThat(whole.path("isAllDay").asBoolean()).isTrue();
    assertThat(whole.path("type").asText()).isEqualTo("seriesMaster");
    assertThat(whole.path("meetingRequestType").asText()).isEqualTo("fullUpdate");
    assertThat(client.json(client.get(path + "?$select=subject")).has("startDateTime")).isFalse();
    HttpResponse<String> refused = client.get(path + "?$select=startDateTime");
    assertThat(refused.statusCode()).isEqualTo(400);
    assertThat(refused.body()).contains("Could not find a property named 'startDateTime'");
    assertThat(
            client
                .json(client.get(path + "?$select=microsoft.graph.eventMessage/startDateTime"))
                .has("startDateTime"))
        .isTrue();
  }

  @Test
  void the_new_part_of_a_body_and_the_headers_come_only_when_they_are_selected() throws Exception {
    String path =
        DemoClient.path(
            mailbox.deliver(
                ("From: ada@example.com\r\n"
                        + "Subject: r\r\n\r\n"
                        + "new\r\n"
                        + "On Monday Bob wrote:\r\n"
                        + "> old\r\n")
                    .getBytes(StandardCharsets.US_ASCII)));
    JsonNode whole = client.json(client.get(path));
    assertThat(whole.has("uniqueBody") || whole.has("internetMessageHeaders")).isFalse();
    JsonNode selected =
        client.json(client.get(path + "?$select=uniqueBody,internetMessageHeaders"));
    assertThat(selected.path("uniqueBody").path("content").asText()).isEqualTo("new\r\n");
    assertThat(selected.path("internetMessageHeaders")).isNotEmpty();
    assertThat(selected.has("body")).isFalse();
  }

  @Test
  void a_client_that_asks_for_tokens_in_a_loop_is_refused_as_one() throws Exception {
    tenant.identity().refuseLoops(4, Duration.ofMinutes(1));
    for (int i = 0; i < 3; i++) {
      assertThat(client.askForToken().statusCode()).isEqualTo(200);
    }
    HttpResponse<String> refused = client.askForToken();
    assertThat(refused.statusCode()).isEqualTo(429);
    assertThat(refused.headers().firstValue("Retry-After")).contains("60");
    assertThat(refused.headers().firstValue("Content-Type")).contains("text/plain");
    assertThat(refused.body()).startsWith("AADSTS50196");
    assertThat(tenant.identity().loops()).isEqualTo(1);
    assertThat(tenant.tokenRequests()).isEqualTo(5);
  }

  @Test
  void a_reset_forgets_everything_but_the_address() throws Exception {
    String login = tenant.loginUrl();
    mailbox.fails(Fault.status(500, "x"));
    tenant.faults().kind(call -> true, Kind.HTML, DemoFaults.ALWAYS);
    tenant.identity().refuse(400, "invalid_grant", 53003, "Blocked.");
    client.get("/users/%24x/messages");
    tenant.reset();

    assertThat(tenant.loginUrl()).isEqualTo(login);
    assertThat(tenant.requests()).isEmpty();
    assertThat(tenant.violations()).isEmpty();
    assertThat(tenant.tokenRequests()).isZero();
    assertThat(client.page("").statusCode()).as("tokens are forgotten").isEqualTo(401);
    client.signIn();
    assertThat(client.page("").statusCode()).as("mailboxes, too").isEqualTo(404);
    tenant.mailbox(DemoClient.MAILBOX);
    assertThat(client.page("").statusCode()).isEqualTo(200);
  }

  @Test
  void json_that_is_longer_than_a_packet_comes_packed_to_those_who_can_unpack_it()
      throws Exception {
    for (int i = 2; i < 20; i++) {
      mailbox.deliver(DemoMail.plain(i));
    }
    DemoMessage withFile = mailbox.deliver(DemoClient.withFile("a.txt", "text/plain", 5000));
    String plain = client.page("$top=20").body();

    HttpResponse<byte[]> packed = client.packed(DemoClient.inbox("$top=20"));
    assertThat(packed.headers().firstValue("Content-Encoding")).contains("gzip");
    assertThat(packed.headers().firstValue("Vary")).contains("Accept-Encoding");
    assertThat(packed.body()).hasSizeLessThan(plain.length() / 2);
    assertThat(new GZIPInputStream(new ByteArrayInputStream(packed.body()))).hasContent(plain);

    assertThat(client.page("$top=20").headers().firstValue("Content-Encoding")).isEmpty();
    for (String small :
        List.of(DemoClient.inbox("$top=1&$select=id"), DemoClient.path(withFile) + "/$value")) {
      assertThat(client.packed(small).headers().firstValue("Content-Encoding")).isEmpty();
    }
  }
}
