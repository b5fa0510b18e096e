package org.mailroom.console;

import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.mailroom.settings.Utc;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.jdbc.core.namedparam.MapSqlParameterSource;
import org.springframework.jdbc.core.namedparam.NamedParameterJdbcTemplate;
import org.springframework.jdbc.support.SqlArrayValue;
import org.springframework.stereotype.Component;

/**
 * The messages that Mailroom has met, to whatever destinations they went, latest received first. A
 * page begins where another ended, so that it costs the same however many there are; a search looks
 * for a moment only and says how far it got.
 */
@Component
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
final class MessageLog {

  static final int PAGE = 50;

  /** A search looks through so many messages first: often that is enough. */
  private static final int SEARCHED_FIRST = 250;

  /** And then through more at a time, up to so many, while there is time. */
  static final int SEARCHED = 2_000;

  private static final Duration TIME_TO_SEARCH = Duration.ofMillis(80);

  private static final String COLUMNS =
      "account, message_id, subject, sender, sender_name, received_at, listed_at, has_attachments";

  /** What a destination did with a message. */
  record Sent(String destination, String status) {}

  /**
   * A message in the list.
   *
   * @param listedAt what the list is ordered by: when it was received, where that is known
   */
  record Line(
      String account,
      String messageId,
      @Nullable String subject,
      @Nullable String sender,
      @Nullable String senderName,
      @Nullable Instant receivedAt,
      Instant listedAt,
      boolean attachments,
      List<Sent> sent) {

    /** The name if the mail gives one, else the address. */
    public @Nullable String from() {
      return senderName == null || senderName.isBlank() ? sender : senderName;
    }
  }

  /** A place between two messages: behind this one. */
  record Place(Instant listedAt, String account, String messageId) {

    static Place of(Line line) {
      return new Place(line.listedAt(), line.account(), line.messageId());
    }

    String encoded() {
      return Base64.getUrlEncoder()
          .withoutPadding()
          .encodeToString(
              (listedAt + "\n" + account + "\n" + messageId).getBytes(StandardCharsets.UTF_8));
    }

    /** Empty when it isn't one: then the list begins at its beginning. */
    static Optional<Place> decoded(@Nullable String text) {
      try {
        String[] parts =
            new String(
                    Base64.getUrlDecoder().decode(text == null ? "" : text), StandardCharsets.UTF_8)
                .split("\n", 3);
        return parts.length == 3
            ? Optional.of(new Place(Instant.parse(parts[0]), parts[1], parts[2]))
            : Optional.empty();
      } catch (IllegalArgumentException | java.time.DateTimeException notAPlace) {
        return Optional.empty();
      }
    }
  }

  /**
   * @param next where it goes on in the same direction; null at the end
   * @param searchedTo how far a search has looked that can be gone on with; null otherwise
   */
  record Page(List<Line> lines, @Nullable Place next, @Nullable Instant searchedTo) {}

  private final NamedParameterJdbcTemplate jdbc;

  MessageLog(NamedParameterJdbcTemplate jdbc) {
    this.jdbc = jdbc;
  }

  /**
   * A page of the list, latest first.
   *
   * @param known all accounts, for finding an id by the primary key
   * @param place behind which it begins; null: with the latest, or with the earliest where it goes
   *     backwards
   * @param backwards to later messages instead of earlier ones
   */
  Page page(MessageFilter filter, List<String> known, @Nullable Place place, boolean backwards) {
    if (filter.q() != null && place == null) {
      List<Line> byId =
          byId(filter.account() == null ? known : List.of(filter.account()), filter.q());
      if (!byId.isEmpty()) {
        return new Page(withDestinations(byId), null, null);
      }
    }
    Page found = search(filter, place, backwards, PAGE);
    List<Line> lines = new ArrayList<>(withDestinations(found.lines()));
    if (backwards) {
      Collections.reverse(lines);
    }
    return new Page(lines, found.next(), found.searchedTo());
  }

  /**
   * The next message in a direction; empty at the end, or where a search doesn't find it in its
   * time.
   */
  Optional<Line> neighbour(MessageFilter filter, Place place, boolean backwards) {
    return search(filter, place, backwards, 1).lines().stream().findFirst();
  }

