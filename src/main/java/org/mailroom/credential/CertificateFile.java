package org.mailroom.credential;

import com.microsoft.aad.msal4j.ClientCredentialFactory;
import com.microsoft.aad.msal4j.IClientCredential;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Base64;
import java.util.Collections;
import java.util.Optional;
import org.mailroom.configuration.MailroomProperties.CertificateProperties;
import org.springframework.boot.ssl.pem.PemContent;

/** The certificate and private key that an application proves itself with. */
record CertificateFile(PrivateKey key, X509Certificate certificate) {

  /**
   * @throws CredentialException naming the file and what is wrong with it
   */
  static IClientCredential read(String credential, CertificateProperties settings) {
    CertificateFile read = load(credential, settings);
    return ClientCredentialFactory.createFromCertificate(read.key(), read.certificate());
  }

  /** When the certificate expires. */
  static Instant expires(String credential, CertificateProperties settings) {
    return load(credential, settings).certificate().getNotAfter().toInstant();
  }

  /** What is wrong with a certificate that was uploaded. */
  static Optional<String> check(CertificateProperties settings) {
    try {
      load(settings);
      return Optional.empty();
    } catch (IOException | GeneralSecurityException | RuntimeException e) {
      return Optional.of("can't be read: " + reason(e) + ". It must be PEM text with certificate and private key, or a PKCS#12 keystore in base64, with its password");
    }
  }

  private static CertificateFile load(String credential, CertificateProperties settings) {
    try {
      return load(settings);
    } catch (IOException | GeneralSecurityException | RuntimeException e) {
      throw new CredentialException(credential,
          "its " + settings + " can't be read: " + reason(e) + ". Check the path, the password, and that it holds certificate and private key.");
    }
  }

  private static String reason(Exception e) {
    return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage().lines().findFirst().orElse("");
  }

  private static CertificateFile load(CertificateProperties settings) throws IOException, GeneralSecurityException {
    if (settings.keystore() != null) {
      return fromKeystore(Files.readAllBytes(settings.keystore()), settings.password());
    }
    if (settings.pem() != null) {
      return fromPem(PemContent.load(settings.pem()), settings.password());
    }
    return settings.content().contains("-----BEGIN") ? fromPem(PemContent.of(settings.content()), settings.password())
        : fromKeystore(Base64.getMimeDecoder().decode(settings.content()), settings.password());
  }

  private static CertificateFile fromKeystore(byte[] content, String password) throws IOException, GeneralSecurityException {
    char[] secret = (password == null ? "" : password).toCharArray();
    KeyStore keystore = KeyStore.getInstance("PKCS12");
    keystore.load(new ByteArrayInputStream(content), secret);
    for (String alias : Collections.list(keystore.aliases())) {
      if (keystore.getKey(alias, secret) instanceof PrivateKey key && keystore.getCertificate(alias) instanceof X509Certificate certificate) {
        return new CertificateFile(key, certificate);
      }
    }
    throw new IOException("it holds no private key with a certificate");
  }

  private static CertificateFile fromPem(PemContent pem, String password) throws IOException {
    PrivateKey key = pem.getPrivateKey(password);
    if (key == null || pem.getCertificates().isEmpty()) {
      throw new IOException("it doesn't hold both certificate and private key");
    }
    return new CertificateFile(key, pem.getCertificates().get(0));
  }

  /** Never the key. */
  @Override
  public String toString() {
    return "certificate of " + certificate.getSubjectX500Principal();
  }
}
