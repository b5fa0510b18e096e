package org.mailroom.schedule;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.mailroom.account.Account;
import org.mailroom.account.ImportResult;

/**
 * Where one account stands, and when it is due: a row of the table {@code account_schedule}. Times
 * are the database's.
 *
 * @param mailbox in small letters
 * @param node who has it in hand; null: nobody
 * @param dueAt null: at once
 * @param wanted somebody asked for an import
 * @param takenWanted the import that its node has in hand is such a one
 * @param goesOn its import let others go first, and goes on when it is due
 * @param settings digest of those by which it is due
 * @param lastSuccess when the last import ended that read its mailbox to the end; or null
 * @param result what the last import came to; null before the first
 * @param trouble null: none
 */
record Standing(
    String account,
    String mailbox,
    @Nullable String node,
    @Nullable Instant dueAt,
    boolean wanted,
    boolean takenWanted,
    boolean goesOn,
    String settings,
    @Nullable Instant lastSuccess,
    @Nullable ImportResult result,
    @Nullable Trouble trouble) {

  /** Of an account that is seen for the first time: due at once, or at the next of its times. */
  static Standing of(Account account, Instant now) {
    return new Standing(
        account.id(),
        mailbox(account),
        null,
        next(account, now),
        false,
        false,
        false,
        digest(account),
        null,
        null,
        null);
  }

  /** The name of an account's mailbox where it is a key. */
  static String mailbox(Account account) {
    return account.mailbox().toLowerCase(Locale.ROOT);
  }

  /** The same for the same settings, on whichever node. */
  static String digest(Account account) {
    try {
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance("SHA-256")
                  .digest(account.toString().getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException everyRuntimeHasIt) {
      throw new IllegalStateException(everyRuntimeHasIt);
    }
  }

  /**
   * When an account is due that wasn't polled with its settings yet: times of {@code poll-at} that
   * were before don't count.
   */
  private static @Nullable Instant next(Account account, Instant now) {
    return account.pollAt() == null ? null : account.pollAt().after(now);
  }

  /** Nobody has gone on with the import that waits for its next turn. */
  boolean isWaitingAs(Standing before) {
    return node == null && goesOn && Objects.equals(dueAt, before.dueAt);
  }

  boolean isDue(boolean paused, Instant now) {
    return wanted || (!paused && (dueAt == null || !now.isBefore(dueAt)));
  }

  /** Its settings have changed, or it was paused till now: what interval there was is over. */
  Standing anew(Account account, Instant now) {
    return new Standing(
        this.account,
        mailbox(account),
        node,
        goesOn ? dueAt : next(account, now),
        wanted,
        takenWanted,
        goesOn,
        digest(account),
        lastSuccess,
        result,
        trouble);
  }

  /** A node has taken it up. */
  Standing taken(String by) {
    return new Standing(
        account,
        mailbox,
        by,
        dueAt,
        false,
        wanted || takenWanted,
        false,
        settings,
        lastSuccess,
        result,
        trouble);
  }

  /**
   * An import has ended: the account is due one interval later, or at the next of its times. What
   * was left at one of these is tried again after the interval.
   *
   * @param as the account as it was imported
   * @param came to what; null: it ended before it could say
   * @param goesOnAt when the rest of it follows; null when nothing is left
   */
  Standing ended(
      Account as,
      @Nullable ImportResult came,
      Instant now,
      @Nullable Instant goesOnAt,
      @Nullable Trouble since) {
    Instant again = now.plus(as.pollEvery());
    Instant next = again;
    if (goesOnAt != null) {
      next = goesOnAt;
    } else if (as.pollAt() != null) {
      Instant planned = as.pollAt().after(now);
      next =
          came != null && came.isAnythingToTryAgain() && again.isBefore(planned) ? again : planned;
    }
    return new Standing(
        account,
        mailbox,
        node,
        next,
        wanted,
        takenWanted,
        goesOnAt != null,
        digest(as),
        came != null && came.isThrough() ? now : lastSuccess,
        came == null ? result : came,
        since);
  }

  /** Nobody has it in hand any more. */
  Standing back() {
    return new Standing(
        account,
        mailbox,
        null,
        dueAt,
        wanted,
        false,
        goesOn,
        settings,
        lastSuccess,
        result,
        trouble);
  }

  /** It was in hand and wasn't imported: it is due as before. */
  Standing untouched() {
    return new Standing(
        account,
        mailbox,
        null,
        dueAt,
        wanted || takenWanted,
        false,
        goesOn,
        settings,
        lastSuccess,
        result,
        trouble);
  }

  Standing wanted(boolean byNow) {
    return new Standing(
        account,
        mailbox,
        node,
        dueAt,
        byNow,
        takenWanted,
        goesOn,
        settings,
        lastSuccess,
        result,
        trouble);
  }
}
