package org.mailroom.account;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.mailroom.settings.Wait;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * Says in the log what an import came to: one line when it did something, none when it didn't, one
 * for what went wrong.
 */
@Component
public final class ImportLog {

  private static final Logger LOG = LoggerFactory.getLogger("mailroom.import");

  private static final Duration TOLD_AGAIN = Duration.ofHours(1);

  /** What of an account was told last, and until when it isn't told again. */
  private record Told(@Nullable String kind, Wait again) {}

  private final Clock clock;
  private final Map<String, Told> lastFailures = new ConcurrentHashMap<>();
  private final Map<String, Told> lastUnmarked = new ConcurrentHashMap<>();
  private final Map<String, Told> lastWarnings = new ConcurrentHashMap<>();

  ImportLog(Clock clock) {
    this.clock = clock;
  }

  public void tell(ImportResult result) {
    if (result.imported() > 0 || result.failed() > 0) {
      LOG.info(
          "account {}: imported {} in {} s{}",
          result.account(),
          messages(result.imported()),
          String.format(Locale.ROOT, "%.1f", result.took().toMillis() / 1000.0),
          details(result));
    }
    tellUnmarked(result);
    if (result.listedForNothing() > 0) {
      warnOnce(
          result.account(),
          "listed for nothing",
          "account "
              + result.account()
              + ": the filter still matches "
              + messages(result.listedForNothing())
              + " that were imported, so each poll lists them again. Add isRead eq false to the"
              + " filter, or have them moved.");
    }
    tellFailure(result);
  }

  /** The same is told once, and again at a slow interval while it lasts. */
  private void tellUnmarked(ImportResult result) {
    if (result.unmarked() == 0) {
      lastUnmarked.remove(result.account());
      return;
    }
    String why =
        result.firstUnmarked() == null
            ? "no reason is known"
            : String.valueOf(result.firstUnmarked().getMessage());
    if (result.imported() > 0 || isNew(lastUnmarked, result.account(), ImportResult.kind(why))) {
      LOG.error(
          "account {}: {} delivered but not marked as read: {}",
          result.account(),
          messages(result.unmarked()),
          why);
    }
  }

  private static String details(ImportResult result) {
    List<String> details = new ArrayList<>();
    if (result.givenUp() > 0) {
      details.add(result.givenUp() + " given up");
    }
    if (result.failed() > result.givenUp()) {
      details.add(result.failed() - result.givenUp() + " refused and tried again");
    }
    if (result.waiting() > 0) {
      details.add(
          result.waiting() + (result.waiting() == 1 ? " waits" : " wait") + " for another try");
    }
    if (result.givenUpBefore() > 0) {
      details.add(
          result.givenUpBefore()
              + (result.givenUpBefore() == 1 ? " waits" : " wait")
              + " for a decision (failed list)");
    }
    return details.isEmpty() ? "" : ", " + String.join(", ", details);
  }

  private static String messages(int number) {
    return number == 1 ? "1 message" : number + " messages";
  }

  private void warnOnce(String account, String kind, String sentence) {
    if (isNew(lastWarnings, account, kind)) {
      LOG.warn("{}", sentence);
    }
  }

  /**
   * The same failure is told once, again at a slow interval while it lasts, and its end once the
   * mailbox was read to its end.
   */
  private void tellFailure(ImportResult result) {
    String kind = result.failureKind();
    if (result.failure() != null && kind != null) {
      if (isNew(lastFailures, result.account(), kind)) {
        LOG.error("account {}: {}", result.account(), result.failure().getMessage());
      }
    } else if (result.isThrough() && lastFailures.remove(result.account()) != null) {
      LOG.info("account {}: the mailbox can be read again", result.account());
    }
  }

  private boolean isNew(Map<String, Told> told, String account, String kind) {
    Told before = told.get(account);
    Instant now = clock.instant();
    boolean isNew = before == null || !kind.equals(before.kind()) || before.again().isOver(now);
    if (isNew) {
      told.put(account, new Told(kind, Wait.of(TOLD_AGAIN, now)));
    }
    return isNew;
  }
}
