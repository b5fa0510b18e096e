package org.mailroom;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.mailroom.account.AccountEditor;
import org.mailroom.check.AccountCheck;
import org.mailroom.check.CheckStep;
import org.mailroom.credential.Credentials;
import org.mailroom.demo.DemoMail;
import org.mailroom.demo.DemoMailbox;
import org.mailroom.demo.DemoSubscriptions.Active;
import org.mailroom.demo.DemoTenant;
import org.mailroom.schedule.AccountSchedule;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/**
 * A runtime that the service tells of new mail, with polls of 15 minutes. The tests share it; each
 * has a mailbox of its own.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@ExtendWith(OutputCaptureExtension.class)
class PushTest {

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** What push promises. */
  private static final Duration PROMISED = Duration.ofSeconds(3);

  private final DemoTenant tenant = DemoTenant.start();
  private PublishedMailroom mailroom;
  private TravellingClock clock;
  private int plain;

  @BeforeAll
  void start(@TempDir Path folder) {
    tenant.mailbox("support@contoso.com");
    mailroom =
        PublishedMailroom.start(
            TravellingClock.Application.class,
            tenant,
            folder,
            true,
            "--mailroom.accounts.support.poll-every=15m");
    clock = mailroom.run().bean(TravellingClock.class);
  }

  @AfterAll
  void stop() {
    mailroom.close();
    tenant.close();
  }

  /** An account that was polled, and whose mailbox is subscribed to. */
  private DemoMailbox subscribed(String name) {
    return subscribed(name, "demo");
  }

  private DemoMailbox subscribed(String name, String credential) {
    DemoMailbox mailbox = tenant.mailbox(name + "@contoso.com");
    mailroom
        .run()
        .bean(AccountEditor.class)
        .create(
            name,
            Map.of(
                "mailbox",
                mailbox.address(),
                "credential",
                credential,
                "deliver-to",
                "database",
                "poll-every",
                "15m"));
    await()
        .atMost(PATIENCE)
        .until(() -> tenant.subscriptions().active(mailbox.address()).size() == 1);
    arrivesAndIsImported(mailbox);
    await().atMost(PATIENCE).until(() -> imported(name) == 1);
    // the look at what came before this node knew of it is over, too; it may have been one with the
    // first poll
    Instant from = Instant.now();
    await()
        .atMost(PATIENCE)
        .until(() -> listings(mailbox) >= 2 || Instant.now().isAfter(from.plusSeconds(5)));
    return mailbox;
  }

  private void arrivesAndIsImported(DemoMailbox mailbox) {
    mailbox.deliver(DemoMail.plain(++plain));
    await().atMost(PATIENCE).until(() -> mailbox.unread() == 0);
  }

  private long imported(String account) {
    return mailroom
        .run()
        .database()
        .queryForObject("select count(*) from mail_message where account = ?", Long.class, account);
  }

  private long listings(DemoMailbox mailbox) {
    return tenant.requests().stream()
        .filter(
            request ->
                request.mailbox().equals(mailbox.address()) && request.path().endsWith("/messages"))
        .count();
  }

  private double count(String result) {
    return mailroom
        .run()
        .bean(io.micrometer.core.instrument.MeterRegistry.class)
        .get("mailroom.notifications")
        .tag("result", result)
        .counter()
        .count();
  }

  @Test
  void
      a_mail_is_imported_within_three_seconds_of_its_arrival_though_the_next_poll_is_a_quarter_of_an_hour_away() {
    DemoMailbox mailbox = subscribed("soon");
    for (int i = 0; i < 3; i++) {
      mailbox.deliver(DemoMail.plain(++plain));
      await().atMost(PROMISED).until(() -> mailbox.unread() == 0);
    }
    assertThat(mailroom.run().bean(AccountSchedule.class).nextPoll("soon"))
        .isAfter(clock.instant().plus(Duration.ofMinutes(10)));
    assertThat(imported("soon")).isEqualTo(4);
    assertThat(tenant.violations()).isEmpty();
  }

  @Test
  void
      a_person_who_signed_in_has_the_own_mailbox_subscribed_by_its_address_and_a_shared_one_is_polled() {
    tenant
        .identity()
        .application("helpdesk")
        .secret("the secret of helpdesk", Instant.MAX)
        .redirectUri(Helpdesk.CALLBACK.toString());
    tenant.mailbox("person@contoso.com");
    mailroom
        .run()
        .bean(Credentials.class)
        .create(
            "person",
            Map.of(
                "grant-type",
                "authorization-code",
                "tenant-id",
                DemoTenant.TENANT_ID,
                "client-id",
                "helpdesk",
                "client-secret",
                "the secret of helpdesk",
                "scope",
                "Mail.ReadWrite Mail.ReadWrite.Shared offline_access"));
    Helpdesk.signIn(mailroom.run(), "person@contoso.com");
    DemoMailbox mailbox = subscribed("person", "person");
    assertThat(tenant.subscriptions().active(mailbox.address()))
        .singleElement()
        .matches(
            one -> one.resource().equals("users/person@contoso.com/mailFolders('inbox')/messages"));
    mailbox.deliver(DemoMail.plain(++plain));
    await().atMost(PROMISED).until(() -> mailbox.unread() == 0);

    DemoMailbox shared = tenant.mailbox("team@contoso.com");
    tenant.share(shared.address(), "person@contoso.com");
    shared.deliver(DemoMail.plain(++plain));
    mailroom
        .run()
        .bean(AccountEditor.class)
        .create(
            "team",
            Map.of(
                "mailbox",
                shared.address(),
                "credential",
                "person",
                "deliver-to",
                "database",
                "poll-every",
                "1s"));
    await()
        .atMost(PATIENCE)
        .until(
            () ->
                shared.unread() == 0
                    && mailroom.page("/account/team").contains("It is polled only:"));
    assertThat(tenant.subscriptions().active(shared.address())).isEmpty();
    shared.deliver(DemoMail.plain(++plain));
    await().atMost(PATIENCE).until(() -> shared.unread() == 0);
    mailroom.run().bean(AccountEditor.class).delete("team");
  }

  @Test
  void it_says_until_when_it_is_told_on_the_accounts_page_and_in_check() {
    subscribed("shown");
    assertThat(mailroom.page("/account/shown"))
        .contains("Microsoft Graph tells of new mail; subscribed until");
    List<CheckStep> steps = mailroom.run().bean(AccountCheck.class).check("shown");
    assertThat(steps)
        .filteredOn(step -> step.name().equals("push"))
        .singleElement()
        .matches(step -> !step.isFailed() && step.told().contains("tells of new mail"));
  }

  @Test
  void the_secret_of_a_subscription_is_nowhere_in_the_database_but_its_hash_is() {
    DemoMailbox mailbox = subscribed("secret");
    String secret = tenant.subscriptions().active(mailbox.address()).get(0).clientState();
    String row =
        mailroom
            .run()
            .database()
            .queryForList("select * from push_subscription where mailbox = ?", mailbox.address())
            .toString();
    assertThat(secret).hasSizeGreaterThan(30);
    assertThat(row).contains("client_state").doesNotContain(secret);
  }

  @Test
  void a_flood_of_forged_notifications_asks_neither_database_nor_service_and_writes_nothing(
      CapturedOutput output) {
    DemoMailbox mailbox = subscribed("flooded");
    Active subscription = tenant.subscriptions().active(mailbox.address()).get(0);
    long listed = listings(mailbox);
    double before = count("unknown") + count("wrong-state");
    int written = output.getOut().length();
    String unknown =
        body(
            i ->
                "{\"subscriptionId\":\""
                    + UUID.randomUUID()
                    + "\",\"clientState\":\""
                    + subscription.clientState()
                    + "\"}");
    String wrong =
        body(
            i ->
                "{\"subscriptionId\":\""
                    + subscription.id()
                    + "\",\"clientState\":\"guess "
                    + i
                    + "\",\"lifecycleEvent\":\"subscriptionRemoved\"}");
    for (int i = 0; i < 200; i++) {
      assertThat(
              mailroom
                  .post("/notifications", (i % 2 == 0 ? unknown : wrong).getBytes(UTF_8))
                  .statusCode())
          .isEqualTo(202);
    }
    assertThat(count("unknown") + count("wrong-state")).isEqualTo(before + 200 * 100);
    // whatever it had led to would have come before this one
    mailbox.deliver(DemoMail.plain(++plain));
    await().atMost(PATIENCE).until(() -> mailbox.unread() == 0);
    assertThat(listings(mailbox))
        .as("that of the last one alone, and those that end its import")
        .isLessThanOrEqualTo(listed + 3);
    assertThat(tenant.subscriptions().active(mailbox.address())).containsExactly(subscription);
    assertThat(
            output
                .getOut()
                .substring(written)
                .lines()
                .filter(
                    line ->
                        line.contains("notification")
                            || line.contains("WARN")
                            || line.contains("ERROR"))
                // a test before may have left something to tell of its own mailbox
                .filter(line -> !line.contains("@contoso.com") || line.contains("flooded@")))
        .isEmpty();
  }

  private static String body(java.util.function.IntFunction<String> notification) {
    return "{\"value\":["
        + IntStream.range(0, 100).mapToObj(notification).collect(Collectors.joining(","))
        + "]}";
  }

  @Test
  void
      the_address_is_open_answers_the_services_question_as_text_and_takes_nothing_large_and_writes_no_line(
          CapturedOutput output) {
    int written = output.getOut().length();
    HttpResponse<String> answer =
        mailroom.open(
            "POST",
            "/notifications?validationToken=Validation%3A+a%26b+%3Cscript%3Ealert(1)%3C%2Fscript%3E");
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.body())
        .isEqualTo("Validation: a&amp;b &lt;script&gt;alert(1)&lt;/script&gt;");
    assertThat(answer.headers().firstValue("Content-Type").orElse("")).startsWith("text/plain");
    assertThat(answer.headers().firstValue("X-Content-Type-Options")).contains("nosniff");
    assertThat(answer.headers().allValues("Set-Cookie")).isEmpty();
    assertThat(mailroom.open("GET", "/notifications?validationToken=hello").body())
        .isEqualTo("hello");
    assertThat(mailroom.open("GET", "/notifications").statusCode()).isEqualTo(400);
    assertThat(mailroom.open("POST", "/notifications").statusCode()).isEqualTo(400);
    assertThat(mailroom.open("DELETE", "/notifications").statusCode()).isEqualTo(405);
    assertThat(
            mailroom
                .open("POST", "/notifications?validationToken=" + "x".repeat(5000))
                .statusCode())
        .isEqualTo(400);
    assertThat(mailroom.post("/notifications", new byte[1024 * 1024]).statusCode()).isEqualTo(413);
    assertThat(mailroom.open("GET", "/notifications/elsewhere").statusCode())
        .as("that one needs a login")
        .isEqualTo(302);
    assertThat(
            output
                .getOut()
                .substring(written)
                .lines()
                .filter(line -> line.contains("otification") || line.contains("Resolved")))
        .isEmpty();
  }

  @Test
  void
      a_subscription_that_the_service_removes_is_created_anew_and_what_came_meanwhile_is_imported() {
    DemoMailbox mailbox = subscribed("removed");
    String before = tenant.subscriptions().active(mailbox.address()).get(0).id();
    tenant.subscriptions().lifecycle(mailbox.address(), "subscriptionRemoved");
    mailbox.deliver(DemoMail.plain(++plain));
    await().atMost(PATIENCE).until(() -> mailbox.unread() == 0);
    await()
        .atMost(PATIENCE)
        .until(
            () ->
                tenant.subscriptions().active(mailbox.address()).stream()
                    .anyMatch(one -> !one.id().equals(before)));
    assertThat(tenant.subscriptions().active(mailbox.address())).hasSize(1);
    arrivesAndIsImported(mailbox);
  }

  @Test
  void
      a_subscription_that_has_to_be_reauthorised_is_renewed_and_a_missed_notification_has_the_mailbox_imported() {
    DemoMailbox mailbox = subscribed("asked");
    Active before = tenant.subscriptions().active(mailbox.address()).get(0);
    long renewals = renewals(before);
    tenant.subscriptions().lifecycle(mailbox.address(), "reauthorizationRequired");
    await().atMost(PATIENCE).until(() -> renewals(before) == renewals + 1);
    // a folder that isn't subscribed to would do as well: nobody tells of this one
    tenant.subscriptions().lose(true);
    mailbox.deliver(DemoMail.plain(++plain));
    tenant.subscriptions().lose(false);
    tenant.subscriptions().lifecycle(mailbox.address(), "missed");
    await().atMost(PATIENCE).until(() -> mailbox.unread() == 0);
  }

  private long renewals(Active subscription) {
    return tenant.requests().stream()
        .filter(
            request ->
                request.method().equals("PATCH")
                    && request.path().equals("/subscriptions/" + subscription.id()))
        .count();
  }

  @Test
  void the_subscription_goes_with_the_account() {
    DemoMailbox mailbox = subscribed("leaving");
    mailroom.run().bean(AccountEditor.class).delete("leaving");
    clock.travel(Duration.ofMinutes(4));
    await()
        .atMost(PATIENCE)
        .until(() -> tenant.subscriptions().active(mailbox.address()).isEmpty());
    await()
        .atMost(PATIENCE)
        .until(
            () ->
                mailroom
                        .run()
                        .database()
                        .queryForObject(
                            "select count(*) from push_subscription where mailbox = ?",
                            Long.class,
                            mailbox.address())
                    == 0);
  }

  @Test
  void a_mailbox_that_may_not_be_subscribed_to_is_polled_as_ever_and_says_why_and_nothing_is_wrong(
      CapturedOutput output) {
    tenant.subscriptions().refuse(403, "ExtensionError");
    try {
      DemoMailbox mailbox = tenant.mailbox("refused@contoso.com");
      mailbox.deliver(DemoMail.plain(++plain));
      mailroom
          .run()
          .bean(AccountEditor.class)
          .create(
              "refused",
              Map.of(
                  "mailbox",
                  mailbox.address(),
                  "credential",
                  "demo",
                  "deliver-to",
                  "database",
                  "poll-every",
                  "1s"));
      await()
          .atMost(PATIENCE)
          .until(
              () ->
                  mailbox.unread() == 0
                      && output.getOut().contains("mailbox refused@contoso.com is polled only"));
      mailbox.deliver(DemoMail.plain(++plain));
      await().atMost(PATIENCE).until(() -> mailbox.unread() == 0);
      String words = "may not subscribe to this mailbox";
      assertThat(mailroom.page("/account/refused")).contains("It is polled only:").contains(words);
      assertThat(mailroom.run().bean(AccountCheck.class).check("refused"))
          .noneMatch(CheckStep::isFailed)
          .filteredOn(step -> step.name().equals("push"))
          .singleElement()
          .matches(step -> step.told().contains(words));
      assertThat(mailroom.get("/actuator/health").statusCode()).isEqualTo(200);
      assertThat(
              output
                  .getOut()
                  .lines()
                  .filter(line -> line.contains("refused@contoso.com") && line.contains(words)))
          .hasSize(1);
    } finally {
      tenant.subscriptions().refuseNoMore();
      mailroom.run().bean(AccountEditor.class).delete("refused");
    }
  }

  @Test
  void a_message_in_a_folder_that_is_subscribed_to_with_the_whole_mailbox_is_told_of_too() {
    DemoMailbox mailbox = tenant.mailbox("folders@contoso.com");
    mailbox.folder("Inbox/Tickets");
    mailroom
        .run()
        .bean(AccountEditor.class)
        .create(
            "folders",
            Map.of(
                "mailbox",
                mailbox.address(),
                "credential",
                "demo",
                "deliver-to",
                "database",
                "poll-every",
                "15m",
                "folders",
                "inbox, Inbox/Tickets"));
    await()
        .atMost(PATIENCE)
        .until(() -> tenant.subscriptions().active(mailbox.address()).size() == 1);
    mailbox.deliver(
        "Inbox/Tickets", DemoMail.plain(++plain), java.time.Instant.parse("2026-01-06T00:00:00Z"));
    await().atMost(PATIENCE).until(() -> mailbox.unread() == 0);
    assertThat(tenant.subscriptions().active(mailbox.address()).get(0).resource())
        .isEqualTo("users/folders@contoso.com/messages");
  }
}
