package org.mailroom.listing;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * An import of what a mailbox received in a period of the past.
 *
 * @param since from this time on
 * @param until before this time; null: up to now
 * @param includeRead also what somebody has read already
 * @param position everything received before is delivered, or noted as waiting
 * @param total messages that are left to import, counted when it began or went on; null while that
 *     isn't known
 * @param begun when it was first begun
 * @param ended null while it isn't through
 */
public record Backfill(
    String account,
    Instant since,
    @Nullable Instant until,
    boolean includeRead,
    Instant position,
    @Nullable Long total,
    Instant begun,
    @Nullable Instant ended) {

  /**
   * Looks before a backfill is asked for that includes read messages.
   *
   * @throws UnclearFilterException when the account's filter can't be freed of the read flag
   */
  public static void requireReadCanBeIncluded(@Nullable String filter) {
    UnreadCondition.leftOut(filter == null ? "" : filter);
  }

  boolean isSameAs(Backfill other) {
    return since.equals(other.since)
        && java.util.Objects.equals(until, other.until)
        && includeRead == other.includeRead;
  }

  Backfill at(Instant newPosition) {
    return new Backfill(account, since, until, includeRead, newPosition, total, begun, ended);
  }

  Backfill counted(Long messages) {
    return new Backfill(account, since, until, includeRead, position, messages, begun, ended);
  }

  /**
   * The account's filter for this period, and without the read flag where that doesn't count.
   *
   * @throws UnclearFilterException when read messages are to be included, and it can't be told what
   *     the filter says of them
   */
  public String filter(@Nullable String ofAccount) {
    String given = ofAccount == null ? "" : ofAccount.trim();
    String filter = includeRead ? UnreadCondition.leftOut(given) : given;
    String period = until == null ? "" : "receivedDateTime lt " + until;
    String condition =
        filter.replaceAll("'[^']*'", "").matches("(?is).*\\bor\\b.*") ? "(" + filter + ")" : filter;
    return period.isEmpty() ? filter : filter.isEmpty() ? period : period + " and " + condition;
  }
}
