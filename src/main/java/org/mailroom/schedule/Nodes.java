package org.mailroom.schedule;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;
import org.mailroom.settings.Daemons;
import org.mailroom.settings.DatabaseTime;
import org.mailroom.settings.LastingFailure;
import org.mailroom.settings.MailroomProperties;
import org.mailroom.settings.ReservedConnections;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.InitializingBean;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.dao.DataAccessException;
import org.springframework.stereotype.Component;
import org.springframework.transaction.TransactionException;

/**
 * The processes that work on this database, and this one's sign of life: one statement every sixth
 * of {@code mailroom.takeover-after}, however many mailboxes it works on. What one has leased is
 * its own as long as its signs of life come in time. What is asked here is answered from memory.
 * Safe for use by several threads.
 */
@Component
public final class Nodes implements InitializingBean, DisposableBean {

  private static final Logger LOG = LoggerFactory.getLogger("mailroom");

  private static final int PARTS = 6;
  private static final Duration FORGETS_EVERY = Duration.ofHours(1);

  /**
   * When something was, by both clocks of this machine: one may stand still while the machine
   * sleeps, the other may be set.
   */
  private record Moment(long nanos, Instant wall) {}

  private final NodeTable table;
  private final DatabaseTime time;
  private final ReservedConnections connections;
  private final Clock clock;
  private final Duration takeoverAfter;
  private final String id = UUID.randomUUID().toString();
  private final String name;
  private final String version;
  private final String kind;
  private final Machine machine = Machine.here();
  private final boolean alone;
  private final Instant startedAt;
  private volatile IntSupplier mailboxes = () -> 0;
  private volatile List<NodeTable.Row> rows = List.of();
  private volatile Moment lastBeat;
  private volatile int epoch;
  private volatile @Nullable ScheduledExecutorService timer;
  private volatile boolean stopped;
  private Instant forgot = Instant.MIN;
  private final LastingFailure noSign;

  /**
   * Joins those that work on the database. How long ago it gave a sign of life is told by the
   * machine's own clock.
   */
  @Autowired
  Nodes(
      NodeTable table,
      DatabaseTime time,
      ReservedConnections connections,
      MailroomProperties properties) {
    this(table, time, connections, properties, Clock.systemUTC());
  }

  Nodes(
      NodeTable table,
      DatabaseTime time,
      ReservedConnections connections,
      MailroomProperties properties,
      Clock clock) {
    this.table = table;
    this.time = time;
    this.connections = connections;
    this.clock = clock;
    this.takeoverAfter = properties.takeoverAfter();
    long pid = ProcessHandle.current().pid();
    this.name = NodeName.of(properties);
    this.noSign = new LastingFailure(LOG, "node " + name + " can't give a sign of life");
    String implementation = Nodes.class.getPackage().getImplementationVersion();
    this.version = implementation == null ? "development build" : implementation;
    this.kind = properties.polling() ? Node.RUNTIME : Node.COMMAND;
    read();
    rows.stream()
        .filter(other -> machine.isGone(other.machine(), other.pid()))
        .forEach(
            other -> {
              LOG.info(
                  "node {} has ended without saying so; what it had in hand goes on here",
                  other.name());
              table.remove(other.id());
            });
    Moment before = now();
    table.add(id, name, version, kind, machine, pid);
    lastBeat = before;
    read();
    this.alone =
        rows.stream()
            .noneMatch(
                other ->
                    !other.id().equals(id)
                        && other.kind().equals(Node.RUNTIME)
                        && !isMissed(other));
    this.startedAt =
        rows.stream()
            .filter(row -> row.id().equals(id))
            .map(NodeTable.Row::startedAt)
            .findFirst()
            .orElseGet(time::now);
  }

  @Override
  public void afterPropertiesSet() {
    timer = Executors.newSingleThreadScheduledExecutor(Daemons.named("node"));
    long every = takeoverAfter.toMillis() / PARTS;
    Daemons.repeat(timer, this::beatAndRead, every, every, TimeUnit.MILLISECONDS);
  }

  /** What this node says of itself with its sign of life: how many mailboxes it works on. */
  void counts(IntSupplier workedOn) {
    mailboxes = workedOn;
  }

  /** This process. */
  public Node self() {
    return new Node(
        id, name, version, kind, startedAt, time.now(), mailboxes.getAsInt(), false, true);
  }

