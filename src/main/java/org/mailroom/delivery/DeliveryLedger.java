package org.mailroom.delivery;

import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.apache.camel.Body;
import org.apache.camel.Variable;
import org.jspecify.annotations.Nullable;
import org.mailroom.account.Account;
import org.mailroom.account.AccountFolder;
import org.mailroom.account.AccountImport;
import org.mailroom.account.ImportTally.Count;
import org.mailroom.graph.StoppingException;
import org.mailroom.listing.ListedMessage;
import org.mailroom.listing.Page;
import org.mailroom.message.EarlierDelivery;
import org.mailroom.message.Fate;
import org.mailroom.message.IncomingMessage;
import org.mailroom.settings.Limits;
import org.mailroom.settings.MailroomProperties;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Idempotent Receiver: the table {@code delivery} tells which destination has which message.
 * Camel's idempotent consumer knows one key and two states; here a message has a state for each
 * destination, and an attempt has a time. Importers and the threads of their pages call it, several
 * at once.
 */
@Component("deliveryLedger")
public final class DeliveryLedger {

  private static final Logger LOG = LoggerFactory.getLogger("mailroom.delivery");

  private final JdbcTemplate jdbc;
  private final LedgerTable table;
  private final LedgerRows rows;
  private final LedgerLog log;
  private final DueDeliveries dueDeliveries;
  private final UnlistableMessages unlistable;
  private final Doubts doubts;
  private final TransactionTemplate transaction;
  private final DestinationHealth health;
  private final Destinations destinations;
  private final Limits limits;
  private final Clock clock;
  private final Set<String> paused = ConcurrentHashMap.newKeySet();

  DeliveryLedger(
      JdbcTemplate jdbc,
      LedgerTable table,
      LedgerRows rows,
      LedgerLog log,
      DueDeliveries dueDeliveries,
      UnlistableMessages unlistable,
      Doubts doubts,
      TransactionTemplate transaction,
      DestinationHealth health,
      Destinations destinations,
      MailroomProperties properties,
      Clock clock) {
    this.jdbc = jdbc;
    this.table = table;
    this.rows = rows;
    this.log = log;
    this.dueDeliveries = dueDeliveries;
    this.unlistable = unlistable;
    this.doubts = doubts;
    this.transaction = transaction;
    this.health = health;
    this.destinations = destinations;
    this.limits = properties.limits();
    this.clock = clock;
  }

  /**
   * Looks before an import reads anything: while a destination of the account is down, reading
   * pauses when nothing could be delivered anywhere, or when as many deliveries wait as {@code
   * mailroom.limits.waiting-deliveries} says. What waits is still tried.
   */
  public void begin(@Variable("import") AccountImport running) {
    Account account = running.account();
    // asks the database in any case: without it nothing is to be read
    Left left = left(account);
    long waiting = left.waiting();
    running.deliveriesWait(waiting + left.lookedAtAgain() > 0);
    running.deliveriesAreLeft(waiting + left.givenUp() > 0);
    List<String> down =
        account.deliverTo().stream().filter(name -> health.outage(name).isPresent()).toList();
    boolean nowhere =
        down.size() == account.deliverTo().size() && down.stream().noneMatch(health::isWorthATry);
    if (nowhere || (!down.isEmpty() && waiting >= limits.waitingDeliveries())) {
      running.pauseReading();
      if (paused.add(account.id())) {
        LOG.warn(
            "account {}: reading pauses while {} takes nothing; {} deliveries wait",
            account.id(),
            String.join(", ", down),
            waiting);
      }
    } else if (paused.remove(account.id())) {
      LOG.info("account {}: reading goes on", account.id());
    }
  }

  /**
   * What the ledger has of an account that isn't settled.
   *
   * @param waiting deliveries that are tried again
   * @param givenUp deliveries that aren't
   * @param lookedAtAgain those of them that are looked at again all the same
   */
  private record Left(long waiting, long givenUp, long lookedAtAgain) {}

