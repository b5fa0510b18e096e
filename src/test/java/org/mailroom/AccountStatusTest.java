package org.mailroom;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.mailroom.account.ImportedMinutes;
import org.mailroom.account.PollHistory;
import org.mailroom.delivery.WaitingDeliveries;
import org.mailroom.demo.DemoMail;
import org.mailroom.demo.DemoMailbox;
import org.mailroom.demo.DemoTenant;
import org.mailroom.monitoring.AccountStatus;
import org.mailroom.monitoring.AccountStatus.State;
import org.mailroom.monitoring.AccountStatuses;
import org.mailroom.schedule.AccountSchedule;
import org.springframework.boot.actuate.health.HealthEndpoint;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** How an account does, what its polls came to, and what an operator can do with it. */
@ExtendWith(OutputCaptureExtension.class)
class AccountStatusTest {

  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final String HOURLY = "--mailroom.accounts.support.poll-every=1h";

  @TempDir private Path folder;

  @RegisterExtension static final SharedMailroom SHARED = new SharedMailroom();

  private final DemoTenant tenant = SHARED.tenant();
  private DemoMailbox mailbox;
  private String account = "support";

  @BeforeEach
  void mailbox() {
    mailbox = tenant.mailbox("support@contoso.com");
  }

  private MailroomRun startShared() {
    mailbox = SHARED.mailbox();
    account = SHARED.account();
    return SHARED.start();
  }

  private AccountStatus status(MailroomRun mailroom) {
    return mailroom.bean(AccountStatuses.class).find(account).orElseThrow();
  }

  private long listings() {
    return tenant.requests().stream()
        .filter(request -> request.path().endsWith("/messages"))
        .count();
  }

  @Test
  void
      a_paused_account_is_not_polled_not_even_after_a_restart_until_it_is_resumed_and_import_now_imports_once() {
    try (MailroomRun mailroom = MailroomRun.startRuntime(tenant, folder)) {
      await().atMost(PATIENCE).until(() -> status(mailroom).lastSuccess() != null);
      mailroom.bean(AccountSchedule.class).pause("support");
      await().atMost(PATIENCE).until(() -> status(mailroom).state() == State.PAUSED);
      assertThat(status(mailroom).reason()).contains("Resume it");
    }
    mailbox.deliver(DemoMail.plain(1));
    long before = listings();
    try (MailroomRun mailroom =
        MailroomRun.startRuntime(
            tenant,
            folder,
            "--mailroom.accounts.other.mailbox=support@contoso.com",
            "--mailroom.accounts.other.credential=demo",
            "--mailroom.accounts.other.deliver-to=file",
            "--mailroom.accounts.other.filter=isRead eq true")) {
      await()
          .atMost(PATIENCE)
          .until(() -> mailroom.bean(AccountSchedule.class).lastResult("other").isPresent());
      AccountSchedule schedule = mailroom.bean(AccountSchedule.class);
      assertThat(schedule.lastResult("support")).isEmpty();
      assertThat(mailbox.unread()).isEqualTo(1);
      schedule.importNow("support");
      await().atMost(PATIENCE).until(() -> mailbox.unread() == 0);
      await().atMost(PATIENCE).until(() -> status(mailroom).state() == State.PAUSED);
      mailbox.deliver(DemoMail.plain(2));
      schedule.resume("support");
      await().atMost(PATIENCE).until(() -> mailbox.unread() == 0);
      assertThatThrownBy(() -> schedule.pause("nobody"))
          .hasMessage("There is no account 'nobody'.");
    }
    assertThat(listings()).isGreaterThan(before);
  }

  @Test
  void import_now_on_an_account_that_is_being_imported_queues_one_more() {
    try (MailroomRun mailroom =
        MailroomRun.startRuntime(TravellingClock.Application.class, tenant, folder, HOURLY)) {
      AccountSchedule schedule = mailroom.bean(AccountSchedule.class);
      await().atMost(PATIENCE).until(() -> schedule.lastResult("support").isPresent());
      tenant
          .faults()
          .status(
              call -> call.endsWith("/messages"),
              429,
              "ApplicationThrottled",
              Map.of("Retry-After", "600"),
              1);
      assertThat(schedule.importNow("support")).isFalse();
      await().atMost(PATIENCE).until(() -> status(mailroom).state() == State.WAITING);
      assertThat(status(mailroom).until()).isNotNull();
      assertThat(status(mailroom).reason())
          .contains("throttles support@contoso.com")
          .contains("by itself");
      long before = listings();
      assertThat(schedule.importNow("support")).isTrue();
      assertThat(schedule.importNow("support")).isTrue();
      TravellingClock clock = mailroom.bean(TravellingClock.class);
      clock.travel(Duration.ofSeconds(601));
      tenant.clock(clock.ahead());
      await().atMost(PATIENCE).until(() -> listings() == before + 2 && !status(mailroom).running());
      assertThat(schedule.due()).as("both wishes were one more import").isEmpty();
    } finally {
      tenant.clock(Duration.ZERO);
    }
  }

