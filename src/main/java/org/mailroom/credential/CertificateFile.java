package org.mailroom.credential;

import com.microsoft.aad.msal4j.ClientCredentialFactory;
import com.microsoft.aad.msal4j.IClientCredential;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import org.mailroom.configuration.MailroomProperties.CertificateProperties;
import org.springframework.boot.ssl.pem.PemContent;

/** Reads the certificate and private key that an application proves itself with. */
final class CertificateFile {

  private CertificateFile() {}

  /**
   * @throws CredentialException naming the file and what is wrong with it
   */
  static IClientCredential read(String credential, CertificateProperties settings) {
    try {
      return settings.keystore() != null ? fromKeystore(settings) : fromPem(settings);
    } catch (IOException | GeneralSecurityException | IllegalStateException e) {
      throw new CredentialException(credential,
          "its " + settings + " can't be read: " + e.getMessage() + ". Check the path, the password, and that it holds certificate and private key.");
    }
  }

  private static IClientCredential fromKeystore(CertificateProperties settings) throws IOException, GeneralSecurityException {
    try (InputStream keystore = Files.newInputStream(settings.keystore())) {
      return ClientCredentialFactory.createFromCertificate(keystore, settings.password() == null ? "" : settings.password());
    }
  }

  private static IClientCredential fromPem(CertificateProperties settings) throws IOException {
    PemContent pem = PemContent.load(settings.pem());
    PrivateKey key = pem.getPrivateKey(settings.password());
    X509Certificate certificate = pem.getCertificates().get(0);
    return ClientCredentialFactory.createFromCertificate(key, certificate);
  }
}
