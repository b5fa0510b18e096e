package org.mailroom.credential;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.security.interfaces.RSAPrivateKey;
import java.security.interfaces.RSAPublicKey;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.mailroom.settings.CertificateProperties;
import org.springframework.boot.ssl.pem.PemContent;

/** The certificate and private key that an application proves itself with. */
record CertificateFile(PrivateKey key, X509Certificate certificate) {

  /** The certificate as bytes (DER). */
  byte[] encoded() {
    try {
      return certificate.getEncoded();
    } catch (CertificateEncodingException e) {
      throw new IllegalStateException(e);
    }
  }

  /** What is wrong with a certificate that was uploaded. */
  static Optional<String> check(CertificateProperties settings) {
    try {
      load(settings);
      return Optional.empty();
    } catch (IOException | GeneralSecurityException | RuntimeException e) {
      return Optional.of(
          "can't be read: "
              + reason(e)
              + ". It must be PEM text with certificate and private key, or a PKCS#12 keystore in"
              + " base64, with its password");
    }
  }

  /**
   * @throws CredentialException naming the file and what is wrong with it
   */
  static CertificateFile load(String credential, CertificateProperties settings) {
    try {
      return load(settings);
    } catch (IOException | GeneralSecurityException | RuntimeException e) {
      throw new CredentialException(
          credential,
          "its "
              + settings
              + " can't be read: "
              + reason(e)
              + ". Check the path, the password, and that it holds certificate and private key.");
    }
  }

  private static String reason(Exception e) {
    return e.getMessage() == null
        ? e.getClass().getSimpleName()
        : e.getMessage().lines().findFirst().orElse("");
  }

  private static CertificateFile load(CertificateProperties settings)
      throws IOException, GeneralSecurityException {
    if (settings.keystore() != null) {
      return fromKeystore(Files.readAllBytes(settings.keystore()), settings.password());
    }
    if (settings.pem() != null) {
      PemContent certificate = PemContent.load(settings.pem());
      return fromPem(
          certificate,
          settings.privateKey() == null ? certificate : PemContent.load(settings.privateKey()),
          settings.password());
    }
    PemContent both =
        settings.content().contains("-----BEGIN") ? PemContent.of(settings.content()) : null;
    return both != null
        ? fromPem(both, both, settings.password())
        : fromKeystore(Base64.getMimeDecoder().decode(settings.content()), settings.password());
  }

  private static CertificateFile fromKeystore(byte[] content, String password)
      throws IOException, GeneralSecurityException {
    char[] secret = (password == null ? "" : password).toCharArray();
    KeyStore keystore = KeyStore.getInstance("PKCS12");
    keystore.load(new ByteArrayInputStream(content), secret);
    for (String alias : Collections.list(keystore.aliases())) {
      if (keystore.getKey(alias, secret) instanceof PrivateKey key
          && keystore.getCertificate(alias) instanceof X509Certificate certificate) {
        return of(key, List.of(certificate));
      }
    }
    throw new IOException("it holds no private key with a certificate");
  }

  private static CertificateFile fromPem(PemContent certificates, PemContent key, String password)
      throws IOException {
    if (key.toString().contains("Proc-Type: 4,ENCRYPTED")) {
      throw new IOException(
          "the private key is encrypted in OpenSSL's old form; write it anew by: openssl pkcs8"
              + " -topk8 -v2 aes256 -in old.pem -out key.pem");
    }
    PrivateKey read = key.getPrivateKey(password);
    if (read == null) {
      throw new IOException("it holds no private key");
    }
    return of(read, certificates.getCertificates());
  }

  /** Of several certificates, a chain in any order, the one that the key belongs to. */
  private static CertificateFile of(PrivateKey key, List<X509Certificate> certificates)
      throws IOException {
    if (!(key instanceof RSAPrivateKey rsa)) {
      throw new IOException(
          "its key is of kind " + key.getAlgorithm() + ", and Entra ID takes RSA keys only");
    }
    if (certificates.isEmpty()) {
      throw new IOException("it holds no certificate");
    }
    return certificates.stream()
        .filter(
            each ->
                each.getPublicKey() instanceof RSAPublicKey own
                    && own.getModulus().equals(rsa.getModulus()))
        .findFirst()
        .map(own -> new CertificateFile(key, own))
        .orElseThrow(() -> new IOException("its private key doesn't belong to its certificate"));
  }

  /** Never the key. */
  @Override
  public String toString() {
    return "certificate of " + certificate.getSubjectX500Principal();
  }
}
