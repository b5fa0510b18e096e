package org.mailroom.retention;

import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Locale;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.mailroom.account.Accounts;
import org.mailroom.graph.ServiceClock;
import org.mailroom.settings.Daemons;
import org.mailroom.settings.DatabaseBreaker;
import org.mailroom.settings.MailroomProperties;
import org.mailroom.settings.RetentionProperties;
import org.mailroom.settings.Wait;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.dao.DataAccessException;
import org.springframework.stereotype.Component;
import org.springframework.transaction.TransactionException;

/**
 * Deletes what was imported longer ago than {@code mailroom.retention} says, at its times, on one
 * node at a time, and completes what {@code erase} has begun. Once a minute it is looked whether
 * there is something to do. Commands that end by themselves do none of it.
 */
@Component
final class Retention implements DisposableBean {

  private static final Logger LOG = LoggerFactory.getLogger("mailroom.retention");

  private static final String METRIC = "mailroom.retention.deleted";
  private static final Duration TOLD_AGAIN = Duration.ofHours(24);
  private static final Duration MOST_AHEAD = Duration.ofHours(1);
  private static final Duration FIRST_ANSWER = Duration.ofMinutes(5);

  /**
   * How it does.
   *
   * @param last when it last looked for what is older; null when that wasn't since the start
   * @param problem what can't be deleted, and what to do; null when all is well
   */
  public record Status(@Nullable Instant last, @Nullable String problem) {}

  private final RetentionProperties settings;
  private final boolean runs;
  private final RetentionTurn turn;
  private final OldRows oldRows;
  private final OldFiles oldFiles;
  private final ErasedMessages erased;
  private final Accounts accounts;
  private final ServiceClock service;
  private final MeterRegistry meters;
  private final Clock clock;
  private final Instant started;
  private volatile boolean stopping;
  private volatile Status status = new Status(null, null);
  private @Nullable Instant last;
  private @Nullable String ofRun;
  private @Nullable String told;
  private Wait untilToldAgain = Wait.NONE;
  private @Nullable ScheduledExecutorService timer;

  Retention(
      MailroomProperties properties,
      RetentionTurn turn,
      OldRows oldRows,
      OldFiles oldFiles,
      ErasedMessages erased,
      Accounts accounts,
      ServiceClock service,
      MeterRegistry meters,
      Clock clock) {
    this.settings = properties.retention();
    this.runs = properties.polling();
    this.turn = turn;
    this.oldRows = oldRows;
    this.oldFiles = oldFiles;
    this.erased = erased;
    this.accounts = accounts;
    this.service = service;
    this.meters = meters;
    this.clock = clock;
    this.started = clock.instant();
  }

  @EventListener(ApplicationReadyEvent.class)
  void begin() {
    if (!runs) {
      return;
    }
    timer = Executors.newSingleThreadScheduledExecutor(Daemons.named("retention"));
    Daemons.repeat(timer, this::look, 0, 1, TimeUnit.MINUTES);
  }

  /**
   * Looks whether there is something to do, and does it, unless another node is at it. Never fails.
   * One thread at a time calls it.
   */
  void look() {
    try {
      boolean due = isDue();
      if ((due || erased.isAnyDue()) && !stopping && turn.take()) {
        try {
          run(due);
        } finally {
          turn.give();
        }
      }
      judge();
    } catch (DataAccessException | TransactionException databaseDown) {
      String reason = DatabaseBreaker.reason(databaseDown);
      tell(
          "what is older than mailroom.retention can't be deleted: Mailroom's database doesn't"
              + " answer as it should ("
              + reason
              + "). "
              + DatabaseBreaker.remedy(reason)
              + "; it is tried again by itself.");
    } catch (RuntimeException unexpected) {
      // an exception would end the timer in silence
      tell(
          "what is older than mailroom.retention can't be deleted: "
              + unexpected
              + ". It is tried again by itself.");
      LOG.debug("retention", unexpected);
    }
  }

