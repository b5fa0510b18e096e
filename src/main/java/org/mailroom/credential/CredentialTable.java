package org.mailroom.credential;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Clock;
import java.time.OffsetDateTime;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.mailroom.settings.Utc;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;

/** The table {@code credential}: settings in clear as JSON, secrets encrypted. */
@Component
class CredentialTable {

  /** What is stored encrypted. */
  static final Set<String> SECRET_FIELDS =
      Set.of("client-secret", "certificate.content", "certificate.password");

  /**
   * A stored credential.
   *
   * @param fields settings and secrets by key
   * @param unreadable its secrets were encrypted under another key; {@code fields} is without them
   */
  record Stored(String id, Map<String, String> fields, long revision, boolean unreadable) {

    /** Never a secret. */
    @Override
    public String toString() {
      return "stored credential " + id;
    }
  }

  private final JdbcTemplate jdbc;
  private final SecretCipher cipher;
  private final ObjectMapper json;
  private final Clock clock;

  CredentialTable(JdbcTemplate jdbc, SecretCipher cipher, ObjectMapper json, Clock clock) {
    this.jdbc = jdbc;
    this.cipher = cipher;
    this.json = json;
    this.clock = clock;
  }

  Map<String, Stored> all() {
    Map<String, Stored> all = new TreeMap<>();
    jdbc.query(
        "select id, settings, secrets, revision from credential",
        row -> {
          Stored stored =
              stored(
                  row.getString("id"),
                  row.getString("settings"),
                  row.getString("secrets"),
                  row.getLong("revision"));
          all.put(stored.id(), stored);
        });
    return all;
  }

  private Stored stored(String id, String settings, String secrets, long revision) {
    Map<String, String> fields = read(settings);
    try {
      if (secrets != null) {
        fields.putAll(read(cipher.decrypt(secrets, whose(id))));
      }
      return new Stored(id, fields, revision, false);
    } catch (SecretCipher.UnreadableException e) {
      return new Stored(id, fields, revision, true);
    }
  }

  void write(String id, Map<String, String> fields, long revision) {
    Map<String, String> settings = new TreeMap<>(fields);
    settings.keySet().removeAll(SECRET_FIELDS);
    Map<String, String> secrets = new TreeMap<>(fields);
    secrets.keySet().retainAll(SECRET_FIELDS);
    String encrypted = secrets.isEmpty() ? null : cipher.encrypt(write(secrets), whose(id));
    OffsetDateTime now = Utc.of(clock.instant());
    if (jdbc.update(
            "update credential set settings = ?, secrets = ?, revision = ?, updated_at = ? where id"
                + " = ?",
            write(settings),
            encrypted,
            revision,
            now,
            id)
        == 0) {
      jdbc.update(
          "insert into credential (id, settings, secrets, revision, updated_at) values (?, ?, ?, ?,"
              + " ?)",
          id,
          write(settings),
          encrypted,
          revision,
          now);
    }
  }

  void delete(String id) {
    jdbc.update("delete from credential where id = ?", id);
  }

  /** Encrypts under the present key what an earlier one encrypted. */
  void encryptAnew() {
    Map<String, String> old = new HashMap<>();
    jdbc.query(
        "select id, secrets from credential where secrets is not null",
        row -> {
          if (!cipher.isPresent(row.getString("secrets"))) {
            old.put(row.getString("id"), row.getString("secrets"));
          }
        });
    old.forEach(
        (id, secrets) -> {
          try {
            String anew = cipher.encrypt(cipher.decrypt(secrets, whose(id)), whose(id));
            jdbc.update(
                "update credential set secrets = ? where id = ? and secrets = ?",
                anew,
                id,
                secrets);
          } catch (SecretCipher.UnreadableException stays) {
            // it is told where the credential is read
            return;
          }
        });
  }

  private static String whose(String id) {
    return "secrets of credential " + id;
  }

  private Map<String, String> read(String text) {
    try {
      return new TreeMap<>(json.readValue(text, new TypeReference<Map<String, String>>() {}));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("the table credential holds something that isn't JSON");
    }
  }

  private String write(Map<String, String> fields) {
    try {
      return json.writeValueAsString(fields);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }
}
