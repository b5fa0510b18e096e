package org.mailroom.demo;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/** How long each mailbox wasn't asked for its messages. Safe for use by several threads. */
final class DemoPolls {

  private static final class Polled {
    private long last;
    private long longest;
  }

  /**
   * The mailbox that wasn't asked for the longest time, and how long; empty and zero while none was
   * asked.
   */
  record Silence(String mailbox, Duration longest) {}

  private final Map<String, Polled> mailboxes = new HashMap<>();

  /** A call was answered. */
  void answered(DemoCall call, int status) {
    boolean listing =
        call.method().equals("GET")
            && status < 400
            && (call.path().endsWith("/messages") || call.path().endsWith("/delta"));
    if (listing) {
      listed(call.mailbox(), System.nanoTime());
    }
  }

  private synchronized void listed(String mailbox, long now) {
    Polled polled = mailboxes.get(mailbox);
    if (polled == null) {
      polled = new Polled();
      mailboxes.put(mailbox, polled);
    } else {
      polled.longest = Math.max(polled.longest, now - polled.last);
    }
    polled.last = now;
  }

  /** The time since its last listing counts, too; that before its first doesn't. */
  synchronized Silence longest() {
    long now = System.nanoTime();
    Silence longest = new Silence("", Duration.ZERO);
    for (Map.Entry<String, Polled> each : mailboxes.entrySet()) {
      Duration silent =
          Duration.ofNanos(Math.max(each.getValue().longest, now - each.getValue().last));
      longest =
          silent.compareTo(longest.longest()) > 0 ? new Silence(each.getKey(), silent) : longest;
    }
    return longest;
  }

  /** So many mailboxes were asked. */
  synchronized int polled() {
    return mailboxes.size();
  }

  synchronized void clear() {
    mailboxes.clear();
  }
}
