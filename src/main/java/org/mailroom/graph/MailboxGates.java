package org.mailroom.graph;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.apache.camel.ExchangeProperty;
import org.mailroom.settings.MailroomProperties;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * One {@link MailboxGate} a mailbox, shared by all accounts that read it. Camel's throttler releases a concurrent place when the
 * whole exchange is done, which here is the import; these places are held for one request. Its rate mode counts exchanges, not the parts of
 * a batch.
 */
@Component("mailboxGates")
public final class MailboxGates {

  private static final Logger LOG = LoggerFactory.getLogger("mailroom.graph");

  /** A shorter wait says nothing in the log. */
  private static final Duration WORTH_TELLING = Duration.ofSeconds(30);

  private final ConcurrentMap<String, MailboxGate> gates = new ConcurrentHashMap<>();
  private final MailroomProperties.Limits limits;
  private final GraphMetrics metrics;
  private final Clock clock;

  MailboxGates(MailroomProperties properties, GraphMetrics metrics, Clock clock) {
    this.metrics = metrics;
    this.limits = properties.limits();
    this.clock = clock;
  }

  /** Waits until the request may be sent. */
  public void enter(@ExchangeProperty("request") OldGraphRequest request) throws InterruptedException {
    gate(request.mailbox()).enter(request.weight(), request.parts());
  }

  /** The answer was read, or there was none. */
  public void leave(@ExchangeProperty("request") OldGraphRequest request) {
    gate(request.mailbox()).leave(request.weight(), request.parts());
  }

  void pause(OldGraphRequest request, Duration wait) {
    metrics.throttled();
    if (wait.compareTo(WORTH_TELLING) >= 0 && closedUntil(request.mailbox()).isEmpty()) {
      LOG.warn("mailbox {} is throttled by the service: nothing is sent to it for {} s, then Mailroom goes on by itself; if it lasts,"
          + " poll less often or read the mailbox with fewer applications", request.mailbox(), wait.toSeconds());
    }
    gate(request.mailbox()).pause(wait);
  }

  /** How many requests were made of a mailbox since the start, tries included. */
  public long requests(String mailbox) {
    return gate(mailbox).requests();
  }

  /** Until when the service asked to leave a mailbox alone; empty when it may be asked now. */
  public Optional<Instant> closedUntil(String mailbox) {
    return Optional.of(gate(mailbox).closedUntil()).filter(clock.instant()::isBefore);
  }

  /** How long a mailbox takes no request, because the service asked to wait or its quota is used up; zero when it takes one. */
  public Duration opensIn(String mailbox) {
    return gate(mailbox).opensIn(limits.batchSize());
  }

  private MailboxGate gate(String mailbox) {
    return gates.computeIfAbsent(mailbox.toLowerCase(Locale.ROOT), name -> new MailboxGate(limits, clock));
  }
}
