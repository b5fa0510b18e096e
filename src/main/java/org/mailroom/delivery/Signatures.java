package org.mailroom.delivery;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.springframework.core.env.Environment;
import org.springframework.stereotype.Component;

/**
 * Signs what routes of the site's send. The key stays in the settings: no exchange, trace or log
 * has it. Threads: any.
 */
@Component("signatures")
public final class Signatures {

  private static final String ALGORITHM = "HmacSHA256";

  private final Environment settings;

  Signatures(Environment settings) {
    this.settings = settings;
  }

  /**
   * Returns {@code sha256=} and the HMAC-SHA256, in hexadecimal, of the time, a full stop and the
   * text, each as UTF-8.
   *
   * @param setting the key of the setting that holds the secret, such as {@code crm.signing-key}
   * @param time as the receiver is told of it, so that it can refuse old requests that somebody
   *     sends once more
   * @throws IllegalStateException when there is no such setting
   */
  public String hmacSha256(String setting, String time, String text) {
    String key = settings.getProperty(setting);
    if (key == null || key.isBlank()) {
      throw new IllegalStateException(
          setting + " isn't set: it is to hold the secret that the receiver knows, too");
    }
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(new SecretKeySpec(key.getBytes(StandardCharsets.UTF_8), ALGORITHM));
      return "sha256="
          + HexFormat.of()
              .formatHex(mac.doFinal((time + "." + text).getBytes(StandardCharsets.UTF_8)));
    } catch (GeneralSecurityException everyJavaHasIt) {
      throw new IllegalStateException(everyJavaHasIt);
    }
  }
}
