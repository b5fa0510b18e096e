package org.mailroom.credential;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.StringWriter;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Date;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.openssl.PKCS8Generator;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;
import org.bouncycastle.openssl.jcajce.JceOpenSSLPKCS8EncryptorBuilder;
import org.bouncycastle.operator.OutputEncryptor;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.mailroom.settings.CertificateProperties;

class CertificateFileTest {

  private static KeyPair keys;
  private static KeyPair others;
  private static String certificate;
  private static String other;
  private static Instant expires;

  @TempDir private Path folder;

  @BeforeAll
  static void make() throws Exception {
    keys = pair("RSA", 2048);
    others = pair("RSA", 2048);
    X509Certificate own = certificate(keys, "SHA256withRSA", 100);
    expires = own.getNotAfter().toInstant();
    certificate = pem(own);
    other = pem(certificate(others, "SHA256withRSA", 500));
  }

  private static KeyPair pair(String algorithm, int size) throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
    generator.initialize(size);
    return generator.generateKeyPair();
  }

  private static X509Certificate certificate(KeyPair pair, String algorithm, int days)
      throws Exception {
    X500Name name = new X500Name("CN=mailroom");
    Date now = new Date();
    return new JcaX509CertificateConverter()
        .getCertificate(
            new JcaX509v3CertificateBuilder(
                    name,
                    new BigInteger(64, new SecureRandom()),
                    now,
                    Date.from(now.toInstant().plus(days, ChronoUnit.DAYS)),
                    name,
                    pair.getPublic())
                .build(new JcaContentSignerBuilder(algorithm).build(pair.getPrivate())));
  }

  private static String pem(Object object) throws IOException {
    StringWriter text = new StringWriter();
    try (JcaPEMWriter pem = new JcaPEMWriter(text)) {
      pem.writeObject(object);
    }
    return text.toString();
  }

  private static String pkcs8(String password) throws Exception {
    OutputEncryptor encryptor =
        password == null
            ? null
            : new JceOpenSSLPKCS8EncryptorBuilder(PKCS8Generator.AES_256_CBC)
                .setProvider(new BouncyCastleProvider())
                .setPassword(password.toCharArray())
                .build();
    return pem(new JcaPKCS8Generator(keys.getPrivate(), encryptor));
  }

  private Instant expires(String pem, String privateKey, String password) throws IOException {
    Path file = Files.writeString(folder.resolve("certificate.pem"), pem);
    Path key = privateKey == null ? null : Files.writeString(folder.resolve("key.pem"), privateKey);
    return CertificateFile.load(
            "contoso", new CertificateProperties(null, file, key, null, password))
        .certificate()
        .getNotAfter()
        .toInstant();
  }

  @Test
  void a_key_in_pkcs8_in_pkcs1_and_encrypted_and_a_pair_of_files_are_read() throws Exception {
    String pkcs1 = pem(keys.getPrivate());
    assertThat(pkcs1).contains("BEGIN RSA PRIVATE KEY");
    assertThat(expires(pkcs1 + certificate, null, null)).isEqualTo(expires);
    assertThat(expires(certificate + pkcs8(null), null, null)).isEqualTo(expires);
    assertThat(pkcs8("geheim")).contains("BEGIN ENCRYPTED PRIVATE KEY");
    assertThat(expires(certificate + pkcs8("geheim"), null, "geheim")).isEqualTo(expires);
    assertThat(expires(certificate, pkcs8("geheim"), "geheim")).isEqualTo(expires);
    assertThat(expires(certificate, pkcs1, null)).isEqualTo(expires);
  }

  @Test
  void of_a_chain_in_any_order_the_certificate_of_the_key_counts() throws Exception {
    assertThat(expires(other + certificate, pkcs8(null), null)).isEqualTo(expires);
  }

  @Test
  void what_can_not_work_is_told_before_entra_id_is_asked() throws Exception {
    assertThatThrownBy(() -> expires(certificate + pkcs8("geheim"), null, "falsch"))
        .isInstanceOf(CredentialException.class)
        .hasMessageContaining("credential contoso")
        .hasMessageContaining("certificate.pem")
        .hasMessageNotContaining("falsch");
    assertThatThrownBy(() -> expires(other, pkcs8(null), null))
        .hasMessageContaining("doesn't belong to its certificate");
    KeyPair elliptic = pair("EC", 256);
    String ec =
        pem(certificate(elliptic, "SHA256withECDSA", 100))
            + pem(new JcaPKCS8Generator(elliptic.getPrivate(), null));
    assertThatThrownBy(() -> expires(ec, null, null)).hasMessageContaining("takes RSA keys only");
    assertThatThrownBy(() -> expires(certificate, null, null))
        .hasMessageContaining("can't be read");
    String old =
        "-----BEGIN RSA PRIVATE KEY-----\n"
            + "Proc-Type: 4,ENCRYPTED\n"
            + "DEK-Info: AES-256-CBC,00112233445566778899AABBCCDDEEFF\n\n"
            + "AAAA\n"
            + "-----END RSA PRIVATE KEY-----\n";
    assertThatThrownBy(() -> expires(certificate, old, "geheim"))
        .hasMessageContaining("openssl pkcs8 -topk8");
  }
}