  private Left left(Account account) {
    return jdbc.queryForObject(
        "select count(case when status = 'PENDING' then 1 end), count(case when status = 'FAILED'"
            + " then 1 end), count(case when status = 'FAILED' and next_attempt_at is not null then"
            + " 1 end) from delivery where account = ? and status in ('PENDING', 'FAILED')",
        (row, number) -> new Left(row.getLong(1), row.getLong(2), row.getLong(3)),
        account.id());
  }

  /**
   * Returns those messages of a page of which something is left to do: those that a destination
   * waits for, and those that every destination has though they aren't marked (their marking was
   * lost). What failed and isn't due again is counted as waiting.
   *
   * @param folder that the page was listed in; null where no listing brought it
   * @throws StoppingException when the runtime stops: the page is left for the next import
   */
  public List<IncomingMessage> undelivered(
      @Variable("import") AccountImport running,
      @Variable("folder") @Nullable AccountFolder folder,
      @Body Page page) {
    if (running.isStopping()) {
      throw new StoppingException(running.account().mailbox());
    }
    running.tally().add(Count.LISTED, page.isListed() ? page.messages().size() : 0);
    running.tally().step();
    Account account = running.account();
    Map<String, Map<String, LedgerState>> known =
        page.messages().isEmpty()
            ? Map.of()
            : table.states(account.id(), page.messages().stream().map(ListedMessage::id).toList());
    List<IncomingMessage> undelivered = new ArrayList<>(page.messages().size());
    List<LedgerEntry> waiting = new ArrayList<>();
    for (ListedMessage listed : page.messages()) {
      IncomingMessage message =
          undelivered(
              running, listed, new HashMap<>(known.getOrDefault(listed.id(), Map.of())), waiting);
      if (message != null) {
        message.in(folder == null ? null : folder.path());
        undelivered.add(message);
      }
    }
    if (!waiting.isEmpty()) {
      transaction.executeWithoutResult(status -> table.write(waiting, Set.of()));
      running.deliveriesWait(true);
    }
    return undelivered;
  }

  /** Returns null when nothing is to be done about it now. */
  private @Nullable IncomingMessage undelivered(
      AccountImport running,
      ListedMessage listed,
      Map<String, LedgerState> known,
      List<LedgerEntry> waiting) {
    Account account = running.account();
    boolean ageUnknown =
        listed.receivedAt() == null
            && known.values().stream().noneMatch(LedgerState::isOfSeenMessage);
    LedgerState left = known.remove(LedgerRows.LEFT);
    String leftVersion = left == null ? null : left.error();
    if (leftVersion != null && !leftVersion.isEmpty() && leftVersion.equals(listed.version())) {
      running.tally().add(Count.PASSED_OVER, 1);
      return null;
    }
    Instant now = clock.instant();
    LedgerState unconfirmed = known.remove(Confirmations.NAME);
    if (unconfirmed != null && !unconfirmed.isSettled() && !unconfirmed.isDue(now)) {
      running.tally().add(unconfirmed.isGivenUp() ? Count.GIVEN_UP_BEFORE : Count.WAITING, 1);
      return null;
    }
    // what was erased never comes again, not even to a destination that never had it
    boolean erased = known.values().stream().anyMatch(LedgerState::erased);
    List<String> responsible = erased ? List.of() : responsible(account, known);
    List<String> wanted =
        responsible.stream()
            .filter(name -> !known.containsKey(name) || known.get(name).isDue(now))
            .toList();
    List<String> due = wanted.stream().filter(health::isWorthATry).toList();
    Map<String, EarlierDelivery> earlier = new HashMap<>();
    known.forEach(
        (name, state) ->
            earlier.put(
                name, new EarlierDelivery(state.attempts(), state.isSettled(), state.isDue(now))));
    if (left != null) {
      earlier.put(LedgerRows.LEFT, new EarlierDelivery(0, true, false));
    }
    boolean othersSettled =
        responsible.stream()
            .allMatch(
                name ->
                    due.contains(name) || (known.containsKey(name) && known.get(name).isSettled()));
    IncomingMessage message =
        new IncomingMessage(
            account,
            listed.id(),
            listed.receivedAt(),
            listed.resource(),
            due,
            earlier,
            othersSettled);
    if (ageUnknown) {
      message.ageUnknown();
    }
    if (!othersSettled) {
      running
          .tally()
          .add(
              known.values().stream().anyMatch(LedgerState::isGivenUp)
                  ? Count.GIVEN_UP_BEFORE
                  : Count.WAITING,
              1);
      wanted.stream()
          .filter(name -> !due.contains(name) && !isAwaited(known.get(name)))
          .forEach(name -> waiting.add(rows.awaits(message, name)));
    }
    if (!due.isEmpty()) {
      return message;
    }
    if (othersSettled && !account.afterImport().isReadOnly()) {
      message.settled();
      return message;
    }
    return null;
  }

