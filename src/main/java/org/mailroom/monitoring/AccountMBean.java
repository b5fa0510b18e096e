package org.mailroom.monitoring;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.mailroom.account.Account;
import org.mailroom.account.Accounts;
import org.mailroom.listing.Backfill;
import org.mailroom.listing.Backfills;
import org.mailroom.listing.UnclearFilterException;
import org.mailroom.schedule.AccountSchedule;
import org.mailroom.schedule.Node;

/** One account over JMX. */
final class AccountMBean implements AccountMXBean {

  private final String id;
  private final Supplier<AccountStatus> status;
  private final AccountSchedule schedule;
  private final Backfills backfills;
  private final Accounts accounts;
  private final Clock clock;

  /**
   * @param status how the account does now
   */
  AccountMBean(
      String id,
      Supplier<AccountStatus> status,
      AccountSchedule schedule,
      Backfills backfills,
      Accounts accounts,
      Clock clock) {
    this.id = id;
    this.status = status;
    this.schedule = schedule;
    this.backfills = backfills;
    this.accounts = accounts;
    this.clock = clock;
  }

  @Override
  public @Nullable String getMailbox() {
    return status.get().mailbox();
  }

  @Override
  public @Nullable String getCredential() {
    return status.get().credential();
  }

  @Override
  public String getState() {
    return status.get().state().inWords();
  }

  @Override
  public @Nullable String getWaitingUntil() {
    return text(status.get().until());
  }

  @Override
  public @Nullable String getReason() {
    return status.get().reason();
  }

  @Override
  public boolean isRunning() {
    return status.get().running();
  }

  @Override
  public @Nullable String getWorkedBy() {
    return schedule.workedBy(id).map(Node::name).orElse(null);
  }

  @Override
  public @Nullable String getLastPoll() {
    return text(status.get().lastPoll());
  }

  @Override
  public @Nullable String getLastSuccess() {
    return text(status.get().lastSuccess());
  }

  @Override
  public double getLastSuccessAgeSeconds() {
    Instant last = schedule.lastSuccess(id).orElse(schedule.knownSince(id));
    return Duration.between(last, clock.instant()).toMillis() / 1000.0;
  }

  @Override
  public @Nullable String getNextPoll() {
    return text(status.get().nextPoll());
  }

  @Override
  public @Nullable Long getBacklog() {
    return status.get().backlog();
  }

  @Override
  public long getImportedToday() {
    return status.get().importedToday();
  }

  @Override
  public long getFailed() {
    return status.get().failed();
  }

  @Override
  public void pause() {
    schedule.pause(id);
  }

  @Override
  public void resume() {
    schedule.resume(id);
  }

  @Override
  public String importNow() {
    return schedule.importNow(id) ? "The import follows the one that runs." : "The import begins.";
  }

  @Override
  public String backfill(String since, String until, boolean includeRead) {
    Instant from = time(since);
    Instant to = until == null || until.isBlank() ? null : time(until);
    if (!from.isBefore(to == null ? clock.instant() : to)) {
      throw new IllegalArgumentException(
          to == null ? "since is in the future." : "since isn't before until.");
    }
    if (backfills.isUnderway(id)) {
      return "A backfill of this account runs; wait until it has ended.";
    }
    if (includeRead) {
      requireReadCanBeIncluded();
    }
    backfills.request(id, from, to, includeRead);
    return schedule.importNow(id)
        ? "The backfill follows the import that runs."
        : "The backfill begins.";
  }

  private void requireReadCanBeIncluded() {
    try {
      Backfill.requireReadCanBeIncluded(accounts.find(id).map(Account::filter).orElse(null));
    } catch (UnclearFilterException unclear) {
      // clients don't have the class of that one
      throw new IllegalArgumentException(unclear.getMessage());
    }
  }

  private static Instant time(String text) {
    try {
      return Instant.parse(text == null ? "" : text.strip());
    } catch (java.time.format.DateTimeParseException notATime) {
      throw new IllegalArgumentException("Write a time as 2026-01-31T00:00:00Z.");
    }
  }

  private static @Nullable String text(@Nullable Instant time) {
    return time == null ? null : time.toString();
  }
}
