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

  /** The account's filter for this period, and without the read flag where that doesn't count. */
  public String filter(@Nullable String ofAccount) {
    String filter = ofAccount == null ? "" : ofAccount.trim();
    if (includeRead) {
      filter =
          filter.replaceAll("(?i)^isRead eq false( and )?|( and )isRead eq false\\b", "").trim();
    }
    String period = until == null ? "" : "receivedDateTime lt " + until;
    String condition =
        filter.replaceAll("'[^']*'", "").matches("(?is).*\\bor\\b.*") ? "(" + filter + ")" : filter;
    return period.isEmpty() ? filter : filter.isEmpty() ? period : period + " and " + condition;
  }
}
