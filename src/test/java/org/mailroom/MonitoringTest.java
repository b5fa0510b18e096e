package org.mailroom;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import javax.management.MBeanAttributeInfo;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.mailroom.demo.DemoMail;
import org.mailroom.demo.DemoMailbox;
import org.mailroom.demo.DemoTenant;
import org.springframework.boot.actuate.health.Health;
import org.springframework.boot.actuate.health.HealthEndpoint;
import org.springframework.boot.actuate.health.Status;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/**
 * What is told to those who watch Mailroom from outside: metrics, JMX, health, the first lines of
 * the log.
 */
@ExtendWith(OutputCaptureExtension.class)
class MonitoringTest {

  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final String LOGIN = "watcher:watches all day";

  @TempDir private Path folder;

  private static String get(MailroomRun mailroom, String path)
      throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + mailroom.port() + path))
            .header(
                "Authorization",
                "Basic "
                    + Base64.getEncoder().encodeToString(LOGIN.getBytes(StandardCharsets.UTF_8)))
            .build();
    return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString()).body();
  }

  /** One that gives no sign of life is told until it is back, or its row is gone. */
  private static void nodesAreTold(MailroomRun mailroom, MBeanServer server, HealthEndpoint health)
      throws Exception {
    ObjectName nodes = new ObjectName("org.mailroom:type=Nodes");
    assertThat(text(server, nodes, "Self")).isEqualTo("watched");
    assertThat((String[]) server.getAttribute(nodes, "Missed")).isEmpty();
    assertThat(health.healthForPath("nodes").getStatus()).isEqualTo(Status.UP);
    String row =
        "insert into node (id, name, version, kind, pid, started_at, seen_at, mailboxes) values (?,"
            + " 'other', '1', 'runtime', 1, current_timestamp - interval '2' hour,"
            + " current_timestamp - interval '1' hour, 3)";
    mailroom.database().update(row, "dead");
    await()
        .atMost(PATIENCE)
        .until(() -> health.healthForPath("nodes").getStatus().getCode().equals("WARNING"));
    assertThat(((Health) health.healthForPath("nodes")).getDetails().get("reason").toString())
        .contains("Node other gave no sign of life since 20")
        .contains("start it again");
    assertThat((String[]) server.getAttribute(nodes, "Missed"))
        .singleElement()
        .asString()
        .contains("Node other");
    assertThat(health.healthForPath("readiness").getStatus())
        .as("this node isn't down because of that")
        .isEqualTo(Status.UP);
    mailroom
        .database()
        .update(
            "insert into node (id, name, version, kind, pid, started_at, seen_at, mailboxes) values"
                + " ('again', 'other', '1', 'runtime', 2, current_timestamp, current_timestamp +"
                + " interval '1' hour, 0)");
    await()
        .atMost(PATIENCE)
        .until(() -> health.healthForPath("nodes").getStatus().equals(Status.UP));
    assertThat((String[]) server.getAttribute(nodes, "Missed"))
        .as("it is back under its name")
        .isEmpty();
    mailroom.database().update("delete from node where id = 'again'");
    await()
        .atMost(PATIENCE)
        .until(() -> health.healthForPath("nodes").getStatus().getCode().equals("WARNING"));
    mailroom.database().update("delete from node where id = 'dead'");
    await()
        .atMost(PATIENCE)
        .until(() -> health.healthForPath("nodes").getStatus().equals(Status.UP));
  }

  private static String text(MBeanServer server, ObjectName name, String attribute)
      throws Exception {
    return String.valueOf(server.getAttribute(name, attribute));
  }

  private static void credentialsAreTold(MBeanServer server, DemoTenant tenant) throws Exception {
    ObjectName demo = new ObjectName("org.mailroom:type=Credential,name=\"demo\"");
    assertThat(text(server, demo, "State")).isEqualTo("up");
    assertThat(text(server, demo, "GrantType")).isEqualTo("client-credentials");
    assertThat(text(server, demo, "ClientId")).isEqualTo(DemoTenant.CLIENT_ID);
    assertThat(server.getAttribute(demo, "LastError")).isNull();
    assertThat((String[]) server.getAttribute(demo, "Accounts"))
        .containsExactly("broken", "support");
    Instant issued = Instant.parse(text(server, demo, "LastToken"));
    assertThat(Instant.parse(text(server, demo, "TokenExpires"))).isAfter(issued);
    int before = tenant.tokenRequests();
    assertThat(server.invoke(demo, "renewToken", null, null))
        .isEqualTo("Entra ID issued a new token.");
    assertThat(tenant.tokenRequests()).isEqualTo(before + 1);
    assertThat(Instant.parse(text(server, demo, "LastToken"))).isAfter(issued);

    ObjectName wrong = new ObjectName("org.mailroom:type=Credential,name=\"wrong\"");
    assertThat(text(server, wrong, "State")).isEqualTo("unused");
    assertThat((String) server.invoke(wrong, "renewToken", null, null))
        .contains("the client secret is wrong")
        .contains("not its Secret ID");
    assertThat(text(server, wrong, "State")).isEqualTo("down");
    assertThat(text(server, wrong, "LastError"))
        .isEqualTo(text(server, wrong, "Reason"))
        .contains("AADSTS7000215");
    assertThat(text(server, wrong, "SecretExpires")).isEqualTo("2099-12-31T00:00:00Z");
    for (ObjectName bean : List.of(demo, wrong)) {
      for (MBeanAttributeInfo attribute : server.getMBeanInfo(bean).getAttributes()) {
        assertThat(text(server, bean, attribute.getName()))
            .as(attribute.getName())
            .doesNotContain(DemoTenant.CLIENT_SECRET)
            .doesNotContain("not the secret")
            .doesNotContain("eyJ");
      }
    }
  }

  @Test
  void metrics_jmx_and_health_tell_the_same_figures(CapturedOutput output) throws Exception {
    try (DemoTenant tenant = DemoTenant.start()) {
      DemoMailbox mailbox = tenant.mailbox("support@contoso.com");
      for (int i = 0; i < 7; i++) {
        mailbox.deliver(DemoMail.plain(i));
      }
      tenant
          .faults()
          .status(
              call -> call.endsWith("/messages"),
              429,
              "TooManyRequests",
              Map.of("Retry-After", "0"),
              1);
      try (MailroomRun mailroom =
          MailroomRun.startRuntime(
              tenant,
              folder,
              "--mailroom.accounts.support.poll-every=1h",
              "--mailroom.accounts.broken.mailbox=nobody@contoso.com",
              "--mailroom.accounts.broken.credential=demo",
              "--mailroom.accounts.broken.deliver-to=file",
              "--mailroom.credentials.wrong.grant-type=client-credentials",
              "--mailroom.credentials.wrong.tenant-id=" + DemoTenant.TENANT_ID,
              "--mailroom.credentials.wrong.client-id=" + DemoTenant.CLIENT_ID,
              "--mailroom.credentials.wrong.client-secret=not the secret",
              "--mailroom.credentials.wrong.secret-expires=2099-12-31",
              "--mailroom.node=watched",
              "--spring.security.user.name=watcher",
              "--spring.security.user.password=watches all day")) {
        await().atMost(PATIENCE).until(() -> mailbox.unread() == 0);
        HealthEndpoint health = mailroom.bean(HealthEndpoint.class);
        await()
            .atMost(PATIENCE)
            .until(
                () -> health.healthForPath("accounts", "broken").getStatus().equals(Status.DOWN));

        String all = get(mailroom, "/actuator/prometheus");
        assertThat(all.lines().filter(line -> line.startsWith("mailroom_")))
            .as("each figure says which node it is of")
            .isNotEmpty()
            .allMatch(line -> line.contains("node=\"watched\""));
        String metrics =
            all.replaceAll("(?<=[{,])node=\"watched\",?", "").replace(",}", "}").replace("{}", "");
        assertThat(metrics)
            .contains(
                "mailroom_messages_total{account=\"support\",destination=\"database\",result=\"delivered\"}"
                    + " 7.0")
            .contains(
                "mailroom_messages_total{account=\"support\",destination=\"file\",result=\"delivered\"}"
                    + " 7.0")
            .contains("mailroom_poll_seconds_count{account=\"support\",result=\"imported\"} 1")
            .contains("mailroom_poll_seconds_count{account=\"broken\",result=\"failed\"}")
            .contains("mailroom_poll_last_success_seconds{account=\"support\"}")
            .contains("mailroom_backlog{account=\"support\"} 0.0")
            .contains("mailroom_failed{account=\"support\"} 0.0")
            .contains(
                "mailroom_graph_requests_total{operation=\"list-messages\",status=\"429\"} 1.0")
            .contains("mailroom_graph_requests_total{operation=\"batch\",status=\"200\"} 1.0")
            .contains("mailroom_graph_requests_total{operation=\"list-messages\",status=\"404\"}")
            .contains("mailroom_graph_throttled_total 1.0")
            .contains("routeId=\"import-account\"");
        assertThat(metrics)
            .as("nothing of mails or mailboxes becomes a tag")
            .doesNotContain("contoso.com")
            .doesNotContain("Plain message");
        assertThat(get(mailroom, "/actuator/info")).contains("\"version\"");

        MBeanServer server = ManagementFactory.getPlatformMBeanServer();
        ObjectName support = new ObjectName("org.mailroom:type=Account,name=\"support\"");
        assertThat(server.getAttribute(support, "ImportedToday")).isEqualTo(7L);
        assertThat(server.getAttribute(support, "Backlog")).isEqualTo(0L);
        assertThat(text(server, support, "State")).isEqualTo("idle");
        assertThat(
                text(server, new ObjectName("org.mailroom:type=Account,name=\"broken\""), "Reason"))
            .contains("the tenant has no such mailbox");
        assertThat(server.getAttribute(new ObjectName("org.mailroom:type=Failures"), "Total"))
            .isEqualTo(0L);
        credentialsAreTold(server, tenant);
        server.invoke(support, "pause", null, null);
        assertThat(text(server, support, "State")).isEqualTo("paused");
        mailbox.deliver(DemoMail.plain(8));
        assertThat(server.invoke(support, "importNow", null, null)).isEqualTo("The import begins.");
        await().atMost(PATIENCE).until(() -> mailbox.unread() == 0);
        server.invoke(support, "resume", null, null);
        mailbox.read(mailbox.deliver(DemoMail.plain(9)));
        assertThat(
                server.invoke(
                    support,
                    "backfill",
                    new Object[] {"2020-01-01T00:00:00Z", "", true},
                    new String[] {"java.lang.String", "java.lang.String", "boolean"}))
            .asString()
            .contains("The backfill");
        await().atMost(PATIENCE).until(() -> mailroom.rows("mail_message") == 9);
        assertThatThrownBy(
                () ->
                    server.invoke(
                        support,
                        "backfill",
                        new Object[] {"yesterday", "", true},
                        new String[] {"java.lang.String", "java.lang.String", "boolean"}))
            .hasRootCauseMessage("Write a time as 2026-01-31T00:00:00Z.");
        nodesAreTold(mailroom, server, health);

        assertThat(health.healthForPath("accounts", "support").getStatus()).isEqualTo(Status.UP);
        assertThat(
                ((Health) health.healthForPath("accounts", "broken"))
                    .getDetails()
                    .get("reason")
                    .toString())
            .contains("ErrorInvalidUser")
            .contains("request-id")
            .contains("Check the account's mailbox");
        assertThat(health.healthForPath("readiness").getStatus())
            .as("a mailbox is no reason to restart a node")
            .isEqualTo(Status.UP);
        assertThat(get(mailroom, "/actuator/health/liveness")).isEqualTo("{\"status\":\"UP\"}");
        mailroom.camel().getRouteController().stopRoute("deliver-to-file");
        assertThat(health.healthForPath("readiness").getStatus()).isEqualTo(Status.DOWN);
        assertThat(((Health) health.healthForPath("routes")).getDetails().get("reason").toString())
            .contains("deliver-to-file");
      }
      assertThat(
              ManagementFactory.getPlatformMBeanServer()
                  .queryNames(new ObjectName("org.mailroom:*"), null))
          .as("gone with the runtime")
          .isEmpty();
      assertThat(output.getOut())
          .contains("Console: http://127.0.0.1:")
          .contains(
              "Credentials: demo, wrong. Destinations: database (direct:deliver-to-database), file")
          .contains("account broken: ")
          .containsOnlyOnce("ErrorInvalidUser")
          .doesNotContain("\tat ");
    }
  }
}
