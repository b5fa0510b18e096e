package org.mailroom.schedule;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.mailroom.account.Account;
import org.mailroom.account.Accounts;
import org.mailroom.settings.MailroomProperties;
import org.springframework.stereotype.Component;

/**
 * Waits for the mailbox of an account where another node works on it: for commands, which come
 * beside running nodes. Safe for use by several threads.
 */
@Component
public final class MailboxTurns {

  private static final Duration BETWEEN_TRIES = Duration.ofMillis(250);

  /** A shorter wait isn't worth a word. */
  private static final Duration WORTH_TELLING = Duration.ofSeconds(1);

  /** A mailbox that is this process's until it is closed. */
  public interface Turn extends AutoCloseable {
    @Override
    void close();
  }

  private final Accounts accounts;
  private final ScheduleKeeper keeper;
  private final Duration longest;

  MailboxTurns(Accounts accounts, ScheduleKeeper keeper, MailroomProperties properties) {
    this.accounts = accounts;
    this.keeper = keeper;
    this.longest = properties.limits().mailboxWait();
  }

  /**
   * Waits for the mailbox of an account, at most {@code mailroom.limits.mailbox-wait}.
   *
   * @param told gets a sentence that says who has it, once, when the wait isn't short
   * @throws MailboxBusyException when it is another node's for longer
   * @throws org.springframework.dao.DataAccessException when the database doesn't answer
   */
  public Turn await(String accountId, Consumer<String> told) {
    take(accountId, told);
    return () -> {
      keeper.giveBack(accountId);
      keeper.keep();
    };
  }

  /** Does nothing about an account that isn't there. */
  void take(String accountId, Consumer<String> told) {
    Account account = accounts.find(accountId).orElse(null);
    if (account == null) {
      return;
    }
    long begun = System.nanoTime();
    boolean isTold = false;
    while (true) {
      LeaseTable.Holder holder = keeper.takeOne(account, accounts.all()).orElse(null);
      if (holder == null) {
        return;
      }
      Duration waited = Duration.ofNanos(System.nanoTime() - begun);
      String by =
          "mailbox "
              + account.mailbox()
              + " of account "
              + accountId
              + " is being worked on by "
              + inWords(holder);
      if (waited.compareTo(longest) >= 0) {
        throw new MailboxBusyException(
            by
                + ", and that didn't end within "
                + longest.toSeconds()
                + " s (mailroom.limits.mailbox-wait). Try again later, or stop that node;"
                + " a running Mailroom imports the account by itself.");
      }
      if (!isTold && waited.compareTo(WORTH_TELLING) >= 0) {
        isTold = true;
        told.accept(by + "; waiting for it, at most " + longest.toSeconds() + " s");
      }
      pause();
    }
  }

  /** A task that was put on the queue by somebody else than the schedule. */
  void takeUnlessInHand(String accountId) {
    if (!keeper.board().isInHand(accountId)) {
      take(accountId, waits -> {});
    }
  }

  private static String inWords(LeaseTable.Holder holder) {
    Instant since = holder.since();
    return since == null
        ? holder.node()
        : holder.node() + " since " + since.truncatedTo(ChronoUnit.SECONDS);
  }

  private static void pause() {
    try {
      TimeUnit.NANOSECONDS.sleep(BETWEEN_TRIES.toNanos());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new MailboxBusyException("the wait for a mailbox was interrupted");
    }
  }
}
