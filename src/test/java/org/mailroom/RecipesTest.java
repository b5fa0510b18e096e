package org.mailroom;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpServer;
import jakarta.jms.ConnectionFactory;
import jakarta.jms.TextMessage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.camel.Route;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.mailroom.account.ImportResult;
import org.mailroom.delivery.FailedDeliveries;
import org.mailroom.delivery.WaitingDeliveries;
import org.mailroom.demo.DemoFaults;
import org.mailroom.demo.DemoMailbox;
import org.mailroom.demo.DemoMessage;
import org.mailroom.demo.DemoTenant;
import org.mailroom.schedule.AccountSchedule;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.jms.core.JmsTemplate;

/**
 * The recipes of docs/routes.md as they stand there, against the demo tenant: one runtime takes
 * over what each of them puts into its folder, and gets the packaged routes back after it.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@ExtendWith(OutputCaptureExtension.class)
class RecipesTest {

  private static final Pattern ID = Pattern.compile("(?m)^    id: (\\S+)$");

  /** A request that the site's server got. */
  private record Posted(String path, Headers headers, String body) {}

  private Path folder;
  private final List<Posted> posted = new CopyOnWriteArrayList<>();
  private final Map<String, Integer> answers = new ConcurrentHashMap<>();
  private final Map<String, String> packaged = new HashMap<>();
  private final List<Path> files = new ArrayList<>();
  private final DemoTenant tenant = DemoTenant.start();
  private HttpServer server;
  private MailroomRun mailroom;
  private DemoMailbox mailbox;

  /** Rows that tests before this one left. */
  private long before;

  @BeforeAll
  void start(@TempDir Path temporary) throws IOException {
    folder = temporary;
    server = HttpServer.create(new InetSocketAddress("localhost", 0), 0);
    server.createContext(
        "/",
        exchange -> {
          String path = exchange.getRequestURI().toString();
          posted.add(
              new Posted(
                  path,
                  exchange.getRequestHeaders(),
                  new String(exchange.getRequestBody().readAllBytes(), UTF_8)));
          exchange.sendResponseHeaders(answers.getOrDefault(path, 200), -1);
          exchange.close();
        });
    server.start();
    String url = "http://localhost:" + server.getAddress().getPort();
    List<String> settings = new ArrayList<>();
    for (String title :
        List.of("A webhook", "A column of your own", "Another queue by subject", "Alerts")) {
      Path file = folder.resolve("settings-" + settings.size() + ".yaml");
      Recipe.write(file, Recipe.named(title).file("application.yaml"));
      settings.add("file:" + file);
    }
    Recipe.named("A webhook").into(folder);
    Recipe.named("A column of your own").into(folder);
    String orders = "routes/site/deliver-to-orders.camel.yaml";
    Recipe.write(folder.resolve(orders), Recipe.named("Another queue by subject").file(orders));
    Recipe.named("Import when another system asks").into(folder);
    mailroom =
        MailroomRun.startRuntime(
            tenant,
            folder,
            "--spring.config.additional-location=" + String.join(",", settings),
            "--crm.url=" + url + "/mail",
            "--alerts.url=" + url + "/alerts",
            "--mailroom.routes=file:" + folder.resolve("routes"),
            "--spring.flyway.locations=classpath:db/migration,filesystem:"
                + folder.resolve("migrations"),
            "--mailroom.retry.backoff=1s",
            "--mailroom.retry.max-attempts=2",
            "--mailroom.accounts.support.poll-every=1h",
            "--mailroom.accounts.sales.mailbox=sales@contoso.com",
            "--mailroom.accounts.sales.credential=demo",
            "--mailroom.accounts.sales.deliver-to=crm",
            "--mailroom.accounts.sales.poll-every=1h");
    mailroom
        .camel()
        .getRoutes()
        .forEach(route -> packaged.put(route.getRouteId(), route.getDescription()));
    await().until(() -> mailroom.bean(AccountSchedule.class).lastResult("support").isPresent());
  }

  @BeforeEach
  void begin() {
    mailbox = tenant.mailbox("support@contoso.com");
    posted.clear();
    answers.clear();
  }

  @AfterEach
  void giveThePackagedRoutesBack() {
    List<String> ids = files.stream().map(RecipesTest::read).flatMap(RecipesTest::ids).toList();
    files.forEach(file -> file.toFile().delete());
    files.clear();
    ids.forEach(
        id ->
            await()
                .atMost(Duration.ofSeconds(60))
                .until(() -> description(id), packaged.get(id)::equals));
    List.copyOf(mailbox.messages()).forEach(mailbox::remove);
  }

  @AfterAll
  void stop() {
    mailroom.close();
    tenant.close();
    server.stop(0);
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Stream<String> ids(String routes) {
    return ID.matcher(routes).results().map(found -> found.group(1));
  }

  private String description(String id) {
    Route route = mailroom.camel().getRoute(id);
    return route == null ? null : route.getDescription();
  }

  /** Puts a file into the folder, and waits until its routes run. */
  private void take(String file, String routes) {
    Recipe.write(folder.resolve(file), routes);
    files.add(folder.resolve(file));
    Matcher described = Pattern.compile("(?m)^    description: (.*)$").matcher(routes);
    assertThat(described.find()).isTrue();
    ids(routes)
        .forEach(
            id ->
                await()
                    .atMost(Duration.ofSeconds(60))
                    .until(() -> description(id), described.group(1)::equals));
  }

  private void take(String title) {
    Recipe.named(title)
        .files()
        .forEach(
            (file, text) -> {
              if (file.startsWith("routes/site/") && !folder.resolve(file).toFile().exists()) {
                take(file, text);
              }
            });
  }

  /** A route of the site's with a mistake in its only step. */
  private void takeWrong(String hook, String step) {
    take(
        "routes/site/" + hook + ".camel.yaml",
        """
        - route:
            id: %s
            group: site
            description: %s with a mistake
            from:
              uri: direct:%s
              steps:
        """
                .formatted(hook, hook, hook)
            + step.replace("HOOK", hook).indent(8));
  }

  private static final String THROWS =
      """
      - throwException:
          id: boom-in-HOOK
          exceptionType: java.lang.IllegalStateException
          message: the site made a mistake
      """;

  private static byte[] mail(String from, String subject, String more, String text) {
    return ("From: "
            + from
            + "\r\nTo: support@contoso.com\r\nSubject: "
            + subject
            + "\r\nDate: Mon, 5 Jan 2026 08:00:00 +0000\r\nMIME-Version: 1.0\r\n"
            + more
            + "\r\n"
            + text
            + "\r\n")
        .getBytes(UTF_8);
  }

  private DemoMessage deliver(String from, String subject) {
    return mailbox.deliver(mail(from, subject, "", "Hello"));
  }

  private static byte[] withFile(String from, String subject) {
    return mail(
        from,
        subject,
        "Content-Type: multipart/mixed; boundary=x\r\n",
        "--x\r\n"
            + "Content-Type: text/plain\r\n\r\n"
            + "Hello\r\n"
            + "--x\r\n"
            + "Content-Type: text/plain\r\n"
            + "Content-Disposition: attachment; filename=a.txt\r\n\r\n"
            + "attached\r\n"
            + "--x--");
  }

  private List<String> inDatabase(String column) {
    return mailroom
        .database()
        .queryForList(
            "select "
                + column
                + " from mail_message where account = 'support' order by received_at",
            String.class)
        .stream()
        .skip(before)
        .toList();
  }

  private ImportResult importSupport() {
    return mailroom.importSupport();
  }

  private void countFromHere() {
    before = 0;
    before = inDatabase("message_id").size();
  }

  /** Those lines of the log that say that something is wrong. */
  private static List<String> wrong(CapturedOutput output, int from) {
    return output
        .getOut()
        .substring(from)
        .lines()
        .filter(line -> line.matches("[\\d:]+ (WARN|ERROR) .*"))
        .toList();
  }

  @Test
  void a_webhook_gets_the_json_and_none_of_the_deliverys_headers() throws IOException {
    DemoMailbox sales = tenant.mailbox("sales@contoso.com");
    DemoMessage message = sales.deliver(mail("ada@example.com", "Caf=C3=A9", "", "Hello"));
    assertThat(mailroom.importAll("sales").get(0).isComplete()).isTrue();
    Posted post = posted.get(0);
    assertThat(posted).hasSize(1);
    assertThat(post.path()).isEqualTo("/mail");
    JsonNode json = new ObjectMapper().readTree(post.body());
    assertThat(json.path("id").asText()).isEqualTo(message.immutableId());
    assertThat(json.path("account").asText()).isEqualTo("sales");
    assertThat(post.headers().getFirst("Content-Type")).isEqualTo("application/json");
    assertThat(post.headers().getFirst("Idempotency-Key")).isEqualTo(message.immutableId());
    assertThat(post.headers().keySet())
        .isSubsetOf(
            "Accept-encoding",
            "Connection",
            "Content-length",
            "Content-type",
            "Host",
            "Idempotency-key",
            "User-agent",
            "Transfer-encoding",
            "Traceparent",
            "Accept");
    assertThat(sales.unread()).isZero();

    answers.put("/mail", 422);
    sales.deliver(mail("ada@example.com", "not wanted", "", "Hello"));
    assertThat(mailroom.importAll("sales").get(0).failed()).isEqualTo(1);
    assertThat(sales.unread()).isEqualTo(1);
    assertThat(mailroom.bean(WaitingDeliveries.class).refused().get("sales").error())
        .contains(
            "route deliver-to-crm (routes/site/deliver-to-crm.camel.yaml), step post-to-crm: ",
            "422");
    answers.clear();
    await().until(() -> mailroom.importAll("sales").get(0).isThrough() && sales.unread() == 0);
  }

  @Test
  void some_are_skipped_and_some_left_and_what_is_left_is_fetched_again_only_when_it_changes() {
    take("Skip some, leave some");
    countFromHere();
    DemoMessage newsletter = deliver("offers@news.example.com", "Offers");
    DemoMessage left = mailbox.deliver(withFile("council@example.com", "Confidential"));
    deliver("ada@example.com", "Plain");
    ImportResult first = importSupport();
    assertThat(first.imported()).isEqualTo(1);
    assertThat(first.passedOver()).isEqualTo(2);
    assertThat(inDatabase("subject")).containsExactly("Plain");
    assertThat(newsletter.isRead()).isTrue();
    assertThat(left.isRead()).isFalse();
    assertThat(fetches(left)).isPositive();

    long fetched = fetches(left);
    ImportResult second = importSupport();
    assertThat(second.isThrough()).isTrue();
    assertThat(second.failed()).isZero();
    assertThat(second.passedOver()).isEqualTo(1);
    assertThat(fetches(left)).as("the listing alone brings it").isEqualTo(fetched);

    mailbox.read(left);
    mailbox.unreadAll();
    importSupport();
    assertThat(fetches(left)).as("it has changed").isGreaterThan(fetched);
    assertThat(inDatabase("subject")).containsExactly("Plain");
  }

  private long fetches(DemoMessage message) {
    return tenant.requests().stream()
        .filter(request -> request.path().contains(message.immutableId()))
        .count();
  }

  @Test
  void a_column_of_the_sites_own_is_filled_from_an_internet_header() {
    countFromHere();
    mailbox.deliver(mail("ada@example.com", "with", "X-Customer: 4711\r\n", "Hello"));
    mailbox.deliver(mail("ada@example.com", "without", "", "Hello"));
    assertThat(importSupport().imported()).isEqualTo(2);
    assertThat(inDatabase("customer")).containsExactly("4711", null);
  }

  @Test
  void what_is_not_confirmed_is_not_marked_and_is_asked_about_again_by_the_rules_of_retry(
      CapturedOutput output) {
    take("Mark only what is confirmed");
    answers.put("/mail/filed", 409);
    DemoMessage message = deliver("ada@example.com", "To be filed");
    int from = output.getOut().length();
    importSupport();
    assertThat(message.isRead()).isFalse();
    assertThat(inDatabase("subject")).contains("To be filed");
    assertThat(posted).extracting(Posted::body).containsExactly(message.immutableId());
    assertThat(mailroom.bean(WaitingDeliveries.class).refused().get("support").error())
        .startsWith(
            "the site doesn't confirm it: route confirm (routes/site/confirm.camel.yaml), step"
                + " ask-the-crm: ")
        .contains("409");
    assertThat(wrong(output, from))
        .singleElement()
        .asString()
        .contains("WARN", message.immutableId(), "step ask-the-crm", "It is asked about again at ");

    answers.clear();
    await()
        .until(
            () -> {
              importSupport();
              return message.isRead();
            });
    assertThat(posted)
        .extracting(Posted::body)
        .containsExactly(message.immutableId(), message.immutableId());
    assertThat(
            mailroom
                .database()
                .queryForList(
                    "select destination || ' ' || status || ' ' || attempts from delivery where"
                        + " message_id = ? order by destination",
                    String.class,
                    message.immutableId()))
        .as("it isn't delivered again")
        .containsExactly("database DELIVERED 1", "file DELIVERED 1");
    assertThat(mailroom.bean(WaitingDeliveries.class).refused()).doesNotContainKey("support");
  }

  @Test
  void what_somebody_has_read_meanwhile_is_asked_about_again_as_well() {
    take("Mark only what is confirmed");
    answers.put("/mail/filed", 409);
    DemoMessage message = deliver("ada@example.com", "Read by somebody");
    importSupport();
    mailbox.read(message);
    answers.clear();
    await()
        .until(
            () -> {
              importSupport();
              return posted.size() == 2;
            });
    assertThat(mailroom.bean(WaitingDeliveries.class).refused()).doesNotContainKey("support");
  }

  @Test
  void the_subject_chooses_the_destinations() throws Exception {
    take("Another queue by subject");
    DemoMessage order = deliver("ada@example.com", "Order 12");
    DemoMessage other = deliver("ada@example.com", "Re: Order 12");
    assertThat(importSupport().imported()).isEqualTo(2);
    assertThat(destinations(order)).containsExactly("database", "orders");
    assertThat(destinations(other)).containsExactly("database", "file");
    assertThat(mailbox.unread()).isZero();
    JmsTemplate queue = new JmsTemplate(mailroom.bean(ConnectionFactory.class));
    queue.setReceiveTimeout(10_000);
    TextMessage sent = (TextMessage) queue.receive("orders");
    assertThat(sent.getStringProperty("messageId")).isEqualTo(order.immutableId());
    assertThat(sent.getText()).contains("\"subject\":\"Order 12\"");
  }

  private List<String> destinations(DemoMessage message) {
    return mailroom
        .database()
        .queryForList(
            "select destination from delivery where message_id = ? and status = 'DELIVERED' order"
                + " by destination",
            String.class,
            message.immutableId());
  }

  @Test
  void an_account_that_fails_is_told_once_and_once_when_it_has_recovered() throws IOException {
    take("Alerts");
    mailbox.fails(DemoFaults.Fault.status(403, "ErrorAccessDenied"));
    importSupport();
    importSupport();
    await().until(() -> posted.size() == 1);
    mailbox.fails(null);
    importSupport();
    importSupport();
    await().until(() -> posted.size() == 2);
    assertThat(posted).extracting(Posted::path).containsExactly("/alerts/open", "/alerts/close");
    for (Posted alert : posted) {
      JsonNode told = new ObjectMapper().readTree(alert.body());
      assertThat(told.path("account").asText()).isEqualTo("support");
      assertThat(told.path("mailbox").asText()).isEqualTo("support@contoso.com");
      assertThat(told.path("code").asText()).isEqualTo("ErrorAccessDenied");
      assertThat(told.path("cause").asText()).isNotBlank();
      assertThat(told.path("remedy").asText()).isNotBlank();
      assertThat(told.path("since").asText()).isNotBlank();
    }
  }

  @Test
  void numbers_of_cards_reach_no_destination() throws IOException {
    take("Redact the text");
    countFromHere();
    mailbox.deliver(mail("ada@example.com", "My card", "", "It is 4111 1111 1111 1111. Thanks."));
    assertThat(importSupport().imported()).isEqualTo(1);
    assertThat(inDatabase("body").get(0)).contains("It is [card]. Thanks.");
    assertThat(inDatabase("document").get(0)).contains("[card]").doesNotContain("4111");
    try (Stream<Path> files = Files.walk(folder.resolve("data/mail"))) {
      assertThat(
              files
                  .filter(file -> file.endsWith("message.json"))
                  .map(RecipesTest::read)
                  .filter(text -> text.contains("My card")))
          .singleElement()
          .asString()
          .contains("[card]")
          .doesNotContain("4111");
    }
  }

  @Test
  void another_system_has_an_account_imported(CapturedOutput output) {
    countFromHere();
    int from = output.getOut().length();
    deliver("ada@example.com", "Now, please");
    JmsTemplate queue = new JmsTemplate(mailroom.bean(ConnectionFactory.class));
    queue.convertAndSend("mailroom.import", "support");
    await().until(() -> inDatabase("subject").contains("Now, please"));
    queue.convertAndSend("mailroom.import", "nobody");
    await().until(() -> output.getOut().contains("step import-it-now: "));
    deliver("ada@example.com", "And again");
    queue.convertAndSend("mailroom.import", "support");
    // to its end: what is left to mark isn't there any more when the next test begins
    await().until(() -> inDatabase("subject").contains("And again") && mailbox.unread() == 0);
    assertThat(wrong(output, from))
        .singleElement()
        .asString()
        .endsWith(
            "WARN  route import-on-demand (routes/site/import-on-demand.camel.yaml), step"
                + " import-it-now: There is no account 'nobody'.");
    assertThat(output.getOut().substring(from)).doesNotContain("\tat ");
  }

  @Test
  void rules_that_fail_fail_their_message_alone_and_say_where(CapturedOutput output)
      throws IOException {
    take("Alerts");
    takeWrong(
        "rules",
        """
        - filter:
            id: only-this-one
            expression:
              simple:
                expression: ${body.subject} == 'Bad'
            steps:
        """
            + THROWS.indent(6));
    countFromHere();
    int from = output.getOut().length();
    DemoMessage bad = deliver("ada@example.com", "Bad");
    deliver("ada@example.com", "Good");
    mailbox.deliver(withFile("ada@example.com", "Good with a file"));
    ImportResult result = importSupport();
    assertThat(result.couldBeRead()).isTrue();
    assertThat(result.failed()).isEqualTo(1);
    assertThat(inDatabase("subject")).containsExactly("Good", "Good with a file");
    String words =
        "route rules (routes/site/rules.camel.yaml), step boom-in-rules: the site made a mistake.";
    assertThat(wrong(output, from))
        .singleElement()
        .asString()
        .contains(
            "WARN",
            "message " + bad.immutableId() + " was not delivered to database, file: " + words);

    await()
        .until(
            () -> {
              importSupport();
              return !mailroom
                  .bean(FailedDeliveries.class)
                  .list(new FailedDeliveries.Selection("support", bad.immutableId(), null), 10)
                  .isEmpty();
            });
    assertThat(
            mailroom
                .bean(FailedDeliveries.class)
                .list(new FailedDeliveries.Selection("support", bad.immutableId(), null), 10))
        .extracting(FailedDeliveries.FailedDelivery::error)
        .containsOnly(words);
    Path alerts = folder.resolve("data/alerts/given-up.jsonl");
    await().until(() -> alerts.toFile().exists() && read(alerts).endsWith("\n"));
    JsonNode told = new ObjectMapper().readTree(read(alerts));
    assertThat(told.path("messageId").asText()).isEqualTo(bad.immutableId());
    assertThat(told.path("destination").asText()).isEqualTo("database, file");
    assertThat(told.path("cause").asText()).isEqualTo(words);
    assertThat(told.path("attempts").asInt()).isEqualTo(2);
    assertThat(read(alerts).lines()).as("one for the message").hasSize(1);
    assertThat(output.getOut().substring(from)).doesNotContain("report this as a bug", "\tat ");
  }

  @Test
  void a_step_that_asks_for_what_is_not_there_and_an_alert_that_fails_are_told_in_a_line_each(
      CapturedOutput output) {
    takeWrong(
        "rules",
        """
        - setVariable:
            id: wrong-property
            name: x
            expression:
              simple:
                expression: ${body.nothingLikeIt}
        """);
    takeWrong("message-failed", THROWS);
    takeWrong("account-failed", THROWS);
    int from = output.getOut().length();
    DemoMessage message = deliver("ada@example.com", "x");
    await()
        .until(
            () -> {
              assertThat(importSupport().couldBeRead()).isTrue();
              return output.getOut().substring(from).contains("route message-failed (");
            });
    assertThat(wrong(output, from)).hasSize(3);
    assertThat(wrong(output, from))
        .filteredOn(
            line ->
                line.contains("route rules (routes/site/rules.camel.yaml), step wrong-property: "))
        .hasSize(2)
        .allMatch(line -> line.contains(message.immutableId()));
    assertThat(wrong(output, from))
        .filteredOn(
            line ->
                line.contains(
                    "route message-failed (routes/site/message-failed.camel.yaml), step"
                        + " boom-in-message-failed: the site made a mistake"))
        .hasSize(1);

    mailbox.fails(DemoFaults.Fault.status(403, "ErrorAccessDenied"));
    importSupport();
    await().until(() -> output.getOut().contains("route account-failed ("));
    mailbox.fails(null);
    assertThat(importSupport().couldBeRead()).isTrue();
    assertThat(output.getOut().substring(from)).doesNotContain("report this as a bug", "\tat ");
  }
}
