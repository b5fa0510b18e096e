package org.mailroom.monitoring;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Supplier;
import org.mailroom.schedule.AccountSchedule;

/** One account over JMX. */
final class AccountMBean implements AccountMXBean {

  private final String id;
  private final Supplier<AccountStatus> status;
  private final AccountSchedule schedule;
  private final Clock clock;

  /**
   * @param status how the account does now
   */
  AccountMBean(String id, Supplier<AccountStatus> status, AccountSchedule schedule, Clock clock) {
    this.id = id;
    this.status = status;
    this.schedule = schedule;
    this.clock = clock;
  }

  @Override
  public String getMailbox() {
    return status.get().mailbox();
  }

  @Override
  public String getCredential() {
    return status.get().credential();
  }

  @Override
  public String getState() {
    return status.get().state().inWords();
  }

  @Override
  public String getWaitingUntil() {
    return text(status.get().until());
  }

  @Override
  public String getReason() {
    return status.get().reason();
  }

  @Override
  public boolean isRunning() {
    return status.get().running();
  }

  @Override
  public String getLastPoll() {
    return text(status.get().lastPoll());
  }

  @Override
  public String getLastSuccess() {
    return text(status.get().lastSuccess());
  }

  @Override
  public double getLastSuccessAgeSeconds() {
    Instant last = schedule.lastSuccess(id).orElse(schedule.knownSince(id));
    return Duration.between(last, clock.instant()).toMillis() / 1000.0;
  }

  @Override
  public String getNextPoll() {
    return text(status.get().nextPoll());
  }

  @Override
  public Long getBacklog() {
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

  private static String text(Instant time) {
    return time == null ? null : time.toString();
  }
}