  @Test
  void
      the_history_tells_polls_that_did_something_counts_a_failure_that_lasts_and_leaves_idle_polls_out() {
    try (MailroomRun mailroom = startShared()) {
      mailbox.deliver(DemoMail.plain(1));
      mailbox.deliver(DemoMail.plain(2));
      mailroom.importSupport();
      mailroom.importSupport();
      mailroom.importSupport();
      PollHistory history = mailroom.bean(PollHistory.class);
      assertThat(history.recent(account, 10))
          .singleElement()
          .satisfies(
              poll -> {
                assertThat(poll.imported()).isEqualTo(2);
                assertThat(poll.requests()).isEqualTo(2);
                assertThat(poll.failure()).isNull();
              });
      assertThat(history.importedByDay(1)).containsEntry(account, Map.of(history.today(), 2L));
      ImportedMinutes minutes = mailroom.bean(ImportedMinutes.class);
      minutes.add();
      minutes.add();
      assertThat(
              minutes.since(Instant.now().minusSeconds(6000)).values().stream()
                  .mapToLong(Long::longValue)
                  .sum())
          .as("each is counted once")
          .isEqualTo(
              history.importedByDay(2).values().stream()
                  .flatMap(days -> days.values().stream())
                  .mapToLong(Long::longValue)
                  .sum());
      assertThat(status(mailroom))
          .satisfies(
              status -> {
                assertThat(status.state()).isEqualTo(State.IDLE);
                assertThat(status.importedToday()).isEqualTo(2);
                assertThat(status.backlog()).isZero();
                assertThat(status.reason()).isNull();
              });
      // a page, and the questions whether it is one message's fault: four requests for each import
      tenant
          .faults()
          .status(call -> call.endsWith("/messages"), 403, "ErrorAccessDenied", Map.of(), 12);
      mailroom.importSupport();
      mailroom.importSupport();
      mailroom.importSupport();
      List<PollHistory.Poll> polls = history.recent(account, 10);
      assertThat(polls).hasSize(2);
      assertThat(polls.get(0).polls()).isEqualTo(3);
      assertThat(polls.get(0).failure()).contains("Grant it Mail.ReadWrite");
      assertThat(status(mailroom).state()).isEqualTo(State.NEEDS_ATTENTION);
      assertThat(status(mailroom).reason())
          .contains("ErrorAccessDenied")
          .contains("request-id")
          .contains("Grant it Mail.ReadWrite");
      mailroom.importSupport();
      assertThat(status(mailroom).state()).isEqualTo(State.IDLE);
    }
  }

  @Test
  void
      a_refused_message_that_is_tried_again_makes_its_account_wait_and_one_that_is_given_up_needs_attention(
          CapturedOutput output) throws Exception {
    Path routes = folder.resolve("routes");
    ImportTest.copyRoutes(routes);
    Files.writeString(
        routes.resolve("deliver-to-picky.camel.yaml"),
        """
        - route:
            id: deliver-to-picky
            from:
              uri: direct:deliver-to-picky
              steps:
                - throwException:
                    exceptionType: java.lang.IllegalStateException
                    message: I don't like this one
        """);
    mailbox.deliver(DemoMail.plain(1));
    String[] settings = {
      "--mailroom.routes=file:" + routes,
      "--mailroom.destinations.picky=direct:deliver-to-picky",
      "--mailroom.accounts.support.deliver-to=database,picky"
    };
    try (MailroomRun mailroom = MailroomRun.start(tenant, folder, settings)) {
      mailroom.importSupport();
      assertThat(status(mailroom).state()).isEqualTo(State.WAITING);
      assertThat(status(mailroom).until()).isAfter(Instant.now());
      assertThat(status(mailroom).reason())
          .contains("1 delivery was refused")
          .contains("I don't like this one")
          .contains("tries again by itself");
      assertThat(
              mailroom
                  .bean(HealthEndpoint.class)
                  .healthForPath("accounts", "support")
                  .getStatus()
                  .getCode())
          .isEqualTo("WAITING");
      assertThat(output.getOut())
          .contains("imported 0 messages")
          .contains("1 refused and tried again");
      assertThat(mailroom.bean(PollHistory.class).recent("support", 1))
          .singleElement()
          .satisfies(poll -> assertThat(poll.failure()).contains("I don't like this one"));
      assertThat(mailroom.bean(WaitingDeliveries.class).of("support", 10))
          .singleElement()
          .satisfies(
              waits -> {
                assertThat(waits.destination()).isEqualTo("picky");
                assertThat(waits.attempts()).isEqualTo(1);
                assertThat(waits.next()).isAfter(Instant.now());
                assertThat(waits.error()).contains("I don't like this one");
                assertThat(waits.subject()).isEqualTo("Plain message 1");
              });
    }
    mailbox.deliver(DemoMail.plain(2));
    try (MailroomRun mailroom =
        MailroomRun.start(
            tenant,
            folder,
            Stream.concat(Stream.of(settings), Stream.of("--mailroom.retry.max-attempts=1"))
                .toArray(String[]::new))) {
      mailroom.importSupport();
      assertThat(status(mailroom).state()).isEqualTo(State.NEEDS_ATTENTION);
      assertThat(status(mailroom).reason())
          .contains("1 delivery was given up")
          .contains("failed list");
      assertThat(output.getOut())
          .contains("imported 0 messages")
          .contains("1 given up, 1 waits for another try");
    }
  }

  @Test
  void the_history_of_an_account_stays_bounded() {
    try (MailroomRun mailroom = startShared()) {
      for (int i = 0; i < 700; i++) {
        mailroom
            .database()
            .update(
                "insert into poll values (?, ?, current_timestamp, 1, 1, 0, 0, 0, 0, 1, null, 1)",
                account,
                OffsetDateTime.now().minusDays(1).plusSeconds(i));
      }
      mailbox.deliver(DemoMail.plain(1));
      mailroom.importSupport();
      assertThat(mailroom.rows("poll")).isEqualTo(500);
      assertThat(mailroom.bean(PollHistory.class).recent(account, 1))
          .singleElement()
          .extracting(PollHistory.Poll::requests)
          .isEqualTo(2L);
    }
  }
}
