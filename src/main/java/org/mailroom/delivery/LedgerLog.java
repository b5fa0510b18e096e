package org.mailroom.delivery;

import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.mailroom.account.Account;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;
import org.springframework.stereotype.Component;

/**
 * Tells what became of deliveries: counts each, and says in the log what was refused, one line a
 * cause. That a destination is down, its health has told.
 */
@Component
final class LedgerLog {

  private static final Logger LOG = LoggerFactory.getLogger("mailroom.delivery");

  /** What one meter counts. */
  private record Alike(String account, String destination, String status) {}

  private final DeliveryMetrics metrics;

  LedgerLog(DeliveryMetrics metrics) {
    this.metrics = metrics;
  }

  void tell(List<LedgerEntry> rows) {
    Map<Alike, Integer> counted = new HashMap<>();
    for (LedgerEntry row : rows) {
      if (!row.inDoubt() && !row.destination().equals(LedgerRows.LEFT)) {
        counted.merge(new Alike(row.account(), row.destination(), row.status()), 1, Integer::sum);
      }
    }
    counted.forEach(
        (alike, deliveries) ->
            metrics.count(alike.account(), alike.destination(), alike.status(), deliveries));
    rows.stream()
        .filter(LedgerLog::isRefusal)
        .collect(
            Collectors.groupingBy(
                row -> row.status() + row.error(), LinkedHashMap::new, Collectors.toList()))
        .values()
        .forEach(LedgerLog::tellAlike);
    rows.forEach(LedgerLog::tellIfWantedLater);
  }

  /** Told once: what the ledger knew before was told. */
  private static void tellIfWantedLater(LedgerEntry row) {
    String error = row.error();
    if (row.is(LedgerEntry.PENDING)
        && !row.again()
        && error != null
        && error.startsWith(LedgerRows.LATER)) {
      LOG.info(
          "account {}: message {} is wanted by {} later: {} It is delivered again at {},"
              + " without an attempt.",
          row.account(),
          row.messageId(),
          row.destination(),
          sentence(error.substring(LedgerRows.LATER.length())),
          at(row));
    }
  }

  private static OffsetDateTime at(LedgerEntry waiting) {
    return Objects.requireNonNull(waiting.nextAttempt(), "when a waiting delivery is tried again")
        .truncatedTo(ChronoUnit.SECONDS);
  }

  private static boolean isRefusal(LedgerEntry row) {
    return row.is(LedgerEntry.FAILED) || LedgerRows.isRefusal(row);
  }

  private static void tellAlike(List<LedgerEntry> same) {
    LedgerEntry first = same.get(0);
    long messages = same.stream().map(LedgerEntry::messageId).distinct().count();
    String which =
        messages == 1 ? "message " + first.messageId() + " was" : messages + " messages were";
    LOG.atLevel(first.is(LedgerEntry.FAILED) ? Level.ERROR : Level.WARN)
        .log(
            "account {}: {} not delivered to {}: {} {}",
            first.account(),
            which,
            destinations(same),
            sentence(first.error()),
            next(first));
  }

  private static String destinations(List<LedgerEntry> rows) {
    return rows.stream().map(LedgerEntry::destination).distinct().collect(Collectors.joining(", "));
  }

  private static @Nullable String sentence(@Nullable String error) {
    return error == null || error.endsWith(".") || error.endsWith("…") ? error : error + ".";
  }

  private static String next(LedgerEntry row) {
    if (row.is(LedgerEntry.PENDING)) {
      return "Tried again at " + at(row) + ".";
    }
    return "Given up after "
        + row.attempts()
        + (row.attempts() == 1 ? " attempt" : " attempts")
        + "; it stays unread in the mailbox. See: failed list --account "
        + row.account();
  }

  /**
   * What the hook route {@code message-failed} gets as its body: one for each message and cause,
   * however many destinations it concerns.
   */
  List<Map<String, Object>> hooks(Account account, List<LedgerEntry> rows) {
    return rows.stream()
        .filter(row -> row.is(LedgerEntry.FAILED))
        .collect(
            Collectors.groupingBy(
                row -> row.messageId() + row.error(), LinkedHashMap::new, Collectors.toList()))
        .values()
        .stream()
        .map(same -> hook(account, same.get(0), destinations(same)))
        .toList();
  }

  private static Map<String, Object> hook(Account account, LedgerEntry row, String destinations) {
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("account", row.account());
    body.put("mailbox", account.mailbox());
    body.put("messageId", row.messageId());
    body.put("subject", row.subject());
    body.put("destination", destinations);
    body.put("cause", row.error());
    body.put(
        "remedy",
        "failed retry --account "
            + row.account()
            + ", or failed discard --account "
            + row.account());
    body.put("attempts", row.attempts());
    return body;
  }
}
