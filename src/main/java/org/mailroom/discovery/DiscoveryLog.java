package org.mailroom.discovery;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the log says of entries that find mailboxes: who came and went, and each cause of trouble
 * once. Safe for use by several threads.
 */
final class DiscoveryLog {

  private static final Logger LOG = LoggerFactory.getLogger("mailroom.account");
  private static final int MOST_NAMED = 10;

  private final Map<String, String> problems = new ConcurrentHashMap<>();

  void changed(String entry, List<String> joined, List<String> left) {
    if (!joined.isEmpty()) {
      LOG.info("entry {}: imported from now on: {}", entry, named(joined));
    }
    if (!left.isEmpty()) {
      LOG.info(
          "entry {}: no longer in it, and not polled any more: {}. What was imported stays, and so"
              + " does what is known of it",
          entry,
          named(left));
    }
  }

  void other(String entry, String group) {
    LOG.info(
        "entry {}: stands for group {} now. Who was in the one before is imported only if it is in"
            + " this one, too",
        entry,
        group);
  }

  private static String named(List<String> mailboxes) {
    return String.join(", ", mailboxes.subList(0, Math.min(MOST_NAMED, mailboxes.size())))
        + (mailboxes.size() > MOST_NAMED
            ? " and " + (mailboxes.size() - MOST_NAMED) + " more"
            : "");
  }

  void problem(String entry, @Nullable String why) {
    if (why == null) {
      if (problems.remove(entry) != null) {
        LOG.info("entry {}: it is told again whose mailboxes it has", entry);
      }
    } else if (!why.equals(problems.put(entry, why))) {
      LOG.error("entry {}: {}", entry, why);
    }
  }
}
