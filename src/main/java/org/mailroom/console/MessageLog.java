package org.mailroom.console;

import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.jdbc.core.namedparam.MapSqlParameterSource;
import org.springframework.jdbc.core.namedparam.NamedParameterJdbcTemplate;
import org.springframework.jdbc.support.SqlArrayValue;
import org.springframework.stereotype.Component;

/**
 * The imported messages, latest first. A page begins where another ended, so that it costs the same however many there are; a search
 * looks for a moment only and says how far it got.
 */
@Component
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
final class MessageLog {

  static final int PAGE = 50;

  /** A search looks through so many messages at a time, and goes on while there is time. */
  static final int SEARCHED = 1_000;

  private static final Duration TIME_TO_SEARCH = Duration.ofMillis(150);

  private static final int LONGEST_SUBJECT = 300;

  /** Not the texts and documents: they would be copied on the way. */
  private static final String SEARCHED_IN = "account, message_id, subject, sender, internet_message_id, received_at, imported_at, has_attachments";

  /** A message in the list. */
  record Line(String account, String messageId, String subject, String sender, Instant receivedAt, Instant importedAt, boolean attachments) {}

  /**
   * A place between two messages.
   *
   * @param importedAt of the last message before it
   */
  record Place(Instant importedAt, String account, String messageId) {

    String encoded() {
      return Base64.getUrlEncoder().withoutPadding().encodeToString((importedAt + "\n" + account + "\n" + messageId).getBytes(StandardCharsets.UTF_8));
    }

    /** Empty when it isn't one: then the list begins at its beginning. */
    static Optional<Place> decoded(String text) {
      try {
        String[] parts = new String(Base64.getUrlDecoder().decode(text == null ? "" : text), StandardCharsets.UTF_8).split("\n", 3);
        return parts.length == 3 ? Optional.of(new Place(Instant.parse(parts[0]), parts[1], parts[2])) : Optional.empty();
      } catch (IllegalArgumentException | java.time.DateTimeException notAPlace) {
        return Optional.empty();
      }
    }
  }

  /**
   * @param next where older ones begin; null at the end
   * @param searchedBackTo how far a search has looked that can be gone on with; null otherwise
   */
  record Page(List<Line> lines, Place next, Instant searchedBackTo) {}

  private final NamedParameterJdbcTemplate jdbc;

  MessageLog(NamedParameterJdbcTemplate jdbc) {
    this.jdbc = jdbc;
  }

  /**
   * @param account null: of all
   * @param known all accounts, for finding an id by the primary key
   * @param words part of a subject or sender, or a message's id; null or blank: any
   * @param after where to begin; null: with the latest
   */
  Page page(String account, List<String> known, String words, Place after) {
    MapSqlParameterSource parameters = new MapSqlParameterSource("account", account).addValue("limit", PAGE + 1).addValue("searched", SEARCHED);
    String sought = words == null ? "" : words.strip();
    if (sought.isEmpty()) {
      return listed(condition(account, after, parameters), parameters);
    }
    List<Line> byId = byId(account == null ? known : List.of(account), sought);
    return byId.isEmpty() ? searched(account, after, parameters, sought) : new Page(byId, null, null);
  }

  private static String condition(String account, Place after, MapSqlParameterSource parameters) {
    StringBuilder where = new StringBuilder(" where 1 = 1");
    if (account != null) {
      where.append(" and account = :account");
    }
    if (after != null) {
      parameters.addValue("at", OffsetDateTime.ofInstant(after.importedAt(), ZoneOffset.UTC)).addValue("afterAccount", after.account())
          .addValue("afterId", after.messageId());
      where.append(" and imported_at <= :at and (imported_at < :at or ").append(account == null
          ? "account < :afterAccount or (account = :afterAccount and message_id < :afterId))" : "message_id < :afterId)");
    }
    return where + (account == null ? " order by imported_at desc, account desc, message_id desc" : " order by account, imported_at desc, message_id desc");
  }

  private Page listed(String condition, MapSqlParameterSource parameters) {
    List<Line> lines = jdbc.query("select " + columns() + " from mail_message" + condition + " limit :limit", parameters, MessageLog::line);
    boolean more = lines.size() > PAGE;
    lines = more ? lines.subList(0, PAGE) : lines;
    return new Page(lines, more ? place(lines.get(PAGE - 1)) : null, null);
  }

  /** One look-up an account, of the primary key. With "account in" H2 would look through all messages of these accounts. */
  private List<Line> byId(List<String> accounts, String id) {
    return jdbc.query("select " + columns() + " from unnest(cast(:known as varchar array)) as known(known_account) join mail_message on account = known_account"
        + " and message_id = :id limit 10", new MapSqlParameterSource("known", new SqlArrayValue("varchar", accounts.toArray())).addValue("id", id), MessageLog::line);
  }

  private Page searched(String account, Place after, MapSqlParameterSource parameters, String words) {
    parameters.addValue("pattern", "%" + words.toLowerCase(Locale.ROOT).replace("!", "!!").replace("%", "!%").replace("_", "!_") + "%");
    long begun = System.nanoTime();
    List<Line> found = new ArrayList<>();
    Place end = after;
    do {
      String condition = condition(account, end, parameters);
      found.addAll(jdbc.query("select " + columns() + " from (select " + SEARCHED_IN + " from mail_message" + condition + " limit :searched) latest"
          + " where lower(subject) like :pattern escape '!' or lower(sender) like :pattern escape '!' or lower(internet_message_id) like :pattern escape '!'"
          + " order by imported_at desc, account desc, message_id desc limit :limit", parameters, MessageLog::line));
      if (found.size() > PAGE) {
        return new Page(found.subList(0, PAGE), place(found.get(PAGE - 1)), null);
      }
      end = jdbc.query("select imported_at, account, message_id from mail_message" + condition + " limit 1 offset " + (SEARCHED - 1), parameters,
          (row, number) -> new Place(row.getTimestamp(1).toInstant(), row.getString(2), row.getString(3))).stream().findFirst().orElse(null);
    } while (end != null && System.nanoTime() - begun < TIME_TO_SEARCH.toNanos());
    return new Page(found, end, end == null ? null : end.importedAt());
  }

  private static String columns() {
    return "account, message_id, substring(subject from 1 for " + LONGEST_SUBJECT + "), substring(sender from 1 for 200), received_at, imported_at, has_attachments";
  }

  private static Line line(ResultSet row, int number) throws SQLException {
    return new Line(row.getString(1), row.getString(2), row.getString(3), row.getString(4), instant(row.getTimestamp(5)), instant(row.getTimestamp(6)), row.getBoolean(7));
  }

  private static Place place(Line line) {
    return new Place(line.importedAt(), line.account(), line.messageId());
  }

  static Instant instant(Timestamp time) {
    return time == null ? null : time.toInstant();
  }
}
