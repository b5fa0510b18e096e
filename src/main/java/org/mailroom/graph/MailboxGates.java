package org.mailroom.graph;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Supplier;
import org.apache.camel.Variable;
import org.jspecify.annotations.Nullable;
import org.mailroom.settings.Limits;
import org.mailroom.settings.MailroomProperties;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.stereotype.Component;
import org.springframework.util.function.SingletonSupplier;

/**
 * One {@link MailboxGate} a mailbox, shared by all accounts that read it. Camel's throttler
 * releases a concurrent place when the whole exchange is done, which here is the import; these
 * places are held for one request. Its rate mode counts exchanges, not the parts of a batch. Safe
 * for use by several threads at once.
 */
@Component("mailboxGates")
public final class MailboxGates {

  private static final Logger LOG = LoggerFactory.getLogger("mailroom.graph");

  /**
   * A gate that nobody used for so long is forgotten: mailboxes come and go. It is longer than any
   * window or pause.
   */
  private static final Duration FORGOTTEN_AFTER = Duration.ofDays(1);

  private static final Duration SWEPT_EVERY = Duration.ofHours(1);

  /** So much of the time that the service may be silent is usual; 30 s by default. */
  private static final double UNUSUAL = 0.3;

  /**
   * A request whose answer hasn't come to its end for unusually long.
   *
   * @param request what was asked, in words: {@code list messages of support@contoso.com}
   * @param since when it was let in
   * @param givenUp when it is given up at the latest
   */
  public record Unanswered(String request, Instant since, Instant givenUp) {}

  /** What a request took when it came in: its weight and parts may be others when it leaves. */
  private record Ticket(MailboxGate gate, String request, int weight, int parts, Instant since) {}

  private final ConcurrentMap<String, MailboxGate> gates = new ConcurrentHashMap<>();
  private final Map<GraphRequest<?>, Ticket> inside =
      Collections.synchronizedMap(new IdentityHashMap<>());
  private final Limits limits;
  private final GraphMetrics metrics;
  private final Supplier<List<Patience>> patience;
  private final StopSignal stop;
  private final Fence fence;
  private final Clock clock;
  private volatile Instant swept;

  MailboxGates(
      MailroomProperties properties,
      GraphMetrics metrics,
      ObjectProvider<Patience> patience,
      StopSignal stop,
      Fence fence,
      Clock clock) {
    this.limits = properties.limits();
    this.metrics = metrics;
    this.patience = SingletonSupplier.of(() -> patience.stream().toList());
    this.stop = stop;
    this.fence = fence;
    this.clock = clock;
    this.swept = clock.instant();
  }

  /**
   * Waits until the request may be sent.
   *
   * @throws StoppingException when that takes longer and the runtime stops
   * @throws MailboxClosedException when that takes longer and somebody waits for an importer
   * @throws LeaseLostException when the mailbox may be another node's by now
   */
  public void enter(@Variable("request") GraphRequest<?> request) {
    int weight = request.weight();
    int parts = request.parts();
    forgetTheIdle();
    MailboxGate gate =
        gates.compute(
            key(request.mailbox()),
            (name, known) -> (known == null ? newGate(request.mailbox()) : known).use());
    boolean entered = false;
    try {
      gate.enter(weight, parts, () -> patience.get().stream().anyMatch(Patience::isAnyoneWaiting));
      inside.put(request, new Ticket(gate, request.inWords(), weight, parts, clock.instant()));
      entered = true;
      requireLease(request);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StoppingException(request.mailbox());
    } finally {
      if (!entered) {
        gate.unuse();
      }
    }
  }

  /** After the wait, which may have been long. */
  private void requireLease(GraphRequest<?> request) {
    try {
      fence.requireInTime(request.mailbox());
    } catch (LeaseLostException lost) {
      leave(request);
      throw lost;
    }
  }

  /** The answer was read, or there was none. */
  public void leave(@Variable("request") GraphRequest<?> request) {
    Ticket ticket = inside.remove(request);
    if (ticket != null) {
      ticket.gate().leave(ticket.weight(), ticket.parts());
      ticket.gate().unuse();
    }
  }

