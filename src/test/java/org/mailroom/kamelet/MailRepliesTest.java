package org.mailroom.kamelet;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.camel.ProducerTemplate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.mailroom.account.ImportResult;
import org.mailroom.command.Launcher;
import org.mailroom.delivery.WaitingDeliveries;
import org.mailroom.demo.DemoFaults;
import org.mailroom.demo.DemoMailbox;
import org.mailroom.demo.DemoMessage;
import org.mailroom.demo.DemoReply;
import org.mailroom.demo.DemoTenant;
import org.mailroom.graph.Graph;
import org.mailroom.graph.GraphException;
import org.mailroom.message.MailMessage;
import org.mailroom.schedule.ImportOnce;
import org.mailroom.settings.MailroomProperties;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.PlatformTransactionManager;

/**
 * The recipe that acknowledges each message, as docs/routes.md has it; one application for all
 * tests, and mailboxes of their own.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@ExtendWith(OutputCaptureExtension.class)
class MailRepliesTest {

  private static final String SENDER = "88888888-9999-0000-1111-222222222222";
  private static final String COMMENT =
      "Thank you. We have your message and answer within two working days.";

  private final DemoTenant tenant = DemoTenant.start();
  private ConfigurableApplicationContext mailroom;

  @BeforeAll
  void start(@TempDir Path folder) throws IOException, ClassNotFoundException {
    Path certificate = Files.writeString(folder.resolve("demo.pem"), tenant.certificatePem());
    String recipe = Files.readString(Path.of("docs/routes.md"));
    Matcher blocks =
        Pattern.compile(
                "### Acknowledge each message.*?```yaml\\n(.*?)```.*?```yaml\\n(.*?)```",
                Pattern.DOTALL)
            .matcher(recipe);
    assertThat(blocks.find()).isTrue();
    Files.writeString(folder.resolve("site.yaml"), blocks.group(1));
    Files.createDirectories(folder.resolve("routes/site"));
    Files.writeString(folder.resolve("routes/site/acknowledge.camel.yaml"), blocks.group(2));
    tenant.register(SENDER, "secret of the sender", Set.of("Mail.Send"));
    List<String> settings =
        new ArrayList<>(
            List.of(
                "--spring.config.location=classpath:/application.yaml",
                "--spring.config.additional-location=file:" + folder.resolve("site.yaml"),
                "--spring.ssl.bundle.pem.demo.truststore.certificate=file:" + certificate,
                "--mailroom.ssl-bundle=demo",
                "--mailroom.graph-url=" + tenant.graphUrl(),
                "--mailroom.login-url=" + tenant.loginUrl(),
                "--mailroom.data-dir=" + folder.resolve("data"),
                "--mailroom.routes=file:" + folder.resolve("routes"),
                "--ACKNOWLEDGE_SECRET=secret of the sender",
                "--mailroom.retry.backoff=1s",
                "--mailroom.credentials.contoso.grant-type=client-credentials",
                "--mailroom.credentials.contoso.tenant-id=" + DemoTenant.TENANT_ID,
                "--mailroom.credentials.contoso.client-id=" + DemoTenant.CLIENT_ID,
                "--mailroom.credentials.contoso.client-secret=" + DemoTenant.CLIENT_SECRET));
    for (String account : List.of("support", "sales")) {
      settings.add("--mailroom.accounts." + account + ".mailbox=" + account + "@contoso.com");
      settings.add("--mailroom.accounts." + account + ".credential=contoso");
      settings.add("--mailroom.accounts." + account + ".deliver-to=database,acknowledge");
    }
    mailroom =
        new Launcher(Class.forName("org.mailroom.MailroomApplication"), settings)
            .startCommand(Map.of());
  }

  @BeforeEach
  void begin() {
    tenant.resetMail();
    for (String table : List.of("delivery", "mail_reply", "reply_sender")) {
      mailroom.getBean(JdbcTemplate.class).update("delete from " + table);
    }
    tenant.mailbox("support@contoso.com");
    tenant.mailbox("sales@contoso.com");
  }

  @AfterAll
  void stop() {
    mailroom.close();
    tenant.close();
  }

  private DemoMailbox support() {
    return tenant.mailbox("support@contoso.com");
  }

  private DemoMessage deliver(String from, String... headers) {
    StringBuilder mail =
        new StringBuilder(from == null ? "" : "From: " + from + "\r\n")
            .append(
                "To: support@contoso.com\r\n"
                    + "Subject: Help\r\n"
                    + "Date: Mon, 5 Jan 2026 08:00:00 +0000\r\n");
    for (String header : headers) {
      mail.append(header).append("\r\n");
    }
    return support()
        .deliver(mail.append("MIME-Version: 1.0\r\n\r\nHello\r\n").toString().getBytes(UTF_8));
  }

  private ImportResult importAll(String account) {
    return mailroom.getBean(ImportOnce.class).begin(List.of(account)).join().get(0);
  }

  private long requests() {
    return tenant.requests().stream().filter(request -> request.path().endsWith("/reply")).count();
  }

  @Test
  void a_person_who_writes_gets_one_reply_from_a_credential_that_may_only_send() {
    DemoMessage message = deliver("Ada <ada@example.com>");
    ImportResult result = importAll("support");
    assertThat(result.isComplete()).isTrue();
    assertThat(support().unread()).isZero();
    assertThat(support().replies())
        .containsExactly(
            new DemoReply(
                message.immutableId(),
                List.of("ada@example.com"),
                COMMENT,
                Map.of("X-Auto-Response-Suppress", "All")));
    support().unreadAll();
    mailroom.getBean(JdbcTemplate.class).update("delete from delivery");
    mailroom.getBean(JdbcTemplate.class).update("delete from mail_message");
    importAll("support");
    assertThat(requests()).as("delivered anew, and not replied to again").isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Auto-Submitted: auto-replied",
        "Precedence: bulk",
        "List-Id: <news.example.com>",
        "X-Auto-Response-Suppress: DR, OOF",
        "Return-Path: <>"
      })
  void what_a_machine_sent_is_imported_and_gets_no_reply(String header) {
    deliver("Ada <ada@example.com>", header);
    assertThat(importAll("support").isComplete()).isTrue();
    assertThat(support().unread()).isZero();
    assertThat(requests()).isZero();
  }

  @Test
  void neither_the_mailbox_itself_nor_nobody_nor_a_crowd_gets_a_reply() {
    deliver("support@contoso.com");
    deliver("ada@example.com", "Reply-To: Support@Contoso.com");
    deliver(null);
    deliver("ada@example.com", "Reply-To: a@example.com, b@example.com, c@example.com");
    assertThat(importAll("support").isComplete()).isTrue();
    assertThat(requests()).isZero();
  }

  @Test
  void a_sender_gets_one_within_an_hour_and_others_get_theirs_over_restarts_and_nodes() {
    deliver("ada@example.com");
    deliver("Ada L. <ADA@example.com>");
    deliver("bert@example.com");
    assertThat(importAll("support").isComplete()).isTrue();
    assertThat(support().replies())
        .extracting(DemoReply::to)
        .containsExactly(List.of("ada@example.com"), List.of("bert@example.com"));

    // another process on the same database
    Instant[] now = {Instant.now()};
    MailReplies other =
        new MailReplies(
            mailroom.getBean(Graph.class),
            new ReplyTable(
                mailroom.getBean(JdbcTemplate.class),
                mailroom.getBean(PlatformTransactionManager.class),
                clock(now)),
            mailroom.getBean(MailroomProperties.class));
    DemoMessage third = deliver("ada@example.com");
    now[0] = now[0].plus(Duration.ofMinutes(59));
    assertThat(other.reply(wanted(third)))
        .isEqualTo(
            new MailReplies.Result(
                MailReplies.Outcome.NOT_SENT, "its sender got a reply within the hour"));
    now[0] = now[0].plus(Duration.ofMinutes(2));
    assertThat(other.reply(wanted(third)).reason())
        .isEqualTo("it was replied to before, or that was tried");
    DemoMessage fourth = deliver("ada@example.com");
    assertThat(other.reply(wanted(fourth)).outcome()).isEqualTo(MailReplies.Outcome.SENT);
    assertThat(support().replies()).hasSize(3);
  }

  private static MailReplies.Wanted wanted(DemoMessage message) {
    MailMessage mail =
        new MailMessage(
            "support",
            "support@contoso.com",
            message.immutableId(),
            null,
            null,
            "Help",
            new MailMessage.EmailAddress(null, "ada@example.com"),
            null,
            null,
            null,
            null,
            null,
            null,
            null,
            null,
            null,
            null,
            null,
            null,
            null,
            null,
            List.of(),
            null,
            null,
            null,
            "message",
            null,
            null,
            List.of(),
            null,
            2);
    return new MailReplies.Wanted(
        "acknowledge", "support@contoso.com", message.immutableId(), mail, "Thanks");
  }

  private static Clock clock(Instant[] now) {
    return new Clock() {
      @Override
      public ZoneId getZone() {
        return ZoneOffset.UTC;
      }

      @Override
      public Clock withZone(ZoneId zone) {
        return this;
      }

      @Override
      public Instant instant() {
        return now[0];
      }
    };
  }

  @Test
  void a_reply_whose_answer_is_lost_is_not_sent_again_and_the_message_counts_as_delivered(
      CapturedOutput output) {
    tenant.faults().kind(call -> call.endsWith("/reply"), DemoFaults.Kind.RESET_AFTER, 1);
    DemoMessage message = deliver("ada@example.com");
    assertThat(importAll("support").isComplete()).isTrue();
    assertThat(importAll("support").isComplete()).isTrue();
    assertThat(support().replies()).as("it was out").hasSize(1);
    assertThat(support().unread()).isZero();
    assertThat(
            output
                .getOut()
                .lines()
                .filter(
                    line ->
                        line.contains("WARN")
                            && line.contains(
                                "message "
                                    + message.immutableId()
                                    + " of support@contoso.com: it isn't known whether its reply"
                                    + " went out")))
        .hasSize(1);
    int before = tenant.faults().hits();
    tenant.faults().status(call -> call.endsWith("/reply"), 503, "ErrorServerBusy", Map.of(), 10);
    deliver("bert@example.com");
    assertThat(importAll("support").isComplete()).isTrue();
    assertThat(tenant.faults().hits() - before).as("a 503 may have been done, too").isEqualTo(1);
  }

  @Test
  void what_was_refused_without_being_done_is_tried_again() {
    tenant.faults().status(call -> call.endsWith("/reply"), 403, "ErrorAccessDenied", Map.of(), 1);
    deliver("ada@example.com");
    ImportResult refused = importAll("support");
    assertThat(refused.isComplete()).isFalse();
    assertThat(support().replies()).isEmpty();
    assertThat(support().unread()).isEqualTo(1);
    assertThat(mailroom.getBean(WaitingDeliveries.class).refused().get("support").error())
        .contains(
            "step say-that-it-is-here: ",
            "the application may not send from this mailbox",
            "Grant the credential Mail.Send");
    org.awaitility.Awaitility.await()
        .atMost(Duration.ofSeconds(60))
        .until(
            () -> {
              importAll("support");
              return support().unread() == 0;
            });
    assertThat(support().replies()).hasSize(1);
  }

  @Test
  void a_mailbox_that_asks_to_wait_gets_the_reply_after_it() {
    tenant
        .faults()
        .status(
            call -> call.endsWith("/reply"),
            429,
            "ApplicationThrottled",
            Map.of("Retry-After", "1"),
            1);
    deliver("ada@example.com");
    assertThat(importAll("support").isComplete()).isTrue();
    assertThat(support().replies()).hasSize(1);
    assertThat(tenant.faults().hits()).isPositive();
  }

  @Test
  void two_mailboxes_that_both_acknowledge_do_not_answer_each_others_answers() {
    deliver("sales@contoso.com");
    for (int i = 0; i < 3; i++) {
      assertThat(importAll("support").isComplete()).isTrue();
      assertThat(importAll("sales").isComplete()).isTrue();
    }
    assertThat(support().replies()).hasSize(1);
    assertThat(tenant.mailbox("sales@contoso.com").messages()).hasSize(1);
    assertThat(tenant.mailbox("sales@contoso.com").replies()).isEmpty();
  }

  @Test
  void the_importers_own_permission_is_not_enough_to_send() {
    DemoMessage message = deliver("ada@example.com");
    Exception refused =
        mailroom
            .getBean(ProducerTemplate.class)
            .send(
                "graph-mail:reply?credential=contoso&comment=Thanks",
                exchange -> exchange.getMessage().setBody(wanted(message).message()))
            .getException();
    assertThat(refused)
        .isInstanceOfSatisfying(
            GraphException.class, graph -> assertThat(graph.status()).isEqualTo(403));
    assertThat(support().replies()).isEmpty();
  }

  @Test
  void a_body_that_is_no_mail_message_is_said_to_be_none() {
    ProducerTemplate camel = mailroom.getBean(ProducerTemplate.class);
    assertThatThrownBy(
            () ->
                camel.sendBody(
                    "graph-mail:reply?credential=acknowledge&comment=Thanks", "just a text"))
        .rootCause()
        .isInstanceOf(Exception.class);
    assertThat(
            camel
                .send(
                    "graph-mail:reply?credential=acknowledge&comment=Thanks",
                    exchange -> exchange.getMessage().setBody("just a text"))
                .getException())
        .hasMessageContaining("the body isn't a MailMessage, nor its JSON");
    assertThatThrownBy(() -> camel.sendBody("graph-mail:reply?credential=acknowledge", "x"))
        .hasStackTraceContaining("comment is missing: what the reply says");
    assertThatThrownBy(() -> camel.sendBody("graph-mail:reply?comment=Thanks", "x"))
        .hasStackTraceContaining("credential is missing");
  }
}
