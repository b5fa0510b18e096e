package org.mailroom;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.mailroom.account.ImportResult;
import org.mailroom.demo.DemoMailbox;
import org.mailroom.demo.DemoMessage;
import org.mailroom.demo.DemoTenant;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/**
 * What a destination answers, and what becomes of the messages: the webhook of docs/routes.md
 * against an HTTP server, and a route that says it by itself.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@ExtendWith(OutputCaptureExtension.class)
class WebhookTest {

  private static final String OWN =
      """
      - route:
          id: deliver-to-own
          from:
            uri: direct:deliver-to-own
            steps:
              - choice:
                  when:
                    - expression:
                        simple:
                          expression: ${header.subject} == 'later'
                      steps:
                        - setHeader:
                            name: Retry-After
                            expression:
                              constant:
                                expression: "300"
                        - throwException:
                            id: wants-it-later
                            exceptionType: org.mailroom.delivery.LaterException
                            message: the ticket of ${header.account} is locked
                    - expression:
                        simple:
                          expression: ${header.subject} == 'refused'
                      steps:
                        - throwException:
                            id: refuses-it
                            exceptionType: org.mailroom.delivery.RefusedException
                            message: no such customer
                    - expression:
                        simple:
                          expression: ${header.subject} == 'down'
                      steps:
                        - throwException:
                            id: takes-nothing
                            exceptionType: org.mailroom.delivery.DestinationDownException
                            message: the period is closed
      """;

  /** What the server says to a message, by its subject. */
  private record Answer(int status, String retryAfter, String text) {

    static Answer of(int status, String text) {
      return new Answer(status, null, text);
    }
  }

  private static final Answer TAKEN = Answer.of(200, "");

  private final DemoTenant tenant = DemoTenant.start();
  private final List<String> asked = new CopyOnWriteArrayList<>();
  private final List<String> taken = new CopyOnWriteArrayList<>();
  private volatile Function<String, Answer> answers;
  private HttpServer server;
  private MailroomRun mailroom;
  private DemoMailbox mailbox;
  private int from;
  private long failures;

  @BeforeAll
  void start(@TempDir Path folder) throws IOException {
    listen(0);
    Recipe.named("A webhook").into(folder);
    Recipe.write(
        folder.resolve("settings.yaml"), Recipe.named("A webhook").file("application.yaml"));
    Recipe.write(folder.resolve("routes/site/deliver-to-own.camel.yaml"), OWN);
    mailroom =
        MailroomRun.startRuntime(
            TravellingClock.Application.class,
            tenant,
            folder,
            "--spring.config.additional-location=file:" + folder.resolve("settings.yaml"),
            "--crm.url=http://localhost:" + server.getAddress().getPort() + "/mail?key=of-the-crm",
            "--mailroom.routes=file:" + folder.resolve("routes"),
            "--mailroom.polling=false",
            "--mailroom.poll-every=1h",
            "--mailroom.accounts.support.deliver-to=crm",
            "--mailroom.accounts.support.content=json",
            "--mailroom.destinations.crm.retry.max-attempts=2",
            "--mailroom.destinations.own=direct:deliver-to-own",
            "--mailroom.destinations.strict.uri=direct:deliver-to-crm",
            "--mailroom.destinations.strict.down-on=404",
            "--mailroom.destinations.strict.retry.max-attempts=1",
            "--mailroom.accounts.own.mailbox=sales@contoso.com",
            "--mailroom.accounts.own.credential=demo",
            "--mailroom.accounts.own.deliver-to=own",
            "--mailroom.accounts.strict.mailbox=hr@contoso.com",
            "--mailroom.accounts.strict.credential=demo",
            "--mailroom.accounts.strict.deliver-to=strict");
  }

  private void listen(int port) throws IOException {
    server = HttpServer.create(new InetSocketAddress("localhost", port), 0);
    server.createContext(
        "/",
        exchange -> {
          String subject =
              new ObjectMapper().readTree(exchange.getRequestBody()).path("subject").asText();
          asked.add(subject);
          Answer answer = answers.apply(subject);
          if (answer.status() == 200) {
            taken.add(subject);
          }
          if (answer.retryAfter() != null) {
            exchange.getResponseHeaders().add("Retry-After", answer.retryAfter());
          }
          byte[] text = answer.text().getBytes(UTF_8);
          exchange.sendResponseHeaders(answer.status(), text.length == 0 ? -1 : text.length);
          exchange.getResponseBody().write(text);
          exchange.close();
        });
    server.start();
  }

  @BeforeEach
  void begin(CapturedOutput output) {
    mailbox = tenant.mailbox("support@contoso.com");
    answers = subject -> TAKEN;
    asked.clear();
    taken.clear();
    from = output.getOut().length();
    failures = mailroom.rows("delivery where status = 'FAILED'");
  }

  @AfterAll
  void stop() {
    mailroom.close();
    server.stop(0);
    tenant.close();
  }

  private static DemoMessage deliver(DemoMailbox to, String subject) {
    return to.deliver(
        ("From: ada@example.com\r\nTo: support@contoso.com\r\nSubject: "
                + subject
                + "\r\nDate: Mon, 5 Jan 2026 08:00:00 +0000\r\n\r\nHello\r\n")
            .getBytes(UTF_8));
  }

  private List<String> deliverSome(String name) {
    List<String> subjects = IntStream.rangeClosed(1, 4).mapToObj(i -> name + " " + i).toList();
    subjects.forEach(subject -> deliver(mailbox, subject));
    return subjects;
  }

  private ImportResult importAfter(Duration wait) {
    mailroom.bean(TravellingClock.class).travel(wait);
    return mailroom.importSupport();
  }

  private Map<String, Object> entry(DemoMessage message) {
    return mailroom
        .database()
        .queryForMap(
            "select status, attempts, last_error from delivery where message_id = ?",
            message.immutableId());
  }

  /**
   * Lines of the log since the test began that say that something is wrong, or that a destination
   * waits; not that the account reads nothing meanwhile.
   */
  private List<String> told(CapturedOutput output) {
    return output
        .getOut()
        .substring(from)
        .lines()
        .filter(
            line ->
                line.matches("[\\d:]+ (WARN|ERROR) .*|.* destination .*|.* is wanted by .*")
                    && !line.contains("reading pauses"))
        .toList();
  }

  private void assertThatNothingWasSpent() {
    assertThat(
            mailroom.rows(
                "delivery where account = 'support' and status = 'PENDING' and attempts > 0"))
        .isZero();
    assertThat(mailroom.rows("delivery where status = 'FAILED'")).isEqualTo(failures);
  }

  /** Its messages wait, it is told once, and it goes on by itself. */
  private void assertThatItIsAnOutage(
      Runnable begins, Runnable ends, String cause, CapturedOutput output) {
    begins.run();
    List<String> subjects = deliverSome(cause);
    for (int i = 0; i < 4; i++) {
      assertThat(importAfter(Duration.ofMinutes(5)).failed()).isZero();
      assertThatNothingWasSpent();
    }
    assertThat(mailbox.unread()).isEqualTo(4);
    assertThat(mailroom.rows("delivery where account = 'support' and status = 'PENDING'"))
        .isEqualTo(4);
    assertThat(told(output))
        .singleElement()
        .asString()
        .contains("ERROR destination crm is down: ", cause, "Its deliveries wait");
    ends.run();
    for (int i = 0; i < 3 && mailbox.unread() > 0; i++) {
      importAfter(Duration.ofMinutes(5));
    }
    assertThat(taken)
        .as("nothing is lost, nothing comes twice")
        .containsExactlyInAnyOrderElementsOf(subjects);
    assertThat(mailbox.unread()).isZero();
    assertThat(told(output))
        .hasSize(2)
        .last()
        .asString()
        .contains("INFO  destination crm is up again");
  }

  private void assertThatItIsAnOutage(Answer answer, String cause, CapturedOutput output) {
    assertThatItIsAnOutage(
        () -> answers = subject -> answer, () -> answers = subject -> TAKEN, cause, output);
  }

  @Test
  void a_server_that_answers_500_to_everything_is_down(CapturedOutput output) {
    assertThatItIsAnOutage(
        Answer.of(500, "<h1>database is locked</h1>"),
        "HTTP 500 Internal Server Error: database is locked",
        output);
  }

  @Test
  void a_server_that_is_maintained_or_does_not_know_mailroom_any_more_is_down(
      CapturedOutput output) {
    assertThatItIsAnOutage(
        Answer.of(401, "wrong key of-the-crm"), "HTTP 401 Unauthorized: wrong key", output);
  }

  @Test
  void a_server_that_is_not_there_is_down(CapturedOutput output) {
    int port = server.getAddress().getPort();
    assertThatItIsAnOutage(
        () -> server.stop(0),
        () -> {
          try {
            listen(port);
          } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
          }
        },
        "Connect to http://localhost:" + port,
        output);
  }

  @Test
  void a_503_with_retry_after_is_not_asked_before(CapturedOutput output) {
    answers = subject -> new Answer(503, "600", "maintenance");
    deliver(mailbox, "one");
    importAfter(Duration.ZERO);
    importAfter(Duration.ofMinutes(9));
    assertThat(asked).hasSize(1);
    answers = subject -> TAKEN;
    importAfter(Duration.ofMinutes(1));
    assertThat(taken).containsExactly("one");
    assertThat(told(output)).hasSize(2);
  }

  @Test
  void a_message_that_is_answered_400_or_404_uses_its_attempts_and_no_other_waits_for_it(
      CapturedOutput output) {
    answers =
        subject ->
            subject.equals("bad")
                ? Answer.of(400, "{\"error\":\"subject 'bad' isn't allowed\"}")
                : subject.equals("unknown") ? Answer.of(404, "") : TAKEN;
    DemoMessage bad = deliver(mailbox, "bad");
    DemoMessage unknown = deliver(mailbox, "unknown");
    List<String> subjects = deliverSome("good");
    ImportResult result = importAfter(Duration.ofMinutes(5));
    assertThat(result.imported()).isEqualTo(4);
    assertThat(result.failed()).isEqualTo(2);
    assertThat(taken).containsExactlyInAnyOrderElementsOf(subjects);
    assertThat(entry(bad))
        .containsEntry("status", "PENDING")
        .containsEntry("attempts", 1)
        .extractingByKey("last_error")
        .asString()
        .isEqualTo(
            "route deliver-to-crm (routes/site/deliver-to-crm.camel.yaml), step post-to-crm: HTTP"
                + " 400 Bad Request: {\"error\":\"subject 'bad' isn't allowed\"}.");
    assertThat(importAfter(Duration.ofMinutes(5)).failed()).isEqualTo(2);
    assertThat(entry(bad))
        .as("max-attempts of this destination")
        .containsEntry("status", "FAILED")
        .containsEntry("attempts", 2);
    assertThat(entry(unknown))
        .containsEntry("status", "FAILED")
        .extractingByKey("last_error")
        .asString()
        .endsWith("HTTP 404 Not Found.");
    assertThat(told(output)).hasSize(4).noneMatch(line -> line.contains("is down"));
    List.of(bad, unknown).forEach(mailbox::remove);
  }

  @Test
  void a_message_that_alone_is_answered_500_is_blamed_once_others_get_through(
      CapturedOutput output) {
    answers = subject -> subject.equals("poison") ? Answer.of(500, "NullPointerException") : TAKEN;
    DemoMessage poison = deliver(mailbox, "poison");
    List<String> subjects = deliverSome("healthy");
    assertThat(importAfter(Duration.ofMinutes(5)).imported()).isEqualTo(4);
    assertThat(taken).containsExactlyInAnyOrderElementsOf(subjects);
    assertThat(entry(poison)).containsEntry("status", "PENDING").containsEntry("attempts", 0);
    importAfter(Duration.ofMinutes(5));
    assertThat(entry(poison)).containsEntry("status", "PENDING").containsEntry("attempts", 1);
    importAfter(Duration.ofMinutes(5));
    assertThat(entry(poison))
        .containsEntry("status", "FAILED")
        .containsEntry("attempts", 2)
        .extractingByKey("last_error")
        .asString()
        .contains("HTTP 500", "NullPointerException");
    assertThat(told(output)).hasSize(2).noneMatch(line -> line.contains("is down"));
    mailbox.remove(poison);
  }

  @Test
  void a_429_is_waited_for_as_long_as_it_says_by_all_messages_without_an_attempt_or_an_error(
      CapturedOutput output) {
    answers = subject -> new Answer(429, "120", "slow down");
    List<String> subjects = deliverSome("throttled");
    importAfter(Duration.ZERO);
    importAfter(Duration.ofSeconds(100));
    assertThat(asked).as("no other is sent meanwhile").hasSize(1);
    assertThatNothingWasSpent();
    assertThat(
            mailroom.rows(
                "delivery where account = 'support' and status = 'PENDING' and last_error like 'the"
                    + " destination asks to wait: %HTTP 429%: slow down.'"))
        .isEqualTo(4);
    answers = subject -> TAKEN;
    importAfter(Duration.ofSeconds(20));
    importAfter(Duration.ofSeconds(1));
    assertThat(taken).containsExactlyInAnyOrderElementsOf(subjects);
    assertThat(told(output))
        .hasSize(2)
        .allMatch(line -> line.contains("INFO"))
        .first()
        .asString()
        .contains("destination crm asks to wait: ", "HTTP 429");
  }

  @Test
  void a_route_says_by_itself_what_a_failure_means(CapturedOutput output) {
    DemoMailbox own = tenant.mailbox("sales@contoso.com");
    DemoMessage later = deliver(own, "later");
    DemoMessage refused = deliver(own, "refused");
    DemoMessage good = deliver(own, "good");
    mailroom.importAll("own");
    assertThat(good.isRead()).isTrue();
    assertThat(entry(later))
        .containsEntry("status", "PENDING")
        .containsEntry("attempts", 0)
        .extractingByKey("last_error")
        .asString()
        .isEqualTo(
            "to be delivered later: route deliver-to-own (routes/site/deliver-to-own.camel.yaml),"
                + " step wants-it-later: the ticket of own is locked.");
    assertThat(entry(refused)).containsEntry("status", "PENDING").containsEntry("attempts", 1);
    assertThat(told(output))
        .hasSize(2)
        .anyMatch(line -> line.contains("INFO") && line.contains("is wanted by own later: "))
        .anyMatch(line -> line.contains("WARN") && line.contains("no such customer"));
    String due = "select next_attempt_at > ? from delivery where message_id = ?";
    var nearly =
        java.time.OffsetDateTime.ofInstant(
            mailroom.bean(TravellingClock.class).instant().plusSeconds(240),
            java.time.ZoneOffset.UTC);
    assertThat(mailroom.database().queryForObject(due, Boolean.class, nearly, later.immutableId()))
        .as("by the header Retry-After")
        .isTrue();
    own.remove(refused);

    DemoMessage down = deliver(own, "down");
    DemoMessage another = deliver(own, "another");
    mailroom.importAll("own");
    assertThat(entry(down)).containsEntry("attempts", 0);
    assertThat(entry(another))
        .containsEntry("attempts", 0)
        .extractingByKey("last_error")
        .asString()
        .startsWith("the destination is down: ")
        .contains("the period is closed");
    assertThat(told(output).get(2))
        .contains("ERROR destination own is down: ", "the period is closed");
  }

  @Test
  void a_destination_has_its_own_rules(CapturedOutput output) {
    DemoMailbox hr = tenant.mailbox("hr@contoso.com");
    answers = subject -> Answer.of(404, "");
    DemoMessage first = deliver(hr, "first");
    mailroom.importAll("strict");
    assertThat(entry(first)).containsEntry("status", "PENDING").containsEntry("attempts", 0);
    assertThat(told(output))
        .singleElement()
        .asString()
        .contains("ERROR destination strict is down: ");
    answers = subject -> Answer.of(422, "no");
    mailroom.bean(TravellingClock.class).travel(Duration.ofMinutes(1));
    mailroom.importAll("strict");
    assertThat(entry(first)).containsEntry("status", "FAILED").containsEntry("attempts", 1);
    hr.remove(first);
  }
}
