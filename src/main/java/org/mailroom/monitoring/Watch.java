package org.mailroom.monitoring;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.mailroom.account.Account;
import org.mailroom.account.Accounts;
import org.mailroom.account.ImportedMinutes;
import org.mailroom.delivery.DestinationHealth;
import org.mailroom.delivery.FailedDeliveries;
import org.mailroom.graph.MailboxGates;
import org.mailroom.listing.Backfills;
import org.mailroom.schedule.AccountSchedule;
import org.mailroom.schedule.Nodes;
import org.mailroom.settings.Daemons;
import org.mailroom.settings.MailroomProperties;
import org.mailroom.settings.Wait;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Component;

/**
 * Looks at the accounts every few seconds while Mailroom runs: offers their gauges and MBeans, and
 * says in the log when one isn't read to its end for longer than it may be, whatever the reason.
 * Commands that end by themselves need none of it.
 */
@Component
final class Watch implements DisposableBean {

  private static final Logger LOG = LoggerFactory.getLogger("mailroom.import");
  private static final long EVERY_SECONDS = 5;
  private static final Duration TOLD_AGAIN = Duration.ofHours(1);

  private final Accounts accounts;
  private final AccountSchedule schedule;
  private final AccountStatuses statuses;
  private final AccountGauges gauges;
  private final FailedDeliveries failures;
  private final FailedCounts counts;
  private final DestinationHealth destinations;
  private final MailboxGates gates;
  private final CredentialBeans credentials;
  private final ImportedMinutes minutes;
  private final Backfills backfills;
  private final Nodes nodes;
  private final MissedNodes missed;
  private final MailroomProperties properties;
  private final Clock clock;
  private final ManagementBeans beans = new ManagementBeans();
  private final StallLog stalls;
  private final Map<String, Wait> toldUnanswered = new HashMap<>();
  private @Nullable ScheduledExecutorService timer;

  Watch(
      Accounts accounts,
      AccountSchedule schedule,
      AccountStatuses statuses,
      AccountGauges gauges,
      FailedDeliveries failures,
      FailedCounts counts,
      DestinationHealth destinations,
      MailboxGates gates,
      CredentialBeans credentials,
      ImportedMinutes minutes,
      Backfills backfills,
      Nodes nodes,
      MissedNodes missed,
      MailroomProperties properties,
      Clock clock) {
    this.accounts = accounts;
    this.schedule = schedule;
    this.statuses = statuses;
    this.gauges = gauges;
    this.failures = failures;
    this.counts = counts;
    this.destinations = destinations;
    this.gates = gates;
    this.credentials = credentials;
    this.minutes = minutes;
    this.backfills = backfills;
    this.nodes = nodes;
    this.missed = missed;
    this.properties = properties;
    this.clock = clock;
    this.stalls = new StallLog(clock);
  }

  @EventListener(ApplicationReadyEvent.class)
  void begin() {
    if (!properties.polling()) {
      return;
    }
    beans.offer("Failures", new FailuresMBean(failures, counts, destinations));
    beans.offer("Nodes", new NodesMBean(nodes, missed));
    look();
    timer = Executors.newSingleThreadScheduledExecutor(Daemons.named("watch"));
    Daemons.repeat(timer, this::look, EVERY_SECONDS, EVERY_SECONDS, TimeUnit.SECONDS);
  }

  void look() {
    try {
      minutes.add();
      statuses.figures();
      gauges.refresh();
      beans.offer(
          "Account",
          accounts.all().stream().map(Account::id).collect(Collectors.toSet()),
          this::bean);
      credentials.offer(beans);
      accounts.all().forEach(account -> stalls.seen(statuses.withoutDatabase(account)));
      accounts
          .all()
          .forEach(
              account ->
                  gates
                      .unanswered(account.mailbox())
                      .ifPresent(unanswered -> tell(account.id(), unanswered)));
    } catch (RuntimeException e) {
      // the next look is another chance: a task that throws is never run again
      LOG.error("the accounts can't be watched: {}", e.toString());
    }
  }

  private Object bean(String id) {
    return new AccountMBean(
        id,
        () ->
            statuses
                .find(id)
                .orElseThrow(() -> new IllegalStateException("account " + id + " was deleted")),
        schedule,
        backfills,
        accounts,
        clock);
  }

  /** A failure that comes of it is told by the import itself; until then nothing else would be. */
  private void tell(String account, MailboxGates.Unanswered unanswered) {
    Instant now = clock.instant();
    if (toldUnanswered.getOrDefault(account, Wait.NONE).isOver(now)) {
      toldUnanswered.put(account, Wait.of(TOLD_AGAIN, now));
      LOG.warn("account {}: {}", account, AccountStandings.inWords(unanswered));
    }
  }

  @Override
  public void destroy() {
    if (timer != null) {
      timer.shutdownNow();
    }
    beans.close();
  }
}
