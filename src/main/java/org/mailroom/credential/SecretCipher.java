package org.mailroom.credential;

import com.google.crypto.tink.AccessesPartialKey;
import com.google.crypto.tink.Aead;
import com.google.crypto.tink.InsecureSecretKeyAccess;
import com.google.crypto.tink.KeysetHandle;
import com.google.crypto.tink.RegistryConfiguration;
import com.google.crypto.tink.aead.AeadConfig;
import com.google.crypto.tink.aead.AesGcmKey;
import com.google.crypto.tink.aead.AesGcmParameters;
import com.google.crypto.tink.util.SecretBytes;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;

/**
 * Encrypts what is stored: AES-256-GCM, keys derived from the secret keys with a salt of this
 * database. What a text is and whose is bound to it, so that no row's text can stand in another's.
 * What a key of earlier times encrypted can still be read.
 */
@Component
class SecretCipher {

  /** A stored text was encrypted under a key that isn't there, or was altered. */
  static final class UnreadableException extends Exception {
    UnreadableException(Throwable cause) {
      super("encrypted under another secret key", cause);
    }
  }

  private static final int KEY_BYTES = 32;
  private static final int PREFIX_BYTES = 5;

  /**
   * @param presentPrefix what everything begins with that is encrypted under the present key
   */
  private record Derived(Aead aead, byte[] presentPrefix) {

    static Derived of(SecretKeys keys, byte[] salt) {
      try {
        AeadConfig.register();
        AesGcmKey present = key(keys.present(), salt);
        return new Derived(
            keyset(present, keys.earlier(), salt)
                .getPrimitive(RegistryConfiguration.get(), Aead.class),
            ByteBuffer.allocate(PREFIX_BYTES)
                .put((byte) 1)
                .putInt(present.getIdRequirementOrNull())
                .array());
      } catch (GeneralSecurityException e) {
        throw new IllegalStateException("AES-GCM isn't available", e);
      }
    }
  }

  private final JdbcTemplate jdbc;
  private final CompletableFuture<Derived> derived;

  SecretCipher(SecretKeys keys, JdbcTemplate jdbc) {
    this.jdbc = jdbc;
    byte[] salt = salt();
    // slow on purpose where somebody thought of the key, so it is done while the rest starts
    this.derived = CompletableFuture.supplyAsync(() -> Derived.of(keys, salt));
  }

  /**
   * @param whose what is encrypted and whose it is, such as {@code tokens of contoso}; the same is
   *     needed to read it
   */
  String encrypt(String text, String whose) {
    try {
      return Base64.getEncoder()
          .encodeToString(
              derived
                  .join()
                  .aead()
                  .encrypt(
                      text.getBytes(StandardCharsets.UTF_8),
                      whose.getBytes(StandardCharsets.UTF_8)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("AES-GCM isn't available", e);
    }
  }

  String decrypt(String stored, String whose) throws UnreadableException {
    try {
      return new String(
          derived
              .join()
              .aead()
              .decrypt(Base64.getDecoder().decode(stored), whose.getBytes(StandardCharsets.UTF_8)),
          StandardCharsets.UTF_8);
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      throw new UnreadableException(e);
    }
  }

  /** Whether a stored text was encrypted under the present key. */
  boolean isPresent(String stored) {
    byte[] bytes = Base64.getDecoder().decode(stored);
    byte[] presentPrefix = derived.join().presentPrefix();
    return bytes.length > PREFIX_BYTES
        && Arrays.equals(bytes, 0, PREFIX_BYTES, presentPrefix, 0, PREFIX_BYTES);
  }

  /** Each text begins with the number of its key, which is derived with the key itself. */
  private static KeysetHandle keyset(AesGcmKey present, List<String> earlierSecrets, byte[] salt)
      throws GeneralSecurityException {
    KeysetHandle.Builder keyset = KeysetHandle.newBuilder();
    Set<Integer> numbers = new HashSet<>(Set.of(present.getIdRequirementOrNull()));
    keyset.addEntry(KeysetHandle.importKey(present).makePrimary());
    for (String earlier : earlierSecrets) {
      AesGcmKey key = key(earlier, salt);
      if (numbers.add(key.getIdRequirementOrNull())) {
        keyset.addEntry(KeysetHandle.importKey(key));
      }
    }
    return keyset.build();
  }

  @AccessesPartialKey
  private static AesGcmKey key(String secret, byte[] salt) throws GeneralSecurityException {
    byte[] derived = KeyDerivation.derive(secret, salt, KEY_BYTES + Integer.BYTES);
    return AesGcmKey.builder()
        .setParameters(
            AesGcmParameters.builder()
                .setKeySizeBytes(KEY_BYTES)
                .setIvSizeBytes(12)
                .setTagSizeBytes(16)
                .setVariant(AesGcmParameters.Variant.TINK)
                .build())
        .setKeyBytes(
            SecretBytes.copyFrom(Arrays.copyOf(derived, KEY_BYTES), InsecureSecretKeyAccess.get()))
        .setIdRequirement(
            (ByteBuffer.wrap(derived, KEY_BYTES, Integer.BYTES).getInt() & Integer.MAX_VALUE) | 1)
        .build();
  }

  /** Whoever needs it first makes it, for all nodes. */
  private byte[] salt() {
    List<String> stored = storedSalt();
    if (stored.isEmpty()) {
      byte[] salt = new byte[16];
      new SecureRandom().nextBytes(salt);
      try {
        jdbc.update(
            "insert into secret_key_salt (id, salt) values (1, ?)",
            Base64.getEncoder().encodeToString(salt));
      } catch (DuplicateKeyException anotherNodeWasFirst) {
        return Base64.getDecoder().decode(storedSalt().get(0));
      }
      return salt;
    }
    return Base64.getDecoder().decode(stored.get(0));
  }

  private List<String> storedSalt() {
    return jdbc.queryForList("select salt from secret_key_salt where id = 1", String.class);
  }
}
