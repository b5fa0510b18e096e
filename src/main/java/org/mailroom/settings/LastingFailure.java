package org.mailroom.settings;

import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.springframework.dao.DataAccessException;
import org.springframework.transaction.TransactionException;

/**
 * What a thread that does the same again and again says when it fails. What is over within a minute
 * is told nobody: a stop, a connection that breaks and a row that another node has all make it fail
 * once. What lasts is told, again each hour, and so is its end. An outage of the database is told
 * by the {@link DatabaseBreaker} and not here again. Safe for use by several threads.
 */
public final class LastingFailure {

  static final Duration TOLD_AFTER = Duration.ofMinutes(1);
  static final Duration TOLD_AGAIN = Duration.ofHours(1);

  private final Logger log;
  private final String what;
  private final LongSupplier nanos;
  private @Nullable Long since;
  private @Nullable Long toldAt;

  /**
   * @param what the sentence without its reason and its full stop, such as "subscriptions can't be
   *     kept up"
   */
  public LastingFailure(Logger log, String what) {
    this(log, what, System::nanoTime);
  }

  LastingFailure(Logger log, String what, LongSupplier nanos) {
    this.log = log;
    this.what = what;
    this.nanos = nanos;
  }

  /** It failed, and is tried again by itself. */
  public synchronized void failed(Throwable why) {
    log.debug("{} now", what, why);
    long now = nanos.getAsLong();
    if (since == null) {
      since = now;
    }
    boolean due =
        toldAt == null ? now - since >= TOLD_AFTER.toNanos() : now - toldAt >= TOLD_AGAIN.toNanos();
    if (due && Causes.first(why, SQLTransientConnectionException.class).isEmpty()) {
      toldAt = now;
      log.warn(
          "{} for {} s now: {}. It is tried again by itself.", what, seconds(now), inWords(why));
    }
  }

  /** It worked. */
  public synchronized void passed() {
    if (toldAt != null) {
      log.info("{}: that is over after {} s", what, seconds(nanos.getAsLong()));
    }
    since = null;
    toldAt = null;
  }

  private long seconds(long now) {
    return since == null ? 0 : Duration.ofNanos(now - since).toSeconds();
  }

  private static String inWords(Throwable why) {
    if (!(why instanceof DataAccessException || why instanceof TransactionException)) {
      return Causes.sentence(why)
          .map(Throwable::getMessage)
          .map(sentence -> sentence.replaceFirst("\\.$", ""))
          .orElseGet(() -> Causes.inShort(why));
    }
    String reason = DatabaseBreaker.reason(why);
    return "Mailroom's database doesn't answer as it should ("
        + reason
        + "). "
        + DatabaseBreaker.remedy(reason);
  }
}
