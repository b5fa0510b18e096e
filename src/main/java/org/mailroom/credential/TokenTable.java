package org.mailroom.credential;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.mailroom.settings.Utc;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.ConnectionCallback;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;

/**
 * The table {@code credential_token}: the tokens of each credential, encrypted, and what is known
 * about them in clear.
 */
@Component
class TokenTable {

  /**
   * So long a node waits for another one that renews the same token: longer than a request to Entra
   * ID may take.
   */
  private static final int PATIENCE_SECONDS = 50;

  private static final String COLUMNS =
      "tokens, issued_at, expires_at, refreshed_at, user_id, user_name, user_mail, signed_in_at,"
          + " revision";

  /**
   * A row.
   *
   * @param tokens encrypted, or null
   * @param issuedAt when the present access token was issued; or null, like the other times
   * @param refreshedAt when the refresh token was last used or issued
   * @param user who signed in, or null
   * @param revision of the settings at the last sign-in
   */
  record Row(
      @Nullable String tokens,
      @Nullable Instant issuedAt,
      @Nullable Instant expiresAt,
      @Nullable Instant refreshedAt,
      @Nullable SignedInUser user,
      long revision) {

    static final Row EMPTY = new Row(null, null, null, null, null, 0);

    /** Never a token. */
    @Override
    public String toString() {
      return "tokens of " + user;
    }
  }

  private final JdbcTemplate jdbc;
  private final SecretCipher cipher;

  TokenTable(JdbcTemplate jdbc, SecretCipher cipher) {
    this.jdbc = jdbc;
    this.cipher = cipher;
  }

  /** The row of a credential, empty where there is none yet. */
  Row find(String credential) {
    List<Row> rows =
        jdbc.query(
            "select " + COLUMNS + " from credential_token where credential = ?",
            (row, number) -> row(row),
            credential);
    return rows.isEmpty() ? Row.EMPTY : rows.get(0);
  }

  /** The rows of all credentials that have one. */
  Map<String, Row> all() {
    Map<String, Row> all = new HashMap<>();
    jdbc.query(
        "select credential, " + COLUMNS + " from credential_token",
        row -> {
          all.put(row.getString("credential"), row(row));
        });
    return all;
  }

  /** Sees to it that a row is there to be locked; called outside the transaction that locks it. */
  void prepare(String credential) {
    Integer there =
        jdbc.queryForObject(
            "select count(*) from credential_token where credential = ?",
            Integer.class,
            credential);
    if (there == null || there == 0) {
      try {
        jdbc.update(
            "insert into credential_token (credential, revision) values (?, 0)", credential);
      } catch (DuplicateKeyException anotherNodeWasFirst) {
        return;
      }
    }
  }

  /**
   * Reads the row and keeps it locked until the transaction ends.
   *
   * @throws org.springframework.dao.DataAccessException when another node holds it for too long
   */
  Row lock(String credential) {
    String wait = "";
    if (isPostgres()) {
      // while Entra ID is asked the transaction idles, for longer than others may
      jdbc.execute(
          "set local lock_timeout = '"
              + PATIENCE_SECONDS
              + "s'; set local idle_in_transaction_session_timeout = '"
              + PATIENCE_SECONDS
              + "s'");
    } else {
      wait = " wait " + PATIENCE_SECONDS;
    }
    return jdbc
        .query(
            "select " + COLUMNS + " from credential_token where credential = ? for update" + wait,
            (row, number) -> row(row),
            credential)
        .stream()
        .findFirst()
        .orElse(Row.EMPTY);
  }

  private boolean isPostgres() {
    return Boolean.TRUE.equals(jdbc.execute((ConnectionCallback<Boolean>) TokenTable::isPostgres));
  }

  private static Boolean isPostgres(Connection connection) throws SQLException {
    return connection.getMetaData().getDatabaseProductName().equals("PostgreSQL");
  }

  /** Remembers what Entra ID demands of the next sign-in, as JSON, until tokens are stored. */
  void demand(String credential, String claims) {
    jdbc.update("update credential_token set claims = ? where credential = ?", claims, credential);
  }

  /** What Entra ID demands of the next sign-in, as JSON; empty when it demands nothing. */
  Optional<String> demanded(@Nullable String credential) {
    return jdbc
        .queryForList(
            "select claims from credential_token where credential = ? and claims is not null",
            String.class,
            credential)
        .stream()
        .findFirst();
  }

  /** What is stored; what was demanded is fulfilled or outdated by it. */
  void store(String credential, Row row) {
    SignedInUser user = row.user();
    jdbc.update(
        "update credential_token set tokens = ?, issued_at = ?, expires_at = ?, refreshed_at = ?,"
            + " user_id = ?, user_name = ?, user_mail = ?, signed_in_at = ?, revision = ?, claims ="
            + " null where credential = ?",
        row.tokens(),
        Utc.of(row.issuedAt()),
        Utc.of(row.expiresAt()),
        Utc.of(row.refreshedAt()),
        user == null ? null : user.id(),
        user == null ? null : user.userPrincipalName(),
        user == null ? null : user.mail(),
        user == null ? null : Utc.of(user.signedInAt()),
        row.revision(),
        credential);
  }

  void delete(String credential) {
    jdbc.update("delete from credential_token where credential = ?", credential);
  }

  /** The settings' revision at the last sign-in, by credential. */
  Map<String, Long> revisions() {
    Map<String, Long> revisions = new HashMap<>();
    jdbc.query(
        "select credential, revision from credential_token",
        row -> {
          revisions.put(row.getString("credential"), row.getLong("revision"));
        });
    return revisions;
  }

  /** Encrypts under the present key what an earlier one encrypted. */
  void encryptAnew() {
    Map<String, String> old = new HashMap<>();
    jdbc.query(
        "select credential, tokens from credential_token where tokens is not null",
        row -> {
          if (!cipher.isPresent(row.getString("tokens"))) {
            old.put(row.getString("credential"), row.getString("tokens"));
          }
        });
    old.forEach(
        (credential, tokens) ->
            decrypt(credential, tokens)
                .ifPresent(
                    text ->
                        jdbc.update(
                            "update credential_token set tokens = ? where credential = ? and tokens"
                                + " = ?",
                            encrypt(credential, text),
                            credential,
                            tokens)));
  }

  String encrypt(String credential, String tokens) {
    return cipher.encrypt(tokens, "tokens of credential " + credential);
  }

  /** Empty when they were encrypted under another key. */
  Optional<String> decrypt(String credential, String tokens) {
    try {
      return Optional.of(cipher.decrypt(tokens, "tokens of credential " + credential));
    } catch (SecretCipher.UnreadableException e) {
      return Optional.empty();
    }
  }

  private static Row row(ResultSet row) throws SQLException {
    Instant signedInAt = instant(row.getTimestamp("signed_in_at"));
    return new Row(
        row.getString("tokens"),
        instant(row.getTimestamp("issued_at")),
        instant(row.getTimestamp("expires_at")),
        instant(row.getTimestamp("refreshed_at")),
        signedInAt == null
            ? null
            : new SignedInUser(
                row.getString("user_id"),
                row.getString("user_name"),
                row.getString("user_mail"),
                signedInAt),
        row.getLong("revision"));
  }

  private static @Nullable Instant instant(Timestamp time) {
    return time == null ? null : time.toInstant();
  }
}
