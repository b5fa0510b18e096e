package org.mailroom.retention;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.mailroom.message.MessageFolders;
import org.mailroom.settings.Causes;
import org.mailroom.settings.MailroomProperties;
import org.mailroom.settings.Utc;
import org.springframework.dao.ConcurrencyFailureException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Erases messages so that a kill leaves nothing half: their rows go, and what is still to do is
 * written down, in one transaction; then the files go; then what was written down. Whoever comes
 * next, a command or the runtime, completes it. Messages that an import may have in hand at that
 * moment are looked at again, when that import is over. Safe for use by several threads and
 * processes.
 */
@Component
final class ErasedMessages {

  private static final Duration FIRST_LOOK = Duration.ofMinutes(5);
  private static final Duration TRIED_AGAIN = Duration.ofHours(1);
  private static final int MOST = 500;
  private static final int MOST_TRIES = 5;

  /** What went, of some messages. */
  record Erased(
      MessageRows.Count rows, long discarded, long files, long bytes, List<String> problems) {}

  private record Entry(Found message, Instant erasedAt) {}

  private record State(long due, long problems, @Nullable String problem) {}

  private final JdbcTemplate jdbc;
  private final MessageRows rows;
  private final MailTree tree;
  private final MessageFolders folders;
  private final TransactionTemplate transaction;
  private final Duration longestImport;
  private final Clock clock;

  ErasedMessages(
      JdbcTemplate jdbc,
      MessageRows rows,
      MailTree tree,
      MessageFolders folders,
      TransactionTemplate transaction,
      MailroomProperties properties,
      Clock clock) {
    this.jdbc = jdbc;
    this.rows = rows;
    this.tree = tree;
    this.folders = folders;
    this.transaction = transaction;
    this.longestImport = properties.limits().longestImport();
    this.clock = clock;
  }

  /** Erases these, at most {@link MessageRows#AT_A_TIME} of them. */
  Erased erase(List<Found> messages) {
    Instant now = clock.instant();
    long[] discarded = new long[1];
    MessageRows.Count count =
        patiently(
            () ->
                transaction.execute(
                    status -> {
                      writeDown(messages, now);
                      discarded[0] = rows.erase(messages, now);
                      return rows.delete(messages);
                    }));
    long files = 0;
    long bytes = 0;
    List<String> problems = new ArrayList<>();
    for (Found message : messages) {
      MailTree.Deleted deleted = deleteFiles(new Entry(message, now));
      files += deleted.files();
      bytes += deleted.bytes();
      if (deleted.problem() != null) {
        problems.add(deleted.problem());
      }
    }
    return new Erased(count, discarded[0], files, bytes, problems);
  }

  /**
   * An import writes to the same rows in an order of its own: who has to give way to it begins
   * again.
   */
  private static <T> T patiently(Supplier<T> work) {
    for (int tries = 1; ; tries++) {
      try {
        return work.get();
      } catch (ConcurrencyFailureException inTheWay) {
        if (tries == MOST_TRIES) {
          throw inTheWay;
        }
      }
    }
  }

  /**
   * Another process may write the same down at this moment: then it waits here until that one is
   * through, and finds its row.
   */
  private void writeDown(List<Found> messages, Instant now) {
    jdbc.batchUpdate(
        "update erased_message set filed_at = ?, erased_at = ?, look_again_at = ?, in_hand ="
            + " (in_hand or ?), problem = null where account = ? and message_id = ?",
        messages.stream()
            .map(
                each ->
                    new Object[] {
                      filedAt(each),
                      Utc.of(now),
                      Utc.of(now),
                      each.waits(),
                      each.account(),
                      each.messageId()
                    })
            .toList());
    jdbc.batchUpdate(
        "insert into erased_message (account, message_id, filed_at, erased_at, look_again_at,"
            + " in_hand) values (?, ?, ?, ?, ?, ?) on conflict do nothing",
        messages.stream()
            .map(
                each ->
                    new Object[] {
                      each.account(),
                      each.messageId(),
                      filedAt(each),
                      Utc.of(now),
                      Utc.of(now),
                      each.waits()
                    })
            .toList());
  }

  private static @Nullable OffsetDateTime filedAt(Found message) {
    return message.filedAt() == null ? null : Utc.of(message.filedAt());
  }

