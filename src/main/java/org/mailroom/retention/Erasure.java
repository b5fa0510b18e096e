package org.mailroom.retention;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import org.mailroom.settings.DestinationProperties;
import org.mailroom.settings.MailroomProperties;
import org.springframework.jdbc.core.namedparam.MapSqlParameterSource;
import org.springframework.jdbc.core.namedparam.NamedParameterJdbcTemplate;
import org.springframework.jdbc.support.SqlArrayValue;
import org.springframework.stereotype.Component;

/**
 * Erases from database and files what was imported of a sender, a message, or longer ago than an
 * age. The keys of the ledger stay, so that nothing of it is imported again; what waits for another
 * try is discarded. Small transactions, and memory for a few hundred messages, however many there
 * are. Several processes may erase at the same time, beside a running runtime.
 */
@Component("erasure")
public final class Erasure {

  /**
   * Which messages: one of the three is set.
   *
   * @param account null: of all
   * @param sender an address, whatever its case, that the mail is from or was sent by
   * @param messageId Graph's immutable id, or the internetMessageId
   * @param olderThan imported longer ago than this
   */
  public record Selection(
      @Nullable String account,
      @Nullable String sender,
      @Nullable String messageId,
      @Nullable Duration olderThan) {}

  /**
   * What was erased, or would be.
   *
   * @param messages by account
   * @param rows of {@code mail_message}
   * @param attachments rows of {@code mail_attachment}
   * @param files with their bytes
   * @param discarded deliveries that waited for another try or were given up
   * @param elsewhere how many of the messages other destinations have, which can't be recalled, by
   *     destination
   * @param problems what couldn't be erased, in words
   */
  public record Result(
      Map<String, Long> messages,
      long rows,
      long attachments,
      long files,
      long bytes,
      long discarded,
      Map<String, Long> elsewhere,
      List<String> problems) {

    /** Of all accounts. */
    public long total() {
      return messages.values().stream().mapToLong(Long::longValue).sum();
    }
  }

  private static final int MOST_PROBLEMS = 20;

  private static final String THESE =
      "unnest(cast(:accounts as varchar array), cast(:ids as varchar array)) as"
          + " these(these_account, these_id) join ";
  private static final String OF_THESE = " on account = these_account and message_id = these_id";

  private final NamedParameterJdbcTemplate jdbc;
  private final ErasureSearch search;
  private final ErasedMessages erased;
  private final MailroomProperties properties;
  private final Clock clock;

  Erasure(
      NamedParameterJdbcTemplate jdbc,
      ErasureSearch search,
      ErasedMessages erased,
      MailroomProperties properties,
      Clock clock) {
    this.jdbc = jdbc;
    this.search = search;
    this.erased = erased;
    this.properties = properties;
    this.clock = clock;
  }

  /** Whether anything of an account is known, though it may not be in the settings any more. */
  public boolean knows(String account) {
    return !jdbc.queryForList(
            "select 1 from delivery where account = :account limit 1",
            Map.of("account", account),
            Integer.class)
        .isEmpty();
  }

  /**
   * Finds the messages and erases them.
   *
   * @param dryRun only says what would be erased
   * @param progress told how many messages were looked at so far
   */
  public Result erase(Selection selection, boolean dryRun, LongConsumer progress) {
    Tally tally = new Tally();
    if (!dryRun) {
      Run left = new Run(clock, Duration.ofDays(1), () -> true);
      erased.complete(left, true);
      if (left.problem() != null) {
        tally.problem(left.problem());
      }
    }
    Instant before =
        selection.olderThan() == null ? null : clock.instant().minus(selection.olderThan());
    search.find(
        selection,
        before,
        progress,
        found -> {
          for (int from = 0; from < found.size(); from += MessageRows.AT_A_TIME) {
            List<Found> some =
                found.subList(from, Math.min(found.size(), from + MessageRows.AT_A_TIME));
            tally.elsewhere(elsewhere(some));
            if (dryRun) {
              count(some, tally);
            } else {
              tally.add(some, erased.erase(some));
            }
          }
        },
        tally::problem);
    return tally.result();
  }

  private void count(List<Found> messages, Tally tally) {
    MapSqlParameterSource these = these(messages);
    tally.rows += count("mail_message", "", these);
    tally.attachments += count("mail_attachment", "", these);
    tally.discarded += count("delivery", " where status in ('PENDING', 'FAILED')", these);
    for (Found message : messages) {
      tally.messages.merge(message.account(), 1L, Long::sum);
      try {
        MailTree.Content files = erased.filesOf(message);
        tally.files += files.files();
        tally.bytes += files.bytes();
      } catch (IllegalStateException unreadable) {
        tally.problem(String.valueOf(unreadable.getMessage()));
      }
    }
  }

  private long count(String table, String where, MapSqlParameterSource these) {
    return jdbc.queryForObject(
        "select count(*) from " + THESE + table + OF_THESE + where, these, Long.class);
  }

  /** Found by whole keys: the embedded database doesn't find a list of ids by its index. */
  private static MapSqlParameterSource these(List<Found> messages) {
    return new MapSqlParameterSource(
            "accounts",
            new SqlArrayValue("varchar", messages.stream().map(Found::account).toArray()))
        .addValue(
            "ids", new SqlArrayValue("varchar", messages.stream().map(Found::messageId).toArray()));
  }

  /** By destination, how many of the messages have left Mailroom. */
  private Map<String, Long> elsewhere(List<Found> messages) {
    Map<String, Long> elsewhere = new TreeMap<>();
    if (messages.isEmpty()) {
      return elsewhere;
    }
    jdbc.query(
        "select destination, count(*) from "
            + THESE
            + "delivery"
            + OF_THESE
            + " where status = 'DELIVERED' group by destination",
        these(messages),
        row -> {
          if (!isErasable(row.getString(1))) {
            elsewhere.put(row.getString(1), row.getLong(2));
          }
        });
    return elsewhere;
  }

  /**
   * What the packaged destinations write lies in Mailroom's own tables and files, whatever their
   * names.
   */
  private boolean isErasable(String destination) {
    DestinationProperties settings = properties.destinations().get(destination);
    return settings != null
        && List.of("direct:deliver-to-database", "direct:deliver-to-file").contains(settings.uri());
  }

  private static final class Tally {
    private final Map<String, Long> messages = new TreeMap<>();
    private final Map<String, Long> elsewhere = new TreeMap<>();
    private final Map<String, Boolean> problems = new LinkedHashMap<>();
    private long rows;
    private long attachments;
    private long files;
    private long bytes;
    private long discarded;

    private void add(List<Found> some, ErasedMessages.Erased gone) {
      some.forEach(each -> messages.merge(each.account(), 1L, Long::sum));
      rows += gone.rows().messages();
      attachments += gone.rows().attachments();
      files += gone.files();
      bytes += gone.bytes();
      discarded += gone.discarded();
      gone.problems().forEach(this::problem);
    }

    private void elsewhere(Map<String, Long> more) {
      more.forEach((destination, number) -> elsewhere.merge(destination, number, Long::sum));
    }

    /** The first of them are enough to act on. */
    private void problem(String words) {
      if (problems.size() < MOST_PROBLEMS) {
        problems.put(words, true);
      } else {
        problems.put("and more", true);
      }
    }

    private Result result() {
      return new Result(
          messages,
          rows,
          attachments,
          files,
          bytes,
          discarded,
          elsewhere,
          new ArrayList<>(problems.keySet()));
    }
  }
}