  /**
   * An answer to the request, or to a part of it, asked for patience.
   *
   * @param status 429 or 503
   * @param asked how long, or null when it didn't say
   */
  void pause(GraphRequest<?> request, int status, @Nullable Duration asked) {
    metrics.throttled();
    MailboxGate gate =
        gates.computeIfAbsent(key(request.mailbox()), name -> newGate(request.mailbox()));
    if (gate.pause(asked, status != 429)) {
      LOG.warn(
          "mailbox {}{} since {}. Nothing is sent to it until {}, then Mailroom {} by itself; if it"
              + " lasts, {}",
          request.mailbox(),
          status == 429
              ? " is throttled by the service (HTTP 429)"
              : ": the service has trouble (HTTP " + status + ")",
          gate.throttledSince(),
          gate.closedUntil(),
          status == 429 ? "goes on" : "tries again",
          status == 429
              ? "poll less often or read the mailbox with fewer applications."
              : "see the Microsoft 365 service health page.");
    }
  }

  /** The request, which is still inside, and all its parts were taken by the service. */
  void succeeded(GraphRequest<?> request) {
    Ticket ticket = inside.get(request);
    if (ticket != null && ticket.gate().succeeded(ticket.since())) {
      LOG.info("mailbox {} is no longer throttled", request.mailbox());
    }
  }

  /**
   * How many requests were made of a mailbox since the start, or since it was not read for a day;
   * tries included.
   */
  public long requests(String mailbox) {
    return find(mailbox).map(MailboxGate::requests).orElse(0L);
  }

  /** Until when the service asked to leave a mailbox alone; empty when it may be asked now. */
  public Optional<Instant> closedUntil(String mailbox) {
    return find(mailbox).map(MailboxGate::closedUntil).filter(clock.instant()::isBefore);
  }

  /**
   * Whether a mailbox is left alone because the service has trouble with it (HTTP 503), not because
   * it is asked too often.
   */
  public boolean isInTrouble(String mailbox) {
    return find(mailbox).map(MailboxGate::isInTrouble).orElse(false);
  }

  /**
   * Since when the service answers every request to a mailbox by asking for patience; empty when
   * the last one succeeded.
   */
  public Optional<Instant> throttledSince(String mailbox) {
    return find(mailbox).map(MailboxGate::throttledSince);
  }

  /**
   * The request to a mailbox that waits longest for its answer, where that is unusually long: more
   * than three tenths of {@code mailroom.limits.response-timeout}.
   */
  public Optional<Unanswered> unanswered(String mailbox) {
    Duration usual = Duration.ofMillis((long) (limits.responseTimeout().toMillis() * UNUSUAL));
    Instant before = clock.instant().minus(usual);
    return find(mailbox)
        .flatMap(gate -> oldest(gate))
        .filter(ticket -> ticket.since().isBefore(before))
        .map(
            ticket ->
                new Unanswered(
                    ticket.request(),
                    ticket.since(),
                    ticket.since().plus(limits.requestTimeout())));
  }

  private Optional<Ticket> oldest(MailboxGate gate) {
    synchronized (inside) {
      return inside.values().stream()
          .filter(ticket -> ticket.gate() == gate)
          .min(Comparator.comparing(Ticket::since));
    }
  }

  /**
   * What a node that works on a mailbox next has to know of its limits; empty where that is
   * nothing.
   */
  public Optional<GateState> state(String mailbox) {
    return find(mailbox).map(MailboxGate::state).filter(state -> !state.isEmpty());
  }

  /** Goes on with the limits of a mailbox as the node left them that worked on it before. */
  public void goOnWith(String mailbox, GateState state) {
    gates.computeIfAbsent(key(mailbox), name -> newGate(mailbox)).goOnWith(state);
  }

  /**
   * How long a mailbox takes no request, because the service asked to wait or its quota is used up;
   * zero when it takes one.
   */
  public Duration opensIn(String mailbox) {
    return find(mailbox).map(gate -> gate.opensIn(limits.batchSize())).orElse(Duration.ZERO);
  }

  private void forgetTheIdle() {
    Instant now = clock.instant();
    if (now.isAfter(swept.plus(SWEPT_EVERY))) {
      swept = now;
      gates
          .keySet()
          .forEach(
              mailbox ->
                  gates.computeIfPresent(
                      mailbox, (name, gate) -> gate.isForgettable(FORGOTTEN_AFTER) ? null : gate));
    }
  }

  /** How many gates are remembered. */
  int size() {
    return gates.size();
  }

  private Optional<MailboxGate> find(String mailbox) {
    return Optional.ofNullable(gates.get(key(mailbox)));
  }

  private MailboxGate newGate(String mailbox) {
    return new MailboxGate(mailbox, limits, clock, stop);
  }

  private static String key(String mailbox) {
    return mailbox.toLowerCase(Locale.ROOT);
  }
}