  private boolean isDue() {
    if (!settings.isOn() || wrongClock() != null) {
      return false;
    }
    Instant last = turn.lastBegun();
    Instant now = clock.instant();
    if (!service.isKnown()
        && !accounts.all().isEmpty()
        && now.isBefore(started.plus(FIRST_ANSWER))) {
      // the first answer of the service tells whether this machine's clock is right
      return false;
    }
    // a clock that was wrong and is set back mustn't keep it from its work
    return (last != null && last.isAfter(now))
        || !(last == null ? settings.first(started) : settings.after(last)).isAfter(now);
  }

  private void run(boolean due) {
    Run run = new Run(clock, settings.longestRun(), () -> !stopping && turn.keep());
    erased.complete(run, false);
    if (due) {
      turn.begins();
      deleteOld(run);
    }
    count(run);
    if (due) {
      last = clock.instant();
      ofRun = run.problem();
    }
    if (run.didSomething()) {
      LOG.info("{}", inWords(run));
    }
  }

  /** By a clock that is ahead everything would be old. Null when it isn't. */
  private @Nullable String wrongClock() {
    Duration ahead = Duration.between(service.now(), clock.instant());
    return !service.isKnown() || ahead.compareTo(MOST_AHEAD) <= 0
        ? null
        : "this machine's clock is "
            + ahead.toHours()
            + " hours ahead of Microsoft Graph's: nothing is deleted by age until it is right. Set"
            + " the clock.";
  }

  private void judge() {
    String wrongClock = settings.isOn() ? wrongClock() : null;
    String problem = wrongClock != null ? wrongClock : ofRun != null ? ofRun : erased.problem();
    if (problem == null) {
      told = null;
      status = new Status(last, null);
    } else {
      tell(problem);
    }
  }

  private void deleteOld(Run run) {
    Instant rowsBefore = before(settings.database());
    Instant filesBefore = before(settings.files());
    if (rowsBefore != null) {
      oldRows.delete(rowsBefore, run);
    }
    if (filesBefore != null) {
      long earlier = run.files();
      oldFiles.delete(filesBefore, run);
      if (rowsBefore != null && run.files() > earlier) {
        // what the ledger recognises a message by goes behind its files
        oldRows.delete(rowsBefore, run);
      }
    }
  }

  private @Nullable Instant before(@Nullable Duration age) {
    return age == null ? null : clock.instant().minus(age);
  }

  private void count(Run run) {
    count("messages", run.messages());
    count("attachments", run.attachments());
    count("files", run.files());
    meters.counter(METRIC + ".bytes").increment((double) run.bytes());
  }

  private void count(String what, long number) {
    meters.counter(METRIC, "what", what).increment((double) number);
  }

  private String inWords(Run run) {
    return String.format(
        Locale.ROOT,
        "deleted by mailroom.retention or erase: %d messages with %d attachments from the"
            + " database%s, %d files (%s) of %d messages%s, in %d s%s",
        run.messages(),
        run.attachments(),
        imported(settings.database()),
        run.files(),
        Sizes.inWords(run.bytes()),
        run.folders(),
        imported(settings.files()),
        run.took().toSeconds(),
        run.isCut() ? "; there may be more, which goes with the next run" : "");
  }

  private String imported(@Nullable Duration age) {
    return age == null
        ? ""
        : " (imported before "
            + LocalDate.ofInstant(clock.instant().minus(age), ZoneOffset.UTC)
            + ")";
  }

  /** Once, and again when it lasts. */
  private void tell(String problem) {
    status = new Status(last, problem);
    Instant now = clock.instant();
    if (!problem.equals(told) || untilToldAgain.isOver(now)) {
      told = problem;
      untilToldAgain = Wait.of(TOLD_AGAIN, now);
      LOG.warn("retention: {}", problem);
    }
  }

  public Status status() {
    return status;
  }

  /** What is in hand is finished: a small step. */
  @EventListener(ContextClosedEvent.class)
  void stop() {
    stopping = true;
  }

  @Override
  public void destroy() throws InterruptedException {
    stopping = true;
    if (timer != null) {
      timer.shutdown();
      // its step is over before the database is closed; a database that doesn't answer is given up
      // by the stop itself
      timer.awaitTermination(10, TimeUnit.SECONDS);
      timer.shutdownNow();
    }
  }
}
