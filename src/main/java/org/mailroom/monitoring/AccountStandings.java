package org.mailroom.monitoring;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;
import org.mailroom.account.Account;
import org.mailroom.account.FailureInWords;
import org.mailroom.account.ImportProgress;
import org.mailroom.account.ImportResult;
import org.mailroom.delivery.DestinationHealth;
import org.mailroom.delivery.WaitingDeliveries;
import org.mailroom.graph.MailboxGates;
import org.mailroom.monitoring.AccountStatus.State;
import org.mailroom.schedule.AccountSchedule;
import org.springframework.stereotype.Component;

/**
 * What an account is at, and why, in plain words: of several reasons the one that explains the
 * others. Asks neither database nor service.
 */
@Component
final class AccountStandings {

  /** A wait that is over sooner isn't worth a word. */
  private static final Duration SHORTEST_WAIT = Duration.ofSeconds(1);

  /**
   * Short waits, one after the other for so long, are; and one that is due to trouble of the
   * service, which has words of its own.
   */
  private static final Duration WORTH_TELLING = Duration.ofSeconds(10);

  /**
   * What is known of the imports of an account.
   *
   * @param running the import that runs here now; null when none does
   * @param elsewhere whether one runs on another node
   * @param last the result of the last one; null before the first
   * @param paused whether somebody paused the account
   * @param stalled whether its mailbox wasn't read to its end for too long
   */
  record Imports(
      ImportProgress.@Nullable Running running,
      boolean elsewhere,
      @Nullable ImportResult last,
      boolean paused,
      boolean stalled) {

    boolean isRunning() {
      return running != null || elsewhere;
    }
  }

  /**
   * @param until when the wait ends; null unless {@code state} is {@link State#WAITING}
   * @param reason cause and remedy; null when there is nothing to tell
   */
  record Standing(State state, @Nullable Instant until, @Nullable String reason) {

    private static Standing waiting(@Nullable Instant until, @Nullable String reason) {
      return new Standing(State.WAITING, until, reason);
    }

    private static Standing needingAttention(@Nullable String reason) {
      return new Standing(State.NEEDS_ATTENTION, null, reason);
    }
  }

  private final AccountSchedule schedule;
  private final DestinationHealth destinations;
  private final MailboxGates gates;
  private final Clock clock;

  AccountStandings(
      AccountSchedule schedule, DestinationHealth destinations, MailboxGates gates, Clock clock) {
    this.schedule = schedule;
    this.destinations = destinations;
    this.gates = gates;
    this.clock = clock;
  }

  Standing of(Account account, Imports imports, AccountFigures figures) {
    Instant now = clock.instant();
    if (imports.paused() && (!imports.isRunning() || schedule.isSuspended(account.id()))) {
      return new Standing(
          State.PAUSED,
          null,
          "Somebody paused it at "
              + seconds(schedule.pausedSince(account.id()).orElse(now))
              + ". Resume it to import again.");
    }
    Instant throttled = throttledUntil(account, now);
    if (throttled != null) {
      String why = throttling(account, throttled);
      // nobody at the site can mend that, however long it lasts
      return Standing.waiting(throttled, imports.stalled() ? stalled(account) + " " + why : why);
    }
    Exception failure = imports.last() == null ? null : imports.last().failure();
    if (failure != null) {
      return FailureInWords.of(failure).passing() && !imports.stalled()
          ? Standing.waiting(schedule.nextPoll(account.id()), failure.getMessage())
          : Standing.needingAttention(failure.getMessage());
    }
    MailboxGates.Unanswered unanswered = gates.unanswered(account.mailbox()).orElse(null);
    if (unanswered != null) {
      String why = inWords(unanswered);
      return imports.stalled()
          ? Standing.needingAttention(stalled(account) + " " + why)
          : Standing.waiting(null, why);
    }
    if (imports.stalled()) {
      return Standing.needingAttention(
          stalled(account)
              + " Look at the importers (mailroom.importers), the routes and the log; restart"
              + " Mailroom if it lasts.");
    }
    Standing down = waitingForDestination(account);
    if (down != null) {
      return down;
    }
    return imports.isRunning()
        ? new Standing(State.IMPORTING, null, null)
        : ofMessages(account, imports.last(), figures);
  }

