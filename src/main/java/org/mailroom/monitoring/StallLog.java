package org.mailroom.monitoring;

import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.mailroom.settings.Wait;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is logged about accounts that aren't read to their end for longer than they may be: that it
 * is so, each hour again, and that it is over. A mailbox that was read since it was told of is told
 * of anew, even where nobody looked in between. Only the thread of the {@link Watch} calls it.
 */
final class StallLog {

  private static final Logger LOG = LoggerFactory.getLogger("mailroom.import");
  private static final Duration TOLD_AGAIN = Duration.ofHours(1);

  private final Clock clock;
  private final Map<String, Wait> told = new HashMap<>();

  StallLog(Clock clock) {
    this.clock = clock;
  }

  /** How the account does now. */
  void seen(AccountStatus status) {
    Wait before = told.get(status.account());
    boolean readSince =
        before != null
            && status.lastSuccess() != null
            && status.lastSuccess().isAfter(before.begun());
    if (status.stalled() && (before == null || readSince || before.isOver(clock.instant()))) {
      told.put(status.account(), Wait.of(TOLD_AGAIN, clock.instant()));
      LOG.error("account {}: {}", status.account(), status.reason());
    } else if (!status.stalled() && !status.isFailing() && readSince) {
      told.remove(status.account());
      LOG.info("account {}: the mailbox is read again", status.account());
    }
  }
}
