package org.mailroom.console;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import org.mailroom.settings.Utc;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * The table {@code console_user}: who may enter by password, with which role. Only hashes of
 * passwords are kept.
 */
final class UserTable {

  /** A name; one with an address's {@code @} may be. */
  static final String NAME = "[A-Za-z0-9][A-Za-z0-9._@-]{0,63}";

  /** Somebody who may enter by password. */
  record User(String name, ConsoleRole role, Instant setAt, String hash) {

    /** Never the hash. */
    @Override
    public String toString() {
      return "user " + name;
    }
  }

  private final JdbcTemplate jdbc;
  private final AdminPassword passwords;
  private final Clock clock;

  UserTable(JdbcTemplate jdbc, AdminPassword passwords, Clock clock) {
    this.jdbc = jdbc;
    this.passwords = passwords;
    this.clock = clock;
  }

  List<User> all() {
    return jdbc.query(
        "select name, console_role, set_at, password_hash from console_user order by name",
        UserTable::user);
  }

  Optional<User> find(String name) {
    return jdbc
        .query(
            "select name, console_role, set_at, password_hash from console_user where name = ?",
            UserTable::user,
            name)
        .stream()
        .findFirst();
  }

  private static User user(ResultSet row, int number) throws SQLException {
    // a role that this version doesn't know allows the least
    return new User(
        row.getString(1),
        ConsoleRole.of(row.getString(2)).orElse(ConsoleRole.VIEWER),
        row.getTimestamp(3).toInstant(),
        row.getString(4));
  }

  /**
   * Returns the password of a new user, which nobody can be told again; empty when there is one of
   * that name already.
   */
  Optional<String> create(String name, ConsoleRole role) {
    String password = AdminPassword.generate();
    try {
      jdbc.update(
          "insert into console_user (name, password_hash, set_at, console_role) values (?, ?, ?,"
              + " ?)",
          name,
          passwords.encoder().encode(password),
          now(),
          role.word());
      return Optional.of(password);
    } catch (DuplicateKeyException taken) {
      return Optional.empty();
    }
  }

  /**
   * Replaces a password by a generated one, and returns it; whoever was signed in with the old one
   * is out within seconds.
   */
  String renew(String name) {
    String password = AdminPassword.generate();
    jdbc.update(
        "update console_user set password_hash = ?, set_at = ? where name = ?",
        passwords.encoder().encode(password),
        now(),
        name);
    return password;
  }

  void give(String name, ConsoleRole role) {
    jdbc.update("update console_user set console_role = ? where name = ?", role.word(), name);
  }

  void delete(String name) {
    jdbc.update("delete from console_user where name = ?", name);
  }

  private OffsetDateTime now() {
    return Utc.of(clock.instant());
  }
}
