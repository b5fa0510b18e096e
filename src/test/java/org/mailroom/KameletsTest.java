package org.mailroom;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import jakarta.jms.ConnectionFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.mailroom.account.Accounts;
import org.mailroom.demo.DemoMail;
import org.mailroom.demo.DemoMailbox;
import org.mailroom.demo.DemoMessage;
import org.mailroom.demo.DemoRequest;
import org.mailroom.demo.DemoTenant;
import org.mailroom.message.MailMessage;
import org.mailroom.message.MailMessageJson;
import org.mailroom.schedule.AccountSchedule;
import org.mailroom.settings.Home;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.jms.core.JmsTemplate;

/**
 * The packaged kamelets, each in the flow that docs/routes.md shows, in one runtime over the demo
 * tenant.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@ExtendWith(OutputCaptureExtension.class)
class KameletsTest {

  /** A source whose route fails for the messages whose subject the test says. */
  private static final String FRAGILE =
      """
      - route:
          id: fragile
          description: %s
          from:
            uri: kamelet:graph-mail-source
            parameters:
              mailbox: orders@contoso.com
              credential: contoso
              folder: inbox
              filter: "isRead eq false and importance ne 'low'"
              period: 1s
              name: orders
            steps:
              - bean:
                  id: take-it
                  ref: ordersTaken
                  method: take
      """;

  /** What the route {@code fragile} got. */
  public static final class Taken {

    private final List<Exchange> all = new CopyOnWriteArrayList<>();
    private volatile String refused;

    /** Called by the route. */
    public void take(Exchange exchange) {
      if (refused != null
          && String.valueOf(exchange.getMessage().getHeader("subject")).contains(refused)) {
        throw new IllegalStateException("not this one");
      }
      all.add(exchange.copy());
    }

    private List<String> ids() {
      return all.stream()
          .map(taken -> taken.getMessage().getHeader("messageId", String.class))
          .toList();
    }
  }

  /** What the source of the recipe is called, which polls twice a minute. */
  private static final String TICKETS = "tickets-contoso.com-inbox";

  private final DemoTenant tenant = DemoTenant.start();
  private final Taken taken = new Taken();
  private Path folder;
  private MailroomRun mailroom;

  @BeforeAll
  void start(@TempDir Path temporary) throws IOException {
    folder = temporary;
    List.of("support@contoso.com", "tickets@contoso.com", "orders@contoso.com")
        .forEach(tenant::mailbox);
    for (String title :
        List.of(
            "Mail as the beginning of your route",
            "Change a message from your route",
            "Fetch an attachment from your route")) {
      Recipe.named(title).into(folder);
    }
    mailroom =
        MailroomRun.startRuntime(
            tenant,
            folder,
            "--mailroom.routes=file:" + folder.resolve("routes"),
            "--mailroom.accounts.support.poll-every=1h",
            "--mailroom.credentials.contoso.grant-type=client-credentials",
            "--mailroom.credentials.contoso.tenant-id=" + DemoTenant.TENANT_ID,
            "--mailroom.credentials.contoso.client-id=" + DemoTenant.CLIENT_ID,
            "--mailroom.credentials.contoso.client-secret=" + DemoTenant.CLIENT_SECRET,
            "--mailroom.limits.page-size=10",
            "--mailroom.retry.backoff=1s",
            "--mailroom.retry.max-attempts=20");
    mailroom.camel().getRegistry().bind("ordersTaken", taken);
  }

  @AfterAll
  void stop() {
    mailroom.close();
    tenant.close();
  }

  private List<Path> files(String name) throws IOException {
    Path files = folder.resolve("data").resolve(name);
    if (!Files.isDirectory(files)) {
      return List.of();
    }
    try (var all = Files.list(files)) {
      return all.toList();
    }
  }

  private void send(String queue, String text) {
    new JmsTemplate(mailroom.bean(ConnectionFactory.class)).convertAndSend(queue, text);
  }

  private static void within(java.util.concurrent.Callable<Boolean> condition) {
    await().atMost(Duration.ofSeconds(90)).until(condition);
  }

  @Test
  void the_source_gives_every_message_once_though_marking_takes_it_out_of_the_listing()
      throws Exception {
    DemoMailbox tickets = tenant.mailbox("tickets@contoso.com");
    // many of one second, too: the listing stands there while they are marked
    Instant second = Instant.parse("2026-01-05T10:00:00Z");
    List<DemoMessage> sent = new ArrayList<>();
    for (int i = 1; i <= 45; i++) {
      sent.add(
          tickets.deliver(
              "Inbox", DemoMail.plain(i), i < 20 ? second.plusSeconds(i) : second.plusSeconds(20)));
    }
    within(() -> mailroom.bean(AccountSchedule.class).lastResult(TICKETS).isPresent());
    mailroom.bean(AccountSchedule.class).importNow(TICKETS);
    within(() -> tickets.unread() == 0);
    List<MailMessage> got = new ArrayList<>();
    for (Path file : files("tickets")) {
      got.addAll(
          Files.readAllLines(file, UTF_8).stream()
              .filter(line -> !line.isBlank())
              .map(KameletsTest::document)
              .toList());
    }
    assertThat(got.stream().map(MailMessage::id))
        .containsExactlyInAnyOrderElementsOf(sent.stream().map(DemoMessage::immutableId).toList());
    assertThat(got)
        .allSatisfy(message -> assertThat(message.mailbox()).isEqualTo("tickets@contoso.com"));
    assertThat(mailroom.bean(Accounts.class).home(TICKETS)).contains(Home.ROUTE);
    assertThat(tenant.violations()).isEmpty();
    assertThat(
            tenant.requests().stream()
                .map(DemoRequest::prefer)
                .filter(prefer -> prefer == null || !prefer.contains("ImmutableId")))
        .isEmpty();
  }

  private static MailMessage document(String json) {
    try {
      return new MailMessageJson().read(json);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void
      a_message_whose_exchange_fails_stays_unread_and_comes_again_while_others_go_on_and_a_changed_route_goes_on_where_it_stood(
          CapturedOutput output) throws Exception {
    DemoMailbox orders = tenant.mailbox("orders@contoso.com");
    taken.refused = "2";
    List<DemoMessage> sent = new ArrayList<>();
    for (int i = 1; i <= 3; i++) {
      sent.add(orders.deliver(DemoMail.plain(i)));
    }
    Recipe.write(folder.resolve("routes/site/fragile.camel.yaml"), FRAGILE.formatted("first"));
    within(() -> sent.get(0).isRead() && sent.get(2).isRead());
    within(() -> output.getOut().contains("not this one"));
    assertThat(sent.get(1).isRead()).isFalse();
    assertThat(output.getOut())
        .contains("route fragile (routes/site/fragile.camel.yaml), step take-it");
    Recipe.write(folder.resolve("routes/site/fragile.camel.yaml"), FRAGILE.formatted("second"));
    within(
        () ->
            mailroom.camel().getRoute("fragile") != null
                && "second".equals(mailroom.camel().getRoute("fragile").getDescription()));
    taken.refused = null;
    within(() -> sent.get(1).isRead());
    sent.add(orders.deliver(DemoMail.plain(4)));
    within(() -> sent.get(3).isRead());
    assertThat(taken.ids())
        .containsExactlyInAnyOrderElementsOf(sent.stream().map(DemoMessage::immutableId).toList());
    Files.delete(folder.resolve("routes/site/fragile.camel.yaml"));
    within(() -> mailroom.bean(Accounts.class).find("orders").isEmpty());
  }

  @Test
  void the_update_marks_categorises_flags_and_moves_and_leaves_the_exchange_as_it_is() {
    DemoMailbox mailbox = tenant.mailbox("support@contoso.com");
    DemoMessage message =
        mailbox.deliver("drafts", DemoMail.plain(7), Instant.parse("2026-02-01T08:00:00Z"));
    send("tickets.closed", message.immutableId());
    within(() -> message.isRead() && message.folder().equals(mailbox.folder("Archive/Tickets")));
    assertThat(message.resource().path("flag").path("flagStatus").asText()).isEqualTo("complete");
    assertThat(message.resource().path("categories").toString()).contains("\"Closed\"");
    int patches = message.patches();

    ProducerTemplate camel = mailroom.camel().createProducerTemplate();
    Exchange again =
        camel.send(
            "kamelet:graph-mail-update-action?credential=contoso&categories=Closed&read=true",
            exchange -> {
              exchange.getMessage().setBody("as it was");
              exchange
                  .getMessage()
                  .setHeaders(
                      new java.util.HashMap<>(
                          Map.of(
                              "mailbox",
                              "support@contoso.com",
                              "messageId",
                              message.immutableId(),
                              "mine",
                              "too")));
            });
    assertThat(again.getException()).isNull();
    assertThat(again.getMessage().getBody()).isEqualTo("as it was");
    assertThat(again.getMessage().getHeaders()).containsOnlyKeys("mailbox", "messageId", "mine");
    assertThat(message.patches()).isEqualTo(patches);

    Exchange unread =
        camel.send(
            "kamelet:graph-mail-update-action?credential=contoso&read=false&mailbox=support@contoso.com",
            exchange -> exchange.getMessage().setHeader("messageId", message.immutableId()));
    assertThat(unread.getException()).isNull();
    assertThat(message.isRead()).isFalse();

    mailbox.remove(message);
    Exchange gone =
        camel.send(
            "kamelet:graph-mail-update-action?credential=contoso&read=true&mailbox=support@contoso.com",
            exchange -> exchange.getMessage().setHeader("messageId", message.immutableId()));
    assertThat(gone.getException())
        .hasMessageContaining("isn't in mailbox support@contoso.com any more");
  }

  @Test
  void the_content_of_an_attachment_becomes_the_body_and_one_that_is_too_large_fails()
      throws Exception {
    DemoMailbox mailbox = tenant.mailbox("support@contoso.com");
    DemoMessage message =
        mailbox.deliver(
            "drafts",
            MailWithAttachment.named("../contract.pdf", "the contract".getBytes(UTF_8)),
            Instant.parse("2026-02-02T08:00:00Z"));
    String attachment = message.attachments().get(0).id();
    send(
        "tickets.attachment",
        "{\"messageId\":\""
            + message.immutableId()
            + "\",\"attachmentId\":\""
            + attachment
            + "\"}");
    within(() -> files("attachments").size() == 1);
    Path file = files("attachments").get(0);
    assertThat(file).hasContent("the contract");
    assertThat(file.getFileName().toString()).endsWith("contract.pdf").doesNotContain("..");

    Exchange refused =
        mailroom
            .camel()
            .createProducerTemplate()
            .send(
                "kamelet:graph-mail-attachment-action?credential=contoso&maxSize=5B",
                exchange ->
                    exchange
                        .getMessage()
                        .setHeaders(
                            new java.util.HashMap<>(
                                Map.of(
                                    "mailbox",
                                    "support@contoso.com",
                                    "messageId",
                                    message.immutableId(),
                                    "attachmentId",
                                    attachment))));
    assertThat(refused.getException()).hasMessageContaining("larger than maxSize");
  }

  @Test
  void no_scheduler_of_quartz_runs_while_no_route_uses_it() {
    assertThat(Thread.getAllStackTraces().keySet())
        .extracting(Thread::getName)
        .noneMatch(name -> name.contains("Quartz"));
  }
}
