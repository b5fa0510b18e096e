package org.mailroom.account;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Clock;
import java.time.OffsetDateTime;
import java.util.Map;
import java.util.TreeMap;
import org.mailroom.settings.Utc;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;

/**
 * The table {@code account}: the settings of each account by their keys in {@code
 * application.yaml}, as JSON.
 */
@Component
class AccountTable {

  private final JdbcTemplate jdbc;
  private final ObjectMapper json;
  private final Clock clock;

  AccountTable(JdbcTemplate jdbc, ObjectMapper json, Clock clock) {
    this.jdbc = jdbc;
    this.json = json;
    this.clock = clock;
  }

  Map<String, Map<String, String>> all() {
    Map<String, Map<String, String>> all = new TreeMap<>();
    jdbc.query(
        "select id, settings from account",
        row -> {
          try {
            all.put(
                row.getString("id"),
                json.readValue(
                    row.getString("settings"), new TypeReference<TreeMap<String, String>>() {}));
          } catch (JsonProcessingException e) {
            throw new IllegalStateException("the table account holds something that isn't JSON");
          }
        });
    return all;
  }

  void write(String id, Map<String, String> fields, long revision) {
    OffsetDateTime now = Utc.of(clock.instant());
    try {
      String settings = json.writeValueAsString(fields);
      if (jdbc.update(
              "update account set settings = ?, revision = ?, updated_at = ? where id = ?",
              settings,
              revision,
              now,
              id)
          == 0) {
        jdbc.update(
            "insert into account (id, settings, revision, updated_at) values (?, ?, ?, ?)",
            id,
            settings,
            revision,
            now);
      }
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  void delete(String id) {
    jdbc.update("delete from account where id = ?", id);
  }
}