  /**
   * Until when the service asks for patience; short waits count when there is one after the other.
   * Null when it doesn't.
   */
  private @Nullable Instant throttledUntil(Account account, Instant now) {
    Instant closed = gates.closedUntil(account.mailbox()).orElse(null);
    Duration shortest = gates.isInTrouble(account.mailbox()) ? WORTH_TELLING : SHORTEST_WAIT;
    if (closed != null && closed.isAfter(now.plus(shortest))) {
      return closed;
    }
    boolean lasts =
        gates
            .throttledSince(account.mailbox())
            .filter(since -> since.plus(WORTH_TELLING).isBefore(now))
            .isPresent();
    return lasts ? gates.closedUntil(account.mailbox()).orElse(now) : null;
  }

  private String throttling(Account account, Instant until) {
    return gates.isInTrouble(account.mailbox())
        ? account.mailbox()
            + ": the service has trouble (HTTP 503). Nothing is sent to it before "
            + seconds(until)
            + ". Mailroom tries again by itself; see the Microsoft 365 service health page if"
            + " it lasts."
        : "The service throttles "
            + account.mailbox()
            + ": nothing is sent to it before "
            + seconds(until)
            + ". Mailroom goes on by itself;"
            + " if it lasts, poll less often or read the mailbox with fewer applications.";
  }

  static String inWords(MailboxGates.Unanswered unanswered) {
    return "Waiting for the answer to '"
        + unanswered.request()
        + "' since "
        + seconds(unanswered.since())
        + ". Mailroom goes on by itself, and gives the request up at "
        + seconds(unanswered.givenUp())
        + " at the latest; if it lasts, check the network and see the Microsoft 365 service health"
        + " page.";
  }

  private String stalled(Account account) {
    return schedule
        .lastSuccess(account.id())
        .map(last -> "The mailbox wasn't read to its end since " + seconds(last) + ".")
        .orElseGet(
            () ->
                "The mailbox wasn't read to its end yet; Mailroom has known it since "
                    + seconds(schedule.knownSince(account.id()))
                    + ".");
  }

  private @Nullable Standing waitingForDestination(Account account) {
    for (String destination : account.deliverTo()) {
      DestinationHealth.Outage outage = destinations.outages().get(destination);
      if (outage != null) {
        return Standing.waiting(
            outage.nextTry(),
            "Destination "
                + destination
                + " is down since "
                + seconds(outage.since())
                + ": "
                + outage.cause()
                + (outage.cause().contains("by itself")
                    ? " Its deliveries wait."
                    : " Its deliveries wait, and Mailroom goes on by itself."));
      }
    }
    return null;
  }

  /** What is left of single messages, where nothing is wrong with account or destinations. */
  private Standing ofMessages(
      Account account, @Nullable ImportResult last, AccountFigures figures) {
    Exception unmarked = last == null ? null : last.firstUnmarked();
    if (unmarked != null) {
      return Standing.needingAttention(
          "Messages were delivered but not marked as read: " + unmarked.getMessage());
    }
    long failed = figures.failed().getOrDefault(account.id(), 0L);
    if (failed > 0) {
      return Standing.needingAttention(
          failed
              + (failed == 1 ? " delivery was" : " deliveries were")
              + " given up. Look at the causes,"
              + " then retry or discard them: in the console, or by: failed list --account "
              + account.id());
    }
    WaitingDeliveries.Refused refused = figures.refused().get(account.id());
    return refused == null
        ? new Standing(State.IDLE, null, null)
        : Standing.waiting(
            later(refused.next(), schedule.nextPoll(account.id())),
            refused.deliveries()
                + (refused.deliveries() == 1 ? " delivery was" : " deliveries were")
                + " refused, such as for this cause: "
                + refused.error()
                + (refused.error().contains("by itself")
                    ? " It"
                    : " Mailroom tries again by itself, and")
                + " gives up after mailroom.retry.max-attempts.");
  }

  /** What is due is tried with the account's next import. */
  private static Instant later(@Nullable Instant due, Instant poll) {
    return due == null || poll.isAfter(due) ? poll : due;
  }

  private static Instant seconds(Instant time) {
    return time.truncatedTo(ChronoUnit.SECONDS);
  }
}
