package org.mailroom.account;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/** Says in the log what an import came to: one line when it did something, none when it didn't, one for what went wrong. */
@Component
final class ImportLog {

  private static final Logger LOG = LoggerFactory.getLogger("mailroom.import");

  private static final Duration TOLD_AGAIN = Duration.ofHours(1);

  /** What of an account was told last, and when. */
  private record Told(String kind, Instant at) {}

  private final Clock clock;
  private final Map<String, Told> lastFailures = new ConcurrentHashMap<>();

  ImportLog(Clock clock) {
    this.clock = clock;
  }

  void tell(ImportResult result) {
    if (result.isWorthTelling()) {
      if (result.imported() > 0 || result.failed() > 0) {
        LOG.info("account {}: imported {} in {} s{}{}", result.account(), messages(result.imported()),
            String.format(Locale.ROOT, "%.1f", result.took().toMillis() / 1000.0),
            (result.givenUp() > 0 ? ", " + result.givenUp() + " given up" : "")
                + (result.failed() > result.givenUp() ? ", " + (result.failed() - result.givenUp()) + " refused and tried again" : ""),
            result.waiting() > 0 ? ", " + result.waiting() + (result.waiting() == 1 ? " waits" : " wait") + " for another try or a decision" : "");
      }
      if (result.unmarked() > 0) {
        LOG.error("account {}: {} delivered but not marked as read: {}", result.account(), messages(result.unmarked()), result.firstUnmarked().getMessage());
      }
    }
    tellFailure(result);
  }

  private static String messages(int number) {
    return number == 1 ? "1 message" : number + " messages";
  }

  /** The same failure is told once, again at a slow interval while it lasts, and its end. */
  private void tellFailure(ImportResult result) {
    if (result.failure() == null) {
      if (lastFailures.remove(result.account()) != null) {
        LOG.info("account {}: the mailbox can be read again", result.account());
      }
      return;
    }
    String kind = result.failureKind();
    Told before = lastFailures.get(result.account());
    Instant now = clock.instant();
    if (before == null || !kind.equals(before.kind()) || before.at().plus(TOLD_AGAIN).isBefore(now)) {
      lastFailures.put(result.account(), new Told(kind, now));
      LOG.error("account {}: {}", result.account(), result.failure().getMessage());
    }
  }
}