  /** Whether it has a row that brings the message again though no listing does. */
  private static boolean isAwaited(@Nullable LedgerState state) {
    return state != null && !state.isGone();
  }

  /**
   * Where a message is to go: to what its account delivers to, unless the site's rules chose
   * otherwise when it was first met.
   */
  private List<String> responsible(Account account, Map<String, LedgerState> known) {
    boolean chosen =
        known.keySet().stream()
            .anyMatch(name -> !account.deliverTo().contains(name) && destinations.isKnown(name));
    return (chosen ? known.keySet() : account.deliverTo())
        .stream().filter(destinations::isKnown).toList();
  }

  /**
   * Deliveries that are due and that no listing brings any more, because somebody has read or moved
   * the message or it isn't listed again (delta query), page by page. While a destination is down
   * one message a time is enough to see whether it is up.
   */
  public Iterator<Page> due(@Variable("import") AccountImport running) {
    return dueDeliveries.of(running);
  }

  /**
   * Within the transaction of a destination that writes to Mailroom's own database: entry and rows
   * are committed together.
   */
  public void deliveredInTransaction(@Variable("delivery") Delivery delivery) {
    table.write(
        delivery.messages().stream()
            .map(message -> rows.delivered(message, delivery.destination()))
            .toList(),
        Set.of());
    delivery.messages().forEach(message -> message.recordedFor(delivery.destination()));
  }

  /**
   * Records what became of the messages of a group, in one transaction. From then on each of them
   * is settled for this import, and those that every destination has may be marked.
   */
  public void record(
      @Variable("import") AccountImport running, @Variable("group") List<IncomingMessage> group) {
    Map<IncomingMessage, List<LedgerEntry>> written = new LinkedHashMap<>();
    group.forEach(message -> written.put(message, rows.of(message)));
    List<LedgerEntry> unwritten =
        written.entrySet().stream()
            .flatMap(
                each ->
                    each.getValue().stream()
                        .filter(row -> !each.getKey().isRecordedFor(row.destination())))
            .toList();
    if (!unwritten.isEmpty()) {
      Set<String> known =
          group.stream()
              .filter(IncomingMessage::isRecordedAnywhere)
              .map(IncomingMessage::id)
              .collect(Collectors.toSet());
      transaction.executeWithoutResult(status -> table.write(unwritten, known));
    }
    written.forEach((message, entries) -> settle(running, message, entries));
    log.tell(written.values().stream().flatMap(List::stream).toList());
  }

  private void settle(AccountImport running, IncomingMessage message, List<LedgerEntry> entries) {
    Fate fate = message.fate();
    if (fate.is(Fate.Kind.OPEN)) {
      return;
    }
    if (fate.is(Fate.Kind.WAITING) && fate.cause() != null) {
      running.failed(fate.cause());
    }
    boolean waits = anyIs(entries, LedgerEntry.PENDING);
    boolean failed = anyIs(entries, LedgerEntry.FAILED);
    if (waits) {
      running.deliveriesWait(true);
    }
    boolean complete =
        message.isOthersSettled()
            && !waits
            && !failed
            && (fate.is(Fate.Kind.READY) || fate.is(Fate.Kind.SKIPPED));
    count(running, message, entries, complete);
    message.recorded(complete, failed);
  }

