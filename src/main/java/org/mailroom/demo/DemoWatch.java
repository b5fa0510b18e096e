package org.mailroom.demo;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Watches how a client treats the mailboxes, and notes what it must not do. Safe for use by several
 * threads.
 */
final class DemoWatch {

  /** A request that is in flight; closed before its answer goes out. */
  final class Visit implements AutoCloseable {

    private final Map<String, String> mailboxes;
    private final boolean batch;
    private final String agent;
    private boolean silent;
    private boolean over;

    private Visit(Map<String, String> mailboxes, boolean batch, String agent) {
      this.mailboxes = mailboxes;
      this.batch = batch;
      this.agent = agent;
    }

    /** It isn't answered, and lasts until the client hangs up. */
    void unanswered() {
      synchronized (DemoWatch.this) {
        silent = true;
        if (batch) {
          silentBatches.addAll(mailboxes.values());
        }
      }
    }

    /** The answer as it goes out, with all that is wrong with it. */
    void answered(DemoAnswer answer) {
      synchronized (DemoWatch.this) {
        String header = answer.headers().get("Retry-After");
        if (header != null && (answer.status() == 429 || answer.status() == 503)) {
          mailboxes.values().forEach(mailbox -> retryAfter.told(mailbox, header));
        }
        for (JsonNode response :
            answer.json() == null
                ? java.util.List.<JsonNode>of()
                : answer.json().path("responses")) {
          String mailbox = mailboxes.get(response.path("id").asText());
          String inner = response.path("headers").path("Retry-After").asText(null);
          if (mailbox != null
              && inner != null
              && (response.path("status").asInt() == 429
                  || response.path("status").asInt() == 503)) {
            retryAfter.told(mailbox, inner);
          }
        }
      }
      close();
    }

    @Override
    public void close() {
      synchronized (DemoWatch.this) {
        if (batch && !over) {
          new HashSet<>(mailboxes.values())
              .forEach(mailbox -> batches.merge(mailbox, -1, Integer::sum));
          if (silent) {
            silentBatches.removeAll(mailboxes.values());
            DemoWatch.this.notifyAll();
          }
        }
        if (!over) {
          instances.left(Set.copyOf(mailboxes.values()), agent);
        }
        over = true;
      }
    }
  }

  /** On a busy machine it is noticed late that a client hung up. */
  private static final Duration HANGING_UP = Duration.ofSeconds(1);

  private final DemoViolations violations;
  private final DemoRetryAfter retryAfter;
  private final Map<String, Integer> batches = new HashMap<>();
  private final Set<String> silentBatches = new HashSet<>();
  private final DemoInstances instances = new DemoInstances();

  DemoWatch(DemoViolations violations, DemoClock clock) {
    this.violations = violations;
    this.retryAfter = new DemoRetryAfter(clock);
  }

  /** A call has come. */
  Visit arrived(DemoCall call) throws InterruptedException {
    boolean batch = call.segment(0).equals("$batch");
    String agent = call.headers().get("user-agent");
    Map<String, String> mailboxes = new HashMap<>();
    look(call);
    if (batch) {
      for (DemoCall part : call.parts()) {
        mailboxes.put(part.id(), part.mailbox());
        look(part);
      }
    } else if (!call.mailbox().isEmpty()) {
      mailboxes.put("", call.mailbox());
    }
    synchronized (this) {
      if (batch) {
        awaitHangUps(mailboxes.values());
      }
      for (String mailbox : Set.copyOf(mailboxes.values())) {
        String early = retryAfter.broken(mailbox);
        if (early != null) {
          violations.add(DemoViolation.Kind.BEFORE_RETRY_AFTER, mailbox, call.line(), early);
        }
        if (batch && batches.merge(mailbox, 1, Integer::sum) > 1) {
          violations.add(
              DemoViolation.Kind.TWO_BATCHES,
              mailbox,
              call.line(),
              batches.get(mailbox) + " at once");
        }
        String other = instances.arrived(mailbox, agent);
        if (other != null) {
          violations.add(
              DemoViolation.Kind.TWO_INSTANCES, mailbox, call.line(), agent + " while " + other);
        }
      }
    }
    return new Visit(mailboxes, batch, agent);
  }

  /**
   * A batch that comes after one that wasn't answered is the second only while that one is open.
   */
  private void awaitHangUps(Collection<String> mailboxes) throws InterruptedException {
    long end = System.nanoTime() + HANGING_UP.toNanos();
    for (long left = HANGING_UP.toNanos();
        left > 0 && !Collections.disjoint(silentBatches, mailboxes);
        left = end - System.nanoTime()) {
      TimeUnit.NANOSECONDS.timedWait(this, left);
    }
  }

  private void look(DemoCall call) {
    if (call.rawPath().matches("(?i).*/%24[a-z]+(/.*)?")) {
      violations.add(
          DemoViolation.Kind.ENCODED_DOLLAR,
          call.mailbox(),
          call.line(),
          "$ is no character to encode in a path");
    }
    if (call.method().equals("DELETE") && !call.segment(0).equals("subscriptions")) {
      violations.add(
          DemoViolation.Kind.DELETE,
          call.mailbox(),
          call.line(),
          "POST move to deleteditems can be sent again");
    }
    if (call.returnsMessageIds() && !call.wantsImmutableIds()) {
      violations.add(
          DemoViolation.Kind.WITHOUT_IMMUTABLE_IDS,
          call.mailbox(),
          call.line(),
          "Prefer: " + call.headers().get("prefer"));
    }
  }

  /** More requests of a mailbox than it has places. */
  void refused(DemoCall call) {
    violations.add(
        DemoViolation.Kind.MORE_THAN_FOUR,
        call.mailbox(),
        call.line(),
        (DemoLimits.AT_ONCE + 1) + " at once");
  }

  /** What clients called themselves so far. */
  synchronized Set<String> agents() {
    return instances.seen();
  }

  /** Nobody has to wait any more. */
  synchronized void clear() {
    retryAfter.clear();
  }
}
