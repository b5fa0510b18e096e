package org.mailroom.credential;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HexFormat;
import org.bouncycastle.crypto.generators.Argon2BytesGenerator;
import org.bouncycastle.crypto.params.Argon2Parameters;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KeyDerivationTest {

  private static final byte[] SALT = "salt of database".getBytes(StandardCharsets.UTF_8);

  @Test
  void a_key_that_was_made_is_random_and_says_so() {
    String one = KeyDerivation.randomKey();
    assertThat(one).startsWith("random:").isNotEqualTo(KeyDerivation.randomKey());
    assertThat(Base64.getDecoder().decode(one.substring("random:".length()))).hasSize(32);
  }

  @Test
  void a_key_that_was_made_is_derived_by_hkdf_with_the_salt() {
    String zeros = "random:" + Base64.getEncoder().encodeToString(new byte[32]);
    // by another implementation of RFC 5869
    assertThat(HexFormat.of().formatHex(KeyDerivation.derive(zeros, SALT, 36)))
        .isEqualTo("08c286978709a9a0c9d96c049e203bdd214922049bedca00ce614905028019cc3b096f0e");
    assertThat(KeyDerivation.derive(zeros, "another salt....".getBytes(StandardCharsets.UTF_8), 36))
        .isNotEqualTo(KeyDerivation.derive(zeros, SALT, 36));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "correct horse",
        "random:",
        "random:not Base64!",
        "random:c2hvcnQ=",
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
      })
  void what_somebody_may_have_thought_of_is_derived_by_argon2id(String key) {
    Argon2BytesGenerator argon2 = new Argon2BytesGenerator();
    argon2.init(
        new Argon2Parameters.Builder(Argon2Parameters.ARGON2_id)
            .withVersion(Argon2Parameters.ARGON2_VERSION_13)
            .withSalt(SALT)
            .withMemoryAsKB(19456)
            .withIterations(2)
            .withParallelism(1)
            .build());
    byte[] expected = new byte[36];
    argon2.generateBytes(key.getBytes(StandardCharsets.UTF_8), expected);
    assertThat(KeyDerivation.derive(key, SALT, 36)).isEqualTo(expected);
  }
}