  /** A loop, for it is asked several times of each message. */
  private static boolean anyIs(List<LedgerEntry> entries, String status) {
    for (LedgerEntry entry : entries) {
      if (entry.is(status)) {
        return true;
      }
    }
    return false;
  }

  /** A message that merely waits for a destination that is down has failed nowhere. */
  private static void count(
      AccountImport running, IncomingMessage message, List<LedgerEntry> entries, boolean complete) {
    var tally = running.tally();
    Fate fate = message.fate();
    if (complete) {
      tally.add(fate.is(Fate.Kind.SKIPPED) ? Count.PASSED_OVER : Count.IMPORTED, 1);
      return;
    }
    entries.stream()
        .filter(
            row ->
                row.is(LedgerEntry.FAILED)
                    || (row.is(LedgerEntry.PENDING) && row.attempts() > 0 && !row.inDoubt()))
        .findFirst()
        .ifPresent(row -> tally.refused(row.error()));
    if (fate.is(Fate.Kind.GONE)) {
      tally.add(Count.GONE, 1);
    } else if (fate.is(Fate.Kind.SKIPPED)
        || fate.is(Fate.Kind.LEFT)
        || fate.is(Fate.Kind.TOO_OLD)) {
      tally.add(Count.PASSED_OVER, 1);
    } else if (anyIs(entries, LedgerEntry.FAILED)) {
      tally.add(Count.FAILED, 1);
      tally.add(Count.GIVEN_UP, 1);
    } else if (entries.stream()
        .anyMatch(
            row ->
                row.is(LedgerEntry.PENDING)
                    && !row.inDoubt()
                    && row.attempts() > message.earlierAttempts(row.destination()))) {
      tally.add(Count.FAILED, 1);
    } else if (!fate.isInDoubt()
        && message.isOthersSettled()
        && anyIs(entries, LedgerEntry.PENDING)) {
      tally.add(Count.WAITING, 1);
    }
  }

  /**
   * The messages of a group that were given up now: the bodies of the hook route {@code
   * message-failed}, with {@code account}, {@code mailbox}, {@code messageId}, {@code subject},
   * {@code destination}, {@code cause}, {@code remedy} and {@code attempts}.
   */
  public List<Map<String, Object>> givenUp(@Variable("group") List<IncomingMessage> group) {
    return group.stream()
        .filter(IncomingMessage::isGivenUp)
        .flatMap(message -> log.hooks(message.account(), rows.of(message)).stream())
        .toList();
  }

  /**
   * At the end of an import: what the service couldn't list is listed as failed, and what it
   * couldn't give is judged.
   *
   * @return what was given up by that, as {@link #givenUp} tells it
   */
  public List<Map<String, Object>> end(@Variable("import") AccountImport running) {
    unlistable.record(running);
    List<LedgerEntry> judged = doubts.judge(running);
    judged.stream().findFirst().ifPresent(row -> running.tally().refused(row.error()));
    log.tell(judged);
    countWhatNoListingBrought(running);
    return log.hooks(running.account(), judged);
  }

  /**
   * What waits or was given up counts though no listing brings it any more: an import that leaves
   * some isn't complete.
   */
  private void countWhatNoListingBrought(AccountImport running) {
    var tally = running.tally();
    if (!running.areDeliveriesLeft()) {
      return;
    }
    jdbc.query(
        "select count(distinct case when status = 'PENDING' then message_id end), count(distinct"
            + " case when status = 'FAILED' then message_id end) from delivery where account = ?"
            + " and status in ('PENDING', 'FAILED')",
        row -> {
          tally.add(
              Count.WAITING,
              Math.max(
                  0,
                  row.getInt(1)
                      - tally.of(Count.WAITING)
                      - tally.of(Count.FAILED)
                      + tally.of(Count.GIVEN_UP)));
          tally.add(
              Count.GIVEN_UP_BEFORE,
              Math.max(
                  0, row.getInt(2) - tally.of(Count.GIVEN_UP) - tally.of(Count.GIVEN_UP_BEFORE)));
        },
        running.account().id());
  }
}
