package org.mailroom.console;

import java.security.SecureRandom;
import java.time.Clock;
import java.time.OffsetDateTime;
import java.util.Optional;
import org.mailroom.settings.Utc;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.security.crypto.factory.PasswordEncoderFactories;
import org.springframework.security.crypto.password.PasswordEncoder;

/**
 * The password of the console's user {@code admin}: only its hash is kept, in the table {@code
 * console_user}.
 */
public final class AdminPassword {

  /** The one user that Mailroom has of its own. */
  public static final String USER = "admin";

  /** Fewer characters are refused. */
  public static final int SHORTEST = 12;

  private static final int LONGEST = 72;
  private static final int GENERATED = 20;

  /** Without the characters that are taken for each other. */
  private static final String ALPHABET = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";

  private final JdbcTemplate jdbc;
  private final Clock clock;
  private final PasswordEncoder encoder =
      PasswordEncoderFactories.createDelegatingPasswordEncoder();

  public AdminPassword(JdbcTemplate jdbc, Clock clock) {
    this.jdbc = jdbc;
    this.clock = clock;
  }

  PasswordEncoder encoder() {
    return encoder;
  }

  /** Returns the hash of the password; empty when there is none yet. */
  Optional<String> hash() {
    return jdbc
        .queryForList("select password_hash from console_user where name = ?", String.class, USER)
        .stream()
        .findFirst();
  }

  /**
   * Makes a password where there is none yet. Returns it, or nothing when there is one, also when
   * another node was faster.
   */
  Optional<String> createIfMissing() {
    if (hash().isPresent()) {
      return Optional.empty();
    }
    String password = generate();
    int created =
        jdbc.update(
            "insert into console_user (name, password_hash, set_at) values (?, ?, ?) on conflict do"
                + " nothing",
            USER,
            encoder.encode(password),
            now());
    return created == 1 ? Optional.of(password) : Optional.empty();
  }

  /** Replaces the password by a generated one, and returns it. */
  public String renew() {
    String password = generate();
    set(password);
    return password;
  }

  /**
   * Replaces the password. A running console takes the new one within seconds.
   *
   * @throws IllegalArgumentException in words, when it is too short or too long
   */
  public void set(String password) {
    if (password.length() < SHORTEST
        || password.getBytes(java.nio.charset.StandardCharsets.UTF_8).length > LONGEST) {
      throw new IllegalArgumentException(
          "A password has at least " + SHORTEST + " characters and at most " + LONGEST + " bytes.");
    }
    String hash = encoder.encode(password);
    if (jdbc.update(
            "update console_user set password_hash = ?, set_at = ? where name = ?",
            hash,
            now(),
            USER)
        == 0) {
      jdbc.update(
          "insert into console_user (name, password_hash, set_at) values (?, ?, ?)",
          USER,
          hash,
          now());
    }
  }

  private OffsetDateTime now() {
    return Utc.of(clock.instant());
  }

  static String generate() {
    SecureRandom random = new SecureRandom();
    return random
        .ints(GENERATED, 0, ALPHABET.length())
        .mapToObj(ALPHABET::charAt)
        .collect(StringBuilder::new, StringBuilder::append, StringBuilder::append)
        .toString();
  }
}
