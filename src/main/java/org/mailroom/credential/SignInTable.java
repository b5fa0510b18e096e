package org.mailroom.credential;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.mailroom.settings.Utc;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;

/**
 * The table {@code sign_in}: sign-ins in browsers that are under way, which any node can complete.
 * Of the state and of the browser's secret only digests are stored; both are random, so that a
 * digest doesn't give them away. What is exchanged for tokens is encrypted.
 */
@Component
class SignInTable {

  /** More are begun by nobody; the oldest goes. */
  private static final int MOST = 1000;

  private static final int LONGEST_NAME = 200;

  /**
   * A sign-in that is under way.
   *
   * @param by who began it, or null
   * @param claims what Entra ID demanded of this sign-in when it refused the tokens of the last
   *     one, or null
   */
  record Begun(
      String credential,
      String by,
      String codeVerifier,
      URI redirectUri,
      @Nullable String claims,
      Instant expires) {

    /** Never the verifier. */
    @Override
    public String toString() {
      return "sign-in with " + credential;
    }
  }

  private record Sealed(String codeVerifier, String redirectUri, @Nullable String claims) {}

  private final JdbcTemplate jdbc;
  private final SecretCipher cipher;
  private final ObjectMapper json;

  SignInTable(JdbcTemplate jdbc, SecretCipher cipher, ObjectMapper json) {
    this.jdbc = jdbc;
    this.cipher = cipher;
    this.json = json;
  }

  /** Stores one, and forgets those that nobody came back from in time. */
  void add(String state, String browser, Begun begun, Instant now) {
    jdbc.update("delete from sign_in where expires_at <= ?", Utc.of(now));
    Integer others = jdbc.queryForObject("select count(*) from sign_in", Integer.class);
    if (others != null && others >= MOST) {
      jdbc.update(
          "delete from sign_in where state_hash in (select state_hash from sign_in order by"
              + " begun_at, state_hash limit ?)",
          others - MOST + 1);
    }
    String hash = digest(state);
    jdbc.update(
        "insert into sign_in (state_hash, browser_hash, credential, begun_by, sealed, begun_at,"
            + " expires_at) values (?, ?, ?, ?, ?, ?, ?)",
        hash,
        digest(browser),
        begun.credential(),
        begun.by() == null || begun.by().length() <= LONGEST_NAME
            ? begun.by()
            : begun.by().substring(0, LONGEST_NAME),
        seal(hash, begun),
        Utc.of(now),
        Utc.of(begun.expires()));
  }

  /** Whether a state was begun in another browser. */
  boolean isOfAnotherBrowser(String state, String browser) {
    return jdbc
        .queryForList(
            "select browser_hash from sign_in where state_hash = ?", String.class, digest(state))
        .stream()
        .anyMatch(
            hash ->
                !MessageDigest.isEqual(
                    hash.getBytes(StandardCharsets.US_ASCII),
                    digest(browser).getBytes(StandardCharsets.US_ASCII)));
  }

  /**
   * Takes one out, for whichever node asks first.
   *
   * @return empty when there is none of this state and browser, or it was taken out already
   * @throws CredentialException when it was stored under another secret key
   */
  Optional<Begun> take(String state, String browser) {
    String hash = digest(state);
    Optional<Begun> found =
        jdbc
            .query(
                "select credential, begun_by, sealed, expires_at from sign_in where state_hash = ?"
                    + " and browser_hash = ?",
                (row, number) ->
                    open(
                        hash,
                        row.getString(1),
                        row.getString(2),
                        row.getString(3),
                        row.getTimestamp(4).toInstant()),
                hash,
                digest(browser))
            .stream()
            .findFirst();
    return jdbc.update("delete from sign_in where state_hash = ?", hash) == 1
        ? found
        : Optional.empty();
  }

  private String seal(String hash, Begun begun) {
    try {
      return cipher.encrypt(
          json.writeValueAsString(
              new Sealed(begun.codeVerifier(), begun.redirectUri().toString(), begun.claims())),
          whose(hash));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  private Begun open(String hash, String credential, String by, String sealed, Instant expires) {
    try {
      Sealed opened = json.readValue(cipher.decrypt(sealed, whose(hash)), Sealed.class);
      return new Begun(
          credential,
          by,
          opened.codeVerifier(),
          URI.create(opened.redirectUri()),
          opened.claims(),
          expires);
    } catch (SecretCipher.UnreadableException e) {
      throw new CredentialException(
          credential,
          "the sign-in was begun by a Mailroom with another mailroom.secret-key. Give all nodes the"
              + " same key, and start the sign-in again.");
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String whose(String hash) {
    return "sign-in " + hash;
  }

  private static String digest(String secret) {
    try {
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance("SHA-256").digest(secret.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