  /** All of them, this one included, by their names. */
  public List<Node> all() {
    return rows.stream().map(row -> row.id().equals(id) ? self() : node(row)).toList();
  }

  /**
   * The runtimes that gave no sign of life for longer than {@code mailroom.takeover-after}, and
   * didn't say that they stop.
   */
  public List<Node> missed() {
    return rows.stream()
        .filter(this::isMissed)
        .filter(row -> row.kind().equals(Node.RUNTIME))
        .map(this::node)
        .toList();
  }

  /** One of them; empty when there is none of that id. */
  public Optional<Node> find(@Nullable String nodeId) {
    return nodeId == null
        ? Optional.empty()
        : nodeId.equals(id)
            ? Optional.of(self())
            : rows.stream().filter(row -> row.id().equals(nodeId)).map(this::node).findFirst();
  }

  private Node node(NodeTable.Row row) {
    return new Node(
        row.id(),
        row.name(),
        row.version(),
        row.kind(),
        row.startedAt(),
        row.seenAt(),
        row.mailboxes(),
        isMissed(row),
        row.id().equals(id));
  }

  private boolean isMissed(NodeTable.Row row) {
    return !row.id().equals(id) && row.age().compareTo(takeoverAfter) >= 0;
  }

  /** Whether a node of that id is there and gave a sign of life lately. */
  boolean isAlive(String nodeId) {
    return nodeId.equals(id)
        || rows.stream().anyMatch(row -> row.id().equals(nodeId) && !isMissed(row));
  }

  /** Whether other processes work on the database, or did a moment ago. */
  boolean areOthers() {
    return rows.stream().anyMatch(row -> !row.id().equals(id));
  }

  String id() {
    return id;
  }

  /** Whether no other runtime worked on the database when this process began. */
  boolean wasAlone() {
    return alone;
  }

  /**
   * Counts how often this node's signs of life came so late that others may have taken over what it
   * had. What was leased under another number isn't its own any more.
   */
  int epoch() {
    return epoch;
  }

  /**
   * By this machine's clocks, whether others still see it alive, and will for a little while. Asks
   * nobody.
   */
  boolean isInTime() {
    Duration most = takeoverAfter.minus(takeoverAfter.dividedBy(PARTS));
    return !stopped && since(lastBeat).compareTo(most) < 0;
  }

  private Moment now() {
    return new Moment(System.nanoTime(), clock.instant());
  }

  private Duration since(Moment then) {
    Duration byNanos = Duration.ofNanos(System.nanoTime() - then.nanos());
    Duration byWall = Duration.between(then.wall(), clock.instant());
    return byNanos.compareTo(byWall) > 0 ? byNanos : byWall;
  }

  private void beatAndRead() {
    // imports that have all connections don't keep it from that
    connections.begin();
    try {
      beat();
      read();
      noSign.passed();
    } catch (DataAccessException | TransactionException databaseDown) {
      noSign.failed(databaseDown);
    } finally {
      connections.end();
    }
  }

  /** Gives a sign of life. */
  synchronized void beat() {
    if (stopped) {
      return;
    }
    Moment before = now();
    boolean known = table.beat(id, mailboxes.getAsInt());
    // by the answer: until then others may have found it missing
    boolean late = since(lastBeat).compareTo(takeoverAfter) >= 0;
    if (!known) {
      table.add(id, name, version, kind, machine, ProcessHandle.current().pid());
    }
    if (late || !known) {
      LOG.warn(
          "node {} gave no sign of life for {} s: what it had in hand may be another node's by now,"
              + " so it lets go of it",
          name,
          since(lastBeat).toSeconds());
      epoch = epoch + 1;
    }
    lastBeat = before;
  }

  /** Reads who is there. */
  void read() {
    NodeTable.Reading reading = table.read();
    if (reading.now() != null) {
      time.told(reading.now());
    }
    rows = reading.rows();
    Instant now = clock.instant();
    if (forgot.isBefore(now.minus(FORGETS_EVERY))) {
      forgot = now;
      table.forgetTheOld();
    }
  }

  /** It stops properly: nobody needs to wait for it. */
  @Override
  public void destroy() {
    if (timer != null) {
      // doesn't wait for a sign of life that waits for the database; no interrupt: H2 closes its
      // file when one comes while it writes
      timer.shutdown();
    }
    stopped = true;
    try {
      table.remove(id);
    } catch (DataAccessException | TransactionException databaseDown) {
      LOG.debug("node {} can't say that it stops", name, databaseDown);
    }
  }
}
