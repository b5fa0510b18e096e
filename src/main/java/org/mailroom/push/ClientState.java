package org.mailroom.push;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;

/**
 * The secret that Graph repeats in each notification of a subscription. Only its hash is kept:
 * nobody needs the secret again.
 */
final class ClientState {

  private static final SecureRandom RANDOM = new SecureRandom();
  private static final int BYTES = 32;

  private ClientState() {}

  /** A new one, of 43 characters; Graph takes 128. */
  static String make() {
    byte[] bytes = new byte[BYTES];
    RANDOM.nextBytes(bytes);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  /** SHA-256, hexadecimal: the secret is random, so that nobody finds it from that. */
  static String hash(String clientState) {
    return HexFormat.of().formatHex(digest(clientState));
  }

  /** Compares in a time that doesn't tell how much of it is right. */
  static boolean isRight(String clientState, String hash) {
    return MessageDigest.isEqual(digest(clientState), HexFormat.of().parseHex(hash));
  }

  private static byte[] digest(String clientState) {
    try {
      return MessageDigest.getInstance("SHA-256")
          .digest(clientState.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