  private MailTree.Deleted deleteFiles(Entry entry) {
    long bytes = 0;
    int files = 0;
    String problem = null;
    for (Path folder : foldersOf(entry.message())) {
      MailTree.Deleted deleted = tree.delete(folder);
      files += deleted.files();
      bytes += deleted.bytes();
      problem = problem == null ? deleted.problem() : problem;
      // an import makes folders of days that are not over
      Path ofDay = Objects.requireNonNull(folder.getParent(), "the folder of a message's day");
      LocalDate day = tree.date(ofDay);
      if (deleted.problem() == null
          && day != null
          && day.isBefore(LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC).minusDays(1))) {
        tree.removeIfEmpty(ofDay);
      }
    }
    settle(entry, problem);
    return new MailTree.Deleted(files, bytes, problem);
  }

  /** Mostly one; where the time isn't known that names the day, each day's that is there. */
  private List<Path> foldersOf(Found message) {
    Path folder = folders.of(message.account(), message.messageId(), message.filedAt()).path();
    if (message.filedAt() != null) {
      return List.of(folder);
    }
    try {
      return tree.days(folders.root().resolve(message.account()), LocalDate.MAX).stream()
          .map(day -> day.resolve(folder.getFileName()))
          .filter(tree::isThere)
          .toList();
    } catch (IOException unreadable) {
      return List.of(folder);
    }
  }

  /** What isn't through, or may come again, stays written down. */
  private void settle(Entry entry, @Nullable String problem) {
    Instant now = clock.instant();
    Instant end = entry.erasedAt().plus(longestImport);
    Instant next =
        problem != null
            ? now.plus(TRIED_AGAIN)
            : !entry.message().waits() || !now.isBefore(end)
                ? null
                : now.isBefore(entry.erasedAt().plus(FIRST_LOOK))
                    ? entry.erasedAt().plus(FIRST_LOOK)
                    : end;
    if (next == null) {
      jdbc.update(
          "delete from erased_message where account = ? and message_id = ?",
          entry.message().account(),
          entry.message().messageId());
    } else {
      jdbc.update(
          "update erased_message set look_again_at = ?, problem = ? where account = ? and"
              + " message_id = ?",
          Utc.of(next),
          problem,
          entry.message().account(),
          entry.message().messageId());
    }
  }

  boolean isAnyDue() {
    return state().due() > 0;
  }

  /** What of erased messages can't be deleted, in words; null when there is nothing of it. */
  @Nullable String problem() {
    State state = state();
    return state.problems() == 0
        ? null
        : state.problem()
            + (state.problems() > 1 ? "; and " + (state.problems() - 1) + " more" : "")
            + ". It was to be erased, and is tried again each hour.";
  }

  private State state() {
    return jdbc.queryForObject(
        "select count(case when look_again_at <= ? then 1 end), count(problem), min(cast(problem as"
            + " varchar(2000))) from erased_message",
        (row, number) -> new State(row.getLong(1), row.getLong(2), row.getString(3)),
        Utc.of(clock.instant()));
  }

  /**
   * Completes what was begun and looks again at what an import may have brought again.
   *
   * @param all also what failed a moment ago; but not what only an import may bring again
   */
  void complete(Run run, boolean all) {
    Instant now = clock.instant();
    while (run.goesOn()) {
      List<Entry> entries =
          jdbc.query(
              "select erased.account, erased.message_id, filed_at, in_hand, erased_at from"
                  + " erased_message erased where look_again_at <= ?"
                  + (all ? " or problem is not null" : "")
                  + " order by look_again_at, account, message_id limit "
                  + MOST,
              (row, number) ->
                  new Entry(
                      new Found(
                          row.getString(1),
                          row.getString(2),
                          OldRows.instant(row.getTimestamp(3)),
                          true,
                          row.getBoolean(4)),
                      row.getTimestamp(5).toInstant()),
              Utc.of(now));
      for (int from = 0; from < entries.size() && run.goesOn(); from += MessageRows.AT_A_TIME) {
        complete(
            entries.subList(from, Math.min(entries.size(), from + MessageRows.AT_A_TIME)), run);
      }
      if (entries.size() < MOST || all) {
        return;
      }
    }
  }

  private void complete(List<Entry> entries, Run run) {
    List<Found> messages = entries.stream().map(Entry::message).toList();
    MessageRows.Count deleted =
        patiently(
            () ->
                transaction.execute(
                    status -> {
                      rows.erase(messages, clock.instant());
                      return rows.delete(messages);
                    }));
    run.rows(deleted.messages(), deleted.attachments());
    entries.forEach(entry -> run.files(deleteFiles(entry)));
  }

  /** For a look without a deletion. */
  MailTree.Content filesOf(Found message) {
    int files = 0;
    long bytes = 0;
    for (Path folder : foldersOf(message)) {
      try {
        MailTree.Content content = tree.look(folder);
        files += content.files();
        bytes += content.bytes();
      } catch (IOException e) {
        throw new IllegalStateException(folder + " can't be read (" + Causes.inShort(e) + ")", e);
      }
    }
    return new MailTree.Content(files, bytes, Instant.MIN);
  }
}
