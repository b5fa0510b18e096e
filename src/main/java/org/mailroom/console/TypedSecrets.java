package org.mailroom.console;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import jakarta.servlet.http.HttpSession;
import java.io.IOException;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.security.crypto.keygen.KeyGenerators;
import org.springframework.stereotype.Component;

/**
 * What was typed as secret into a form that was refused, so that it needn't be typed again. It is
 * kept in the session, encrypted under a key of this process, for {@link #KEPT}, and never goes
 * into a page. It counts for the same form with the same addresses only: a kept secret is sent
 * nowhere else than where it was typed for. Safe for use by several threads.
 */
@Component
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
final class TypedSecrets {

  static final Duration KEPT = Duration.ofMinutes(10);

  private static final String KEPT_IN = TypedSecrets.class.getName();
  private static final String CIPHER = "AES/GCM/NoPadding";
  private static final int TAG_BITS = 128;

  private record Sealed(byte[] nonce, byte[] text, Instant until) implements Serializable {}

  private final SecretKeySpec key =
      new SecretKeySpec(KeyGenerators.secureRandom(32).generateKey(), "AES");
  private final ObjectMapper json;
  private final Clock clock;

  TypedSecrets(ObjectMapper json, Clock clock) {
    this.json = json;
    this.clock = clock;
  }

  /**
   * Keeps what of these fields was typed, in the place of what was kept before.
   *
   * @param form which one, such as the id of what it changes
   * @param secret the fields that are secret
   * @return whether anything was
   */
  boolean keep(HttpSession session, String form, Map<String, String> fields, List<String> secret) {
    Map<String, String> typed =
        secret.stream()
            .filter(each -> !fields.getOrDefault(each, "").isBlank())
            .collect(Collectors.toMap(each -> each, fields::get));
    if (typed.isEmpty()) {
      forget(session);
      return false;
    }
    byte[] nonce = KeyGenerators.secureRandom(12).generateKey();
    try {
      byte[] text =
          cipher(Cipher.ENCRYPT_MODE, nonce, form, fields).doFinal(json.writeValueAsBytes(typed));
      session.setAttribute(KEPT_IN, new Sealed(nonce, text, clock.instant().plus(KEPT)));
      return true;
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Puts what was kept into the fields that were left empty. */
  void fillIn(HttpSession session, String form, Map<String, String> fields) {
    if (!(session.getAttribute(KEPT_IN) instanceof Sealed kept)) {
      return;
    }
    Instant now = clock.instant();
    // later than ever it ends by a clock that has been set back
    if (!now.isBefore(kept.until()) || kept.until().isAfter(now.plus(KEPT))) {
      forget(session);
      return;
    }
    try {
      byte[] opened = cipher(Cipher.DECRYPT_MODE, kept.nonce(), form, fields).doFinal(kept.text());
      Map<String, String> typed = json.readValue(opened, new TypeReference<>() {});
      typed.forEach(
          (field, text) -> {
            if (fields.getOrDefault(field, "").isBlank()) {
              fields.put(field, text);
            }
          });
    } catch (GeneralSecurityException | IOException otherFormOrAddress) {
      forget(session);
    }
  }

  void forget(HttpSession session) {
    session.removeAttribute(KEPT_IN);
  }

  private Cipher cipher(int mode, byte[] nonce, String form, Map<String, String> fields)
      throws GeneralSecurityException {
    Cipher cipher = Cipher.getInstance(CIPHER);
    cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce));
    String whatFor = form + "\n" + fields.get("token-url") + "\n" + fields.get("authorization-url");
    cipher.updateAAD(whatFor.getBytes(StandardCharsets.UTF_8));
    return cipher;
  }
}
