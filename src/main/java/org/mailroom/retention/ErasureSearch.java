package org.mailroom.retention;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.mailroom.message.MailMessage;
import org.mailroom.message.MailMessage.EmailAddress;
import org.mailroom.message.MailMessageJson;
import org.mailroom.message.MessageFolders;
import org.mailroom.retention.Erasure.Selection;
import org.mailroom.settings.Causes;
import org.mailroom.settings.Utc;
import org.springframework.jdbc.core.namedparam.MapSqlParameterSource;
import org.springframework.jdbc.core.namedparam.NamedParameterJdbcTemplate;
import org.springframework.stereotype.Component;

/**
 * Finds the messages that are to be erased, a few hundred at a time, in the order of their keys. Of
 * a sender the ledger knows the address that a mail is from; by whom it was sent in that person's
 * name the document tells, in the database or else in its file. Safe for use by several threads.
 */
@Component
final class ErasureSearch {

  private static final int LOOKED_AT = 500;
  private static final int LETTERS_OF_ASCII = 128;

  /** What the ledger recognises messages by; and rows that it has no word of. */
  private static final List<String> SOURCES =
      List.of(
          "ledger_message",
          """
          (select account, message_id, internet_message_id, sender, coalesce(received_at, sent_at) as received_at,
            imported_at as listed_at from mail_message lone where not exists
            (select 1 from ledger_message known where known.account = lone.account and known.message_id = lone.message_id))\
          """);

  private static final String COLUMNS =
      """
      select m.account, m.message_id, coalesce(stored.received_at, stored.sent_at, m.received_at) as filed_at, m.sender,
        stored.sender as stored_sender, case when stored.message_id is null then false else true end as in_database,
        (select count(*) from delivery waits where waits.account = m.account and waits.message_id = m.message_id
          and waits.status in ('PENDING', 'FAILED')) as waits
      from
      """;

  private static final String BEHIND =
      """
       m left join mail_message stored on stored.account = m.account and stored.message_id = m.message_id
      where m.account >= :behindAccount and (m.account > :behindAccount or m.message_id > :behindId)\
      """;

  private static final String IN_ORDER = " order by m.account, m.message_id limit " + LOOKED_AT;

  private record Row(Found found, @Nullable String sender, @Nullable String storedSender) {}

  private final NamedParameterJdbcTemplate jdbc;
  private final MailMessageJson json;
  private final MessageFolders folders;

  ErasureSearch(NamedParameterJdbcTemplate jdbc, MailMessageJson json, MessageFolders folders) {
    this.jdbc = jdbc;
    this.json = json;
    this.folders = folders;
  }

  /**
   * @param before imported before that; null where that doesn't matter
   * @param progress told how many were looked at
   * @param found called with those that are meant
   * @param problem told what can't be read
   */
  void find(
      Selection selection,
      @Nullable Instant before,
      LongConsumer progress,
      Consumer<List<Found>> found,
      Consumer<String> problem) {
    long looked = 0;
    for (String source : SOURCES) {
      Found last = new Found("", "", null, false, false);
      for (List<Row> rows = next(source, selection, before, last);
          !rows.isEmpty();
          rows = next(source, selection, before, last)) {
        last = rows.get(rows.size() - 1).found();
        looked += rows.size();
        found.accept(
            rows.stream().filter(row -> isMeant(row, selection, problem)).map(Row::found).toList());
        progress.accept(looked);
      }
    }
  }

  private List<Row> next(String source, Selection selection, @Nullable Instant before, Found last) {
    MapSqlParameterSource values =
        new MapSqlParameterSource("behindAccount", last.account())
            .addValue("behindId", last.messageId());
    List<String> conditions = new ArrayList<>();
    if (selection.account() != null) {
      values.addValue("account", selection.account());
      conditions.add("m.account = :account");
    }
    if (selection.messageId() != null) {
      values.addValue("id", selection.messageId());
      conditions.add(
          "(m.message_id = :id or m.internet_message_id = :id or stored.internet_message_id ="
              + " :id)");
    }
    // a database doesn't know the case of every letter: where there are others than those of ASCII
    // each message is looked at here
    if (selection.sender() != null
        && selection.sender().chars().allMatch(letter -> letter < LETTERS_OF_ASCII)) {
      String address = selection.sender().toLowerCase(Locale.ROOT);
      values.addValue("sender", address).addValue("written", asWritten(address));
      conditions.add(
          "(lower(m.sender) = :sender or stored.message_id is null or lower(stored.sender) ="
              + " :sender or position(:written in lower(stored.document)) > 0)");
    }
    if (before != null) {
      values.addValue("before", Utc.of(before));
      conditions.add(
          "coalesce((select max(coalesce(delivered_at, last_attempt_at)) from delivery tried where"
              + " tried.account = m.account and tried.message_id = m.message_id), m.listed_at) <"
              + " :before");
    }
    String where = conditions.isEmpty() ? "" : " and " + String.join(" and ", conditions);
    return jdbc.query(
        COLUMNS + source + BEHIND + where + IN_ORDER,
        values,
        (row, number) ->
            new Row(
                new Found(
                    row.getString("account"),
                    row.getString("message_id"),
                    OldRows.instant(row.getTimestamp("filed_at")),
                    row.getBoolean("in_database"),
                    row.getInt("waits") > 0),
                row.getString("sender"),
                row.getString("stored_sender")));
  }

  /** As a document has it. */
  private String asWritten(String address) {
    try {
      String text = json.mapper().writeValueAsString(address);
      return text.substring(1, text.length() - 1);
    } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  private boolean isMeant(Row row, Selection selection, Consumer<String> problem) {
    String sender = selection.sender();
    if (sender == null
        || sender.equalsIgnoreCase(row.sender())
        || sender.equalsIgnoreCase(row.storedSender())) {
      return true;
    }
    try {
      MailMessage message = row.found().inDatabase() ? stored(row.found()) : inFile(row.found());
      return message != null
          && Stream.of(
                  message.from() == null ? new EmailAddress(null, null) : message.from(),
                  message.sender() == null ? new EmailAddress(null, null) : message.sender())
              .anyMatch(who -> sender.equalsIgnoreCase(who.address()));
    } catch (IOException e) {
      problem.accept(
          "whom "
              + row.found()
              + " is from can't be read ("
              + Causes.inShort(e)
              + "): it isn't erased");
      return false;
    }
  }

  private @Nullable MailMessage stored(Found message) throws IOException {
    List<String> documents =
        jdbc.queryForList(
            "select document from mail_message where account = :account and message_id = :id",
            Map.of("account", message.account(), "id", message.messageId()),
            String.class);
    return documents.isEmpty() ? null : json.read(documents.get(0));
  }

  private @Nullable MailMessage inFile(Found message) throws IOException {
    Path file = folders.of(message.account(), message.messageId(), message.filedAt()).messageJson();
    return Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)
        ? json.read(Files.readAllBytes(file))
        : null;
  }
}