  /** In the order in which they are found: backwards that is earliest first. */
  private Page search(MessageFilter filter, @Nullable Place place, boolean backwards, int wanted) {
    String chosen = chosen(filter);
    MapSqlParameterSource parameters = parameters(filter).addValue("limit", wanted + 1);
    if (chosen.isEmpty() || isUnsettled(filter)) {
      return upTo(
          wanted,
          jdbc.query(
              "select "
                  + COLUMNS
                  + " from "
                  + source(filter)
                  + range(filter, place, backwards, parameters)
                  + words(filter)
                  + folder(filter)
                  + order(filter, backwards)
                  + " limit :limit",
              parameters,
              MessageLog::line));
    }
    List<Line> found = new ArrayList<>();
    Place end = place;
    long begun = System.nanoTime();
    int look = SEARCHED_FIRST;
    do {
      parameters.addValue("searched", look);
      String range = range(filter, end, backwards, parameters) + order(filter, backwards);
      found.addAll(
          jdbc.query(
              "select "
                  + COLUMNS
                  + " from (select "
                  + COLUMNS
                  + ", internet_message_id, folder from ledger_message"
                  + range
                  + " limit :searched) near"
                  + " where 1 = 1"
                  + chosen
                  + order(filter, backwards)
                  + " limit :limit",
              parameters,
              MessageLog::line));
      if (found.size() > wanted) {
        return upTo(wanted, found);
      }
      end =
          jdbc
              .query(
                  "select account, message_id, listed_at from ledger_message"
                      + range
                      + " limit 1 offset "
                      + (look - 1),
                  parameters,
                  (row, number) ->
                      new Place(
                          row.getTimestamp(3).toInstant(), row.getString(1), row.getString(2)))
              .stream()
              .findFirst()
              .orElse(null);
      look = Math.min(SEARCHED, 2 * look);
    } while (end != null && System.nanoTime() - begun < TIME_TO_SEARCH.toNanos());
    return new Page(found, end, end == null ? null : end.listedAt());
  }

  /** Of those there are few, and an index finds them. */
  private static boolean isUnsettled(MessageFilter filter) {
    return "PENDING".equals(filter.status()) || "FAILED".equals(filter.status());
  }

  private static Page upTo(int wanted, List<Line> found) {
    return found.size() > wanted
        ? new Page(found.subList(0, wanted), Place.of(found.get(wanted - 1)), null)
        : new Page(found, null, null);
  }

  private static MapSqlParameterSource parameters(MessageFilter filter) {
    MapSqlParameterSource parameters =
        new MapSqlParameterSource("account", filter.account())
            .addValue("destination", filter.destination())
            .addValue("status", filter.status())
            .addValue("begin", Utc.of(filter.begin()))
            .addValue("end", Utc.of(filter.end()));
    if (filter.q() != null) {
      parameters.addValue("pattern", "%" + literal(filter.q()) + "%");
    }
    if (filter.folder() != null) {
      parameters
          .addValue("folder", filter.folder().toLowerCase(Locale.ROOT))
          .addValue("below", literal(filter.folder()) + "/%");
    }
    return parameters;
  }

  /** In a pattern of "like". */
  private static String literal(String text) {
    return text.toLowerCase(Locale.ROOT).replace("!", "!!").replace("%", "!%").replace("_", "!_");
  }

  private static String folder(MessageFilter filter) {
    return filter.folder() == null
        ? ""
        : " and (lower(folder) = :folder or lower(folder) like :below escape '!')";
  }

  private static String source(MessageFilter filter) {
    return !isUnsettled(filter)
        ? "ledger_message"
        : "(select distinct account as found_account, message_id as found_id from delivery where"
            + " status = :status"
            + (filter.account() == null ? "" : " and account = :account")
            + (filter.destination() == null ? "" : " and destination = :destination")
            + ") which join ledger_message on account = which.found_account and message_id ="
            + " which.found_id";
  }

