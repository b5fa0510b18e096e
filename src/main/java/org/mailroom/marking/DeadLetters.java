package org.mailroom.marking;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.camel.Variable;
import org.jspecify.annotations.Nullable;
import org.mailroom.account.Account;
import org.mailroom.account.AccountImport;
import org.mailroom.account.AtATime;
import org.mailroom.graph.GraphException;
import org.mailroom.graph.Interruption;
import org.mailroom.listing.MailFolders;
import org.mailroom.settings.Backoff;
import org.mailroom.settings.Limits;
import org.mailroom.settings.MailroomProperties;
import org.mailroom.settings.Utc;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;

/**
 * What becomes in the mailbox of messages that were given up: categories and folder as {@code
 * after-failure} of their account says, once each. The ledger tells which they are, and the table
 * {@code after_failure} which of them are through, so that a crash at any instant leaves none out;
 * what the service refuses is tried again, later and later. It comes at the end of an import, when
 * no listing stands on positions that a move would change. Importers call it.
 */
@Component("deadLetters")
public final class DeadLetters {

  private static final Logger LOG = LoggerFactory.getLogger("mailroom.import");

  private static final int AT_ONCE = 500;

  private static final Duration LONGEST_BACKOFF = Duration.ofHours(1);

  private static final String DUE =
      "select distinct d.message_id from delivery d left join after_failure a on a.account ="
          + " d.account and a.message_id = d.message_id where d.account = ? and d.status = 'FAILED'"
          + " and d.message_id not like 'unlistable-%' and (a.message_id is null or (not a.done and"
          + " a.next_attempt_at <= ?)) order by d.message_id limit "
          + AT_ONCE;

  private final JdbcTemplate jdbc;
  private final MailFolders folders;
  private final Limits limits;
  private final MailroomProperties.Retry retry;
  private final Clock clock;
  private final Set<String> told = ConcurrentHashMap.newKeySet();

  DeadLetters(JdbcTemplate jdbc, MailFolders folders, MailroomProperties properties, Clock clock) {
    this.jdbc = jdbc;
    this.folders = folders;
    this.limits = properties.limits();
    this.retry = properties.retry();
    this.clock = clock;
  }

  /**
   * The changes of messages that were given up and aren't changed yet, at most twenty in a request;
   * mostly none. Of an import that has failed, or goes on later, the next one makes them.
   */
  public @Nullable AtATime<Changes> batches(@Variable("import") AccountImport running) {
    Account account = running.account();
    List<List<ToMark>> chunks = new ArrayList<>();
    String target = null;
    if (account.afterFailure() != null && running.isGoingOn()) {
      List<ToMark> due =
          jdbc.query(
              DUE,
              (row, number) -> new ToMark(row.getString(1), null, null, true, false, null),
              account.id(),
              Utc.of(clock.instant()));
      try {
        String moveTo = account.afterFailure().moveTo();
        target =
            due.isEmpty() || moveTo == null
                ? null
                : folders.findOrCreate(account.mailbox(), account.credential(), moveTo);
        for (int from = 0; from < due.size(); from += limits.batchSize()) {
          chunks.add(due.subList(from, Math.min(due.size(), from + limits.batchSize())));
        }
      } catch (GraphException noSuchFolder) {
        postpone(account, due.stream().map(ToMark::messageId).toList(), noSuchFolder);
      }
    }
    String folder = target;
    return AtATime.of(
        1, chunks, (chunk, others) -> Changes.ofDeadLetters(account, folder, chunk, others));
  }

  /**
   * Notes what is done, and what is to be tried again.
   *
   * @param failure why it ended early; null when it didn't
   */
  void over(Changes changes, @Nullable Exception failure) {
    Account account = changes.account();
    List<String> complete = changes.complete();
    if (!complete.isEmpty()) {
      write(account, complete, true, 0, null);
      LOG.info(
          "account {}: {} that were given up have {} now",
          account.id(),
          complete.size() == 1 ? "1 message" : complete.size() + " messages",
          changes.target() == null
              ? "the categories of after-failure"
              : "the categories and the folder of after-failure");
    }
    List<String> left =
        changes.messages().stream()
            .map(ToMark::messageId)
            .filter(id -> !complete.contains(id))
            .toList();
    Map<String, Exception> refusals = changes.refusals();
    Exception why =
        left.stream()
            .map(refusals::get)
            .filter(java.util.Objects::nonNull)
            .findFirst()
            .orElse(failure);
    boolean laterByItself = why != null && Interruption.isOne(why);
    if (!left.isEmpty() && !laterByItself) {
      if (why instanceof GraphException refusal
          && refusal.isGone()
          && account.afterFailure().moveTo() != null) {
        // the folder to move to may be gone
        folders.forget(account.mailbox(), account.afterFailure().moveTo());
      }
      postpone(account, left, why);
    }
    if (left.isEmpty()) {
      told.remove(account.id());
    }
  }

  private void postpone(Account account, List<String> messageIds, @Nullable Exception why) {
    for (String id : messageIds) {
      int attempts =
          1
              + jdbc
                  .query(
                      "select attempts from after_failure where account = ? and message_id = ?",
                      (row, number) -> row.getInt(1),
                      account.id(),
                      id)
                  .stream()
                  .findFirst()
                  .orElse(0);
      write(account, List.of(id), false, attempts, clock.instant().plus(backoff(attempts)));
    }
    if (told.add(account.id())) {
      LOG.warn(
          "account {}: {} that were given up can't be changed in the mailbox as after-failure says:"
              + " {} They stay in failed list, and it is tried again by itself.",
          account.id(),
          messageIds.size() == 1 ? "1 message" : messageIds.size() + " messages",
          why == null ? "the service gave no answer." : why.getMessage());
    }
  }

  private void write(
      Account account,
      List<String> messageIds,
      boolean done,
      int attempts,
      @Nullable Instant next) {
    for (String id : messageIds) {
      jdbc.update(
          "delete from after_failure where account = ? and message_id = ?", account.id(), id);
      jdbc.update(
          "insert into after_failure (account, message_id, done, attempts, next_attempt_at) values"
              + " (?, ?, ?, ?, ?) on conflict do nothing",
          account.id(),
          id,
          done,
          attempts,
          next == null ? null : Utc.of(next));
    }
  }

  private Duration backoff(int attempts) {
    return Backoff.doubled(retry.backoff(), attempts - 1, LONGEST_BACKOFF);
  }
}
