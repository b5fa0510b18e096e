package org.mailroom.credential;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Base64;
import org.bouncycastle.crypto.digests.SHA256Digest;
import org.bouncycastle.crypto.generators.Argon2BytesGenerator;
import org.bouncycastle.crypto.generators.HKDFBytesGenerator;
import org.bouncycastle.crypto.params.Argon2Parameters;
import org.bouncycastle.crypto.params.HKDFParameters;
import org.jspecify.annotations.Nullable;

/**
 * Makes keys of a cipher from a secret key. What somebody thought of may be guessed, so that is
 * derived slowly, by Argon2id (RFC 9106). A key that Mailroom made is random, and says so: nobody
 * guesses it however fast that is tried, and HKDF (RFC 5869) is enough.
 */
final class KeyDerivation {

  /** What a key begins with that Mailroom made; the Base64 of 32 random bytes follows. */
  static final String RANDOM = "random:";

  private static final int RANDOM_BYTES = 32;
  // the recommendation of OWASP: 19 MiB, two passes, one lane
  private static final int MEMORY_KIB = 19 * 1024;
  private static final int PASSES = 2;

  private KeyDerivation() {}

  /** Makes a secret key. */
  static String randomKey() {
    byte[] key = new byte[RANDOM_BYTES];
    new SecureRandom().nextBytes(key);
    return RANDOM + Base64.getEncoder().encodeToString(key);
  }

  /**
   * Derives a key.
   *
   * @param salt of the database
   * @param length of the key, in bytes
   */
  static byte[] derive(String secret, byte[] salt, int length) {
    byte[] derived = new byte[length];
    byte[] random = randomBytes(secret);
    if (random == null) {
      Argon2BytesGenerator argon2 = new Argon2BytesGenerator();
      argon2.init(
          new Argon2Parameters.Builder(Argon2Parameters.ARGON2_id)
              .withVersion(Argon2Parameters.ARGON2_VERSION_13)
              .withSalt(salt)
              .withMemoryAsKB(MEMORY_KIB)
              .withIterations(PASSES)
              .withParallelism(1)
              .build());
      argon2.generateBytes(secret.getBytes(StandardCharsets.UTF_8), derived);
    } else {
      HKDFBytesGenerator hkdf = new HKDFBytesGenerator(new SHA256Digest());
      hkdf.init(new HKDFParameters(random, salt, null));
      hkdf.generateBytes(derived, 0, length);
    }
    return derived;
  }

  /** Null where the key isn't one that Mailroom made, however it begins. */
  private static byte @Nullable [] randomBytes(String secret) {
    if (!secret.startsWith(RANDOM)) {
      return null;
    }
    try {
      byte[] random = Base64.getDecoder().decode(secret.substring(RANDOM.length()));
      return random.length == RANDOM_BYTES ? random : null;
    } catch (IllegalArgumentException somebodysWords) {
      return null;
    }
  }
}
