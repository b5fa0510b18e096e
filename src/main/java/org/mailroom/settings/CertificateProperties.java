package org.mailroom.settings;

import jakarta.validation.constraints.AssertTrue;
import jakarta.validation.constraints.Size;
import java.nio.file.Path;

/**
 * A certificate with its private key.
 *
 * @param keystore PKCS#12 file
 * @param pem PEM file that holds both, or the certificate alone
 * @param privateKey PEM file with the private key, where {@code pem} holds the certificate alone
 * @param content instead of a file: PEM text that holds both, or a PKCS#12 keystore in base64
 * @param password of keystore or private key, or null
 */
public record CertificateProperties(
    Path keystore,
    Path pem,
    Path privateKey,
    @Size(
            max = 200_000,
            message =
                "is larger than 200,000 characters: a certificate with its key has some"
                    + " thousands")
        String content,
    @Size(max = 200, message = "has at most 200 characters") String password) {

  @AssertTrue(message = "goes with pem only: the file with the certificate")
  boolean isKeyOfPem() {
    return privateKey == null || pem != null;
  }

  @AssertTrue(message = "needs exactly one of keystore (PKCS#12), pem and content")
  boolean isOneOf() {
    return (keystore == null ? 0 : 1)
            + (pem == null ? 0 : 1)
            + (content == null || content.isBlank() ? 0 : 1)
        == 1;
  }

  /** Never the key or the password: this text may reach a log. */
  @Override
  public String toString() {
    return content != null
        ? "certificate"
        : "certificate in " + (keystore == null ? pem : keystore);
  }
}
