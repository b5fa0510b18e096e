package org.mailroom.credential;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The tokens of a credential as they are stored, encrypted.
 *
 * @param cache msal4j's serialized cache, which holds the refresh token; or null
 * @param publicClient the sign-in was the public client's (device code): it is refreshed without a
 *     secret
 * @param signedInFor what the sign-in belongs to: tenant and application
 * @param accessToken the present access token, or null
 * @param issuedAt in seconds since 1970
 * @param expiresAt in seconds since 1970
 * @param issuedFor what the access token was issued for: a change of secret or scope asks for a new
 *     one
 */
record StoredTokens(
    @Nullable String cache,
    boolean publicClient,
    @Nullable String signedInFor,
    @Nullable String accessToken,
    long issuedAt,
    long expiresAt,
    @Nullable String issuedFor) {

  static final StoredTokens NONE = new StoredTokens(null, false, null, null, 0, 0, null);

  static StoredTokens parse(String text, ObjectMapper json) {
    try {
      return json.readValue(text, StoredTokens.class);
    } catch (JsonProcessingException e) {
      return NONE;
    }
  }

  String text(ObjectMapper json) {
    try {
      return json.writeValueAsString(this);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("tokens can't be written");
    }
  }

  /** The access token, where it was issued for the credential as it is now. */
  Optional<AccessToken> accessToken(Credential credential) {
    return accessToken == null || !tokenMark(credential).equals(issuedFor)
        ? Optional.empty()
        : Optional.of(
            AccessToken.of(
                accessToken, Instant.ofEpochSecond(issuedAt), Instant.ofEpochSecond(expiresAt)));
  }

  /**
   * The refresh token in msal4j's cache, in the schema that all MSAL libraries share; empty when
   * nobody has signed in.
   */
  Optional<String> refreshToken(Credential credential, ObjectMapper json) {
    if (cache == null || !signInMark(credential).equals(signedInFor)) {
      return Optional.empty();
    }
    try {
      String latest = null;
      for (JsonNode token : json.readTree(cache).path("RefreshToken")) {
        latest = token.path("secret").asText(latest);
      }
      return Optional.ofNullable(latest);
    } catch (JsonProcessingException e) {
      return Optional.empty();
    }
  }

  static String signInMark(Credential credential) {
    return mark(
        credential.settings().tenantId(),
        credential.settings().clientId(),
        String.valueOf(credential.isDelegated()));
  }

  static String tokenMark(Credential credential) {
    var settings = credential.settings();
    var certificate = settings.certificate();
    return mark(
        signInMark(credential),
        credential.scope(),
        credential.tokenUrl().toString(),
        settings.clientSecret(),
        certificate == null
            ? null
            : certificate.keystore()
                + "\n"
                + certificate.pem()
                + "\n"
                + certificate.privateKey()
                + "\n"
                + certificate.content(),
        String.valueOf(settings.federatedTokenFile()));
  }

  private static String mark(@Nullable String... parts) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      for (String part : parts) {
        byte[] bytes = String.valueOf(part).getBytes(StandardCharsets.UTF_8);
        digest.update((bytes.length + ":").getBytes(StandardCharsets.UTF_8));
        digest.update(bytes);
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Never a token: this text may reach a log. */
  @Override
  public String toString() {
    return "stored tokens";
  }
}