  /** What an index finds, in the order that {@link #order} gives. */
  private static String range(
      MessageFilter filter,
      @Nullable Place place,
      boolean backwards,
      MapSqlParameterSource parameters) {
    StringBuilder where = new StringBuilder(" where 1 = 1");
    if (filter.account() != null) {
      where.append(" and account = :account");
    }
    if (filter.from() != null) {
      where.append(" and listed_at >= :begin");
    }
    if (filter.to() != null) {
      where.append(" and listed_at < :end");
    }
    if (place != null) {
      parameters
          .addValue("at", Utc.of(place.listedAt()))
          .addValue("placeAccount", place.account())
          .addValue("placeId", place.messageId());
      String than = backwards ? ">" : "<";
      where
          .append(" and listed_at ")
          .append(than)
          .append("= :at and (listed_at ")
          .append(than)
          .append(" :at or ");
      where.append(
          filter.account() == null
              ? "account "
                  + than
                  + " :placeAccount or (account = :placeAccount and message_id "
                  + than
                  + " :placeId))"
              : "message_id " + than + " :placeId)");
    }
    return where.toString();
  }

  private static String order(MessageFilter filter, boolean backwards) {
    return filter.account() == null
        ? backwards
            ? " order by listed_at, account, message_id"
            : " order by listed_at desc, account desc, message_id desc"
        : backwards
            ? " order by account desc, listed_at, message_id"
            : " order by account, listed_at desc, message_id desc";
  }

  private static String words(MessageFilter filter) {
    return filter.q() == null
        ? ""
        : " and (lower(subject) like :pattern escape '!' or lower(sender) like :pattern escape '!'"
            + " or lower(sender_name) like :pattern escape '!' or lower(internet_message_id) like"
            + " :pattern escape '!')";
  }

  /** What has to be looked at message by message; empty when nothing has. */
  private static String chosen(MessageFilter filter) {
    StringBuilder chosen = new StringBuilder(words(filter)).append(folder(filter));
    if (filter.destination() != null || filter.status() != null) {
      chosen
          .append(
              " and exists (select 1 from delivery where delivery.account = near.account and"
                  + " delivery.message_id = near.message_id")
          .append(filter.destination() == null ? "" : " and destination = :destination")
          .append(filter.status() == null ? "" : " and status = :status")
          .append(")");
    }
    return chosen.toString();
  }

  /**
   * One look-up an account, of the primary key. With "account in" H2 would look through all
   * messages of these accounts.
   */
  private List<Line> byId(List<String> accounts, String id) {
    return jdbc.query(
        "select "
            + COLUMNS
            + " from unnest(cast(:known as varchar array)) as known(known_account) join"
            + " ledger_message on account = known_account and message_id = :id limit 10",
        new MapSqlParameterSource("known", new SqlArrayValue("varchar", accounts.toArray()))
            .addValue("id", id),
        MessageLog::line);
  }

  /** With what each destination did, by one query. */
  private List<Line> withDestinations(List<Line> lines) {
    if (lines.isEmpty()) {
      return lines;
    }
    Map<String, List<Sent>> sent = new HashMap<>();
    jdbc.query(
        "select account, message_id, destination, status from unnest(cast(:accounts as varchar"
            + " array), cast(:ids as varchar array)) as shown(shown_account, shown_id) join"
            + " delivery on account = shown_account and message_id = shown_id order by destination",
        new MapSqlParameterSource("accounts", array(lines, Line::account))
            .addValue("ids", array(lines, Line::messageId)),
        row -> {
          sent.computeIfAbsent(
                  row.getString(1) + "\n" + row.getString(2), message -> new ArrayList<>())
              .add(new Sent(row.getString(3), row.getString(4)));
        });
    return lines.stream()
        .map(
            line ->
                new Line(
                    line.account(),
                    line.messageId(),
                    line.subject(),
                    line.sender(),
                    line.senderName(),
                    line.receivedAt(),
                    line.listedAt(),
                    line.attachments(),
                    sent.getOrDefault(line.account() + "\n" + line.messageId(), List.of())))
        .toList();
  }

  private static SqlArrayValue array(List<Line> lines, Function<Line, String> part) {
    return new SqlArrayValue("varchar", lines.stream().map(part).toArray());
  }

  private static Line line(ResultSet row, int number) throws SQLException {
    return new Line(
        row.getString(1),
        row.getString(2),
        row.getString(3),
        row.getString(4),
        row.getString(5),
        instant(row.getTimestamp(6)),
        row.getTimestamp(7).toInstant(),
        row.getBoolean(8),
        List.of());
  }

  static @Nullable Instant instant(@Nullable Timestamp time) {
    return time == null ? null : time.toInstant();
  }
}
