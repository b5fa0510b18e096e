package org.mailroom;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.StringWriter;
import java.math.BigInteger;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.mailroom.account.Accounts;
import org.mailroom.credential.CredentialStatus;
import org.mailroom.credential.CredentialStatuses;
import org.mailroom.credential.Credentials;
import org.mailroom.demo.DemoMail;
import org.mailroom.demo.DemoTenant;

/** What an application proves itself with beside a secret, and what is told before it expires. */
class CredentialProofTest {

  private static final String ISSUER = "https://kubernetes.contoso.example";

  @TempDir
  private Path folder;

  private DemoTenant tenant;
  private KeyPair keys;
  private X509Certificate certificate;

  @BeforeEach
  void start() throws Exception {
    tenant = DemoTenant.start();
    tenant.mailbox("support@contoso.com").deliver(DemoMail.plain(1));
    keys = rsa();
    certificate = certificate(keys, Duration.ofDays(10));
    tenant.identity().application("certified").roles(Set.of("Mail.ReadWrite")).certificate(certificate);
  }

  @AfterEach
  void stop() {
    tenant.close();
  }

  private static KeyPair rsa() throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
    generator.initialize(2048);
    return generator.generateKeyPair();
  }

  private static X509Certificate certificate(KeyPair keys, Duration validity) throws Exception {
    X500Name name = new X500Name("CN=Mailroom");
    Instant now = Instant.now();
    return new JcaX509CertificateConverter().getCertificate(new JcaX509v3CertificateBuilder(name, BigInteger.ONE, Date.from(now.minusSeconds(60)),
        Date.from(now.plus(validity)), name, keys.getPublic()).build(new JcaContentSignerBuilder("SHA256withRSA").build(keys.getPrivate())));
  }

  private static byte[] keystore(KeyPair keys, X509Certificate certificate) throws Exception {
    KeyStore keystore = KeyStore.getInstance("PKCS12");
    keystore.load(null, null);
    keystore.setKeyEntry("mailroom", keys.getPrivate(), "keystore password".toCharArray(), new Certificate[] {certificate});
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    keystore.store(bytes, "keystore password".toCharArray());
    return bytes.toByteArray();
  }

  private static String pem(KeyPair keys, X509Certificate certificate) throws Exception {
    StringWriter text = new StringWriter();
    try (JcaPEMWriter pem = new JcaPEMWriter(text)) {
      pem.writeObject(certificate);
      pem.writeObject(new JcaPKCS8Generator(keys.getPrivate(), null));
    }
    return text.toString();
  }

  private String[] certified(String... more) {
    List<String> settings = new java.util.ArrayList<>(List.of("--mailroom.credentials.certified.grant-type=client-credentials",
        "--mailroom.credentials.certified.tenant-id=" + DemoTenant.TENANT_ID, "--mailroom.credentials.certified.client-id=certified",
        "--mailroom.accounts.support.credential=certified"));
    settings.addAll(List.of(more));
    return settings.toArray(String[]::new);
  }

  @Test
  void a_certificate_proves_the_application_from_a_keystore_from_pem_and_from_an_upload() throws Exception {
    Path keystore = Files.write(folder.resolve("mailroom.p12"), keystore(keys, certificate));
    Path pem = Files.writeString(folder.resolve("mailroom.pem"), pem(keys, certificate));
    try (MailroomRun mailroom = MailroomRun.start(tenant, folder, certified("--mailroom.credentials.certified.certificate.keystore=" + keystore,
        "--mailroom.credentials.certified.certificate.password=keystore password"))) {
      assertThat(mailroom.importSupport().imported()).isEqualTo(1);
      CredentialStatus status = mailroom.bean(CredentialStatuses.class).find("certified").orElseThrow();
      assertThat(status.state()).isEqualTo(CredentialStatus.State.WARNING);
      assertThat(status.detail()).contains("the certificate expires on");
      assertThat(status.certificateExpires()).isEqualTo(certificate.getNotAfter().toInstant());
    }
    tenant.mailbox("support@contoso.com").deliver(DemoMail.plain(2));
    try (MailroomRun mailroom = MailroomRun.start(tenant, folder, certified("--mailroom.credentials.certified.certificate.pem=" + pem))) {
      assertThat(mailroom.importSupport().imported()).isEqualTo(1);

      Credentials credentials = mailroom.bean(Credentials.class);
      Map<String, String> fields = new HashMap<>(Map.of("grant-type", "client-credentials", "tenant-id", DemoTenant.TENANT_ID, "client-id", "certified"));
      fields.put("certificate.content", Base64.getEncoder().encodeToString(keystore(keys, certificate)));
      fields.put("certificate.password", "another password");
      assertThat(credentials.validateNew("uploaded", fields)).extracting(problem -> problem.field()).containsExactly("certificate.content");
      fields.put("certificate.password", "keystore password");
      credentials.create("uploaded", fields);
      mailroom.bean(Accounts.class).create("uploads", new HashMap<>(Map.of("mailbox", "support@contoso.com", "credential", "uploaded", "deliver-to", "database")));
      tenant.mailbox("support@contoso.com").deliver(DemoMail.plain(3));
      assertThat(mailroom.importAll("uploads").get(0).imported()).isEqualTo(1);
      String stored = mailroom.database().queryForList("select settings || secrets from credential", String.class).toString();
      assertThat(stored).doesNotContain("keystore password").doesNotContain(fields.get("certificate.content").substring(0, 60));

      fields.put("certificate.content", pem(rsa(), certificate));
      fields.remove("certificate.password");
      assertThat(credentials.validateChange("uploaded", fields)).extracting(problem -> problem.message()).singleElement().asString()
          .contains("its private key doesn't belong to its certificate");
      KeyPair unknown = rsa();
      fields.put("certificate.content", pem(unknown, certificate(unknown, Duration.ofDays(100))));
      credentials.update("uploaded", fields);
      assertThat(mailroom.importAll("uploads").get(0).failure()).as("a certificate that the app registration doesn't have").hasMessageContaining("AADSTS700027");
    }
  }

  @Test
  void a_federated_token_is_read_anew_for_each_request() throws Exception {
    KeyPair cluster = rsa();
    tenant.identity().application("certified").federation(ISSUER, "system:serviceaccount:mail:mailroom", "api://AzureADTokenExchange", cluster.getPublic());
    Path file = Files.writeString(folder.resolve("token"), token(cluster, "system:serviceaccount:mail:mailroom"));
    try (MailroomRun mailroom = MailroomRun.start(tenant, folder, certified("--mailroom.credentials.certified.federated-token-file=" + file))) {
      assertThat(mailroom.importSupport().imported()).isEqualTo(1);
      Files.writeString(file, token(cluster, "system:serviceaccount:mail:another"));
      tenant.revokeTokens();
      tenant.mailbox("support@contoso.com").deliver(DemoMail.plain(2));
      assertThat(mailroom.importSupport().failure()).hasMessageContaining("AADSTS700213").hasMessageContaining("issuer, subject and audience");
    }
    Files.writeString(file, "root:x:0:0:");
    try (MailroomRun mailroom = MailroomRun.start(tenant, folder, certified("--mailroom.credentials.certified.federated-token-file=" + file))) {
      int asked = tenant.tokenRequests();
      assertThat(mailroom.importSupport().failure()).as("nothing but a JWT is sent").hasMessageContaining("holds no JWT").hasMessageNotContaining("root");
      assertThat(tenant.tokenRequests()).isEqualTo(asked);
      Files.writeString(file, token(cluster, "system:serviceaccount:mail:mailroom") + "\n");
    }
    try (MailroomRun mailroom = MailroomRun.start(tenant, folder, certified("--mailroom.credentials.certified.federated-token-file=" + file))) {
      assertThat(mailroom.importSupport().imported()).isEqualTo(1);
    }
  }

  private static String token(KeyPair cluster, String subject) throws Exception {
    Base64.Encoder base64 = Base64.getUrlEncoder().withoutPadding();
    String signed = base64.encodeToString("{\"alg\":\"RS256\",\"typ\":\"JWT\"}".getBytes(StandardCharsets.UTF_8)) + "."
        + base64.encodeToString(("{\"iss\":\"" + ISSUER + "\",\"sub\":\"" + subject + "\",\"aud\":\"api://AzureADTokenExchange\",\"exp\":"
            + Instant.now().plusSeconds(600).getEpochSecond() + "}").getBytes(StandardCharsets.UTF_8));
    Signature signature = Signature.getInstance("SHA256withRSA");
    signature.initSign(cluster.getPrivate());
    signature.update(signed.getBytes(StandardCharsets.US_ASCII));
    return signed + "." + base64.encodeToString(signature.sign());
  }

  @Test
  void health_and_metric_warn_before_a_secret_expires_and_health_is_down_when_it_has() throws Exception {
    tenant.identity().application("late").roles(Set.of("Mail.ReadWrite")).secret("late secret", Instant.now().minusSeconds(1));
    String inTenDays = Instant.now().plus(Duration.ofDays(10)).toString().substring(0, 10);
    try (MailroomRun mailroom = MailroomRun.startRuntime(tenant, folder, "--mailroom.credentials.demo.secret-expires=" + inTenDays,
        "--mailroom.credentials.late.grant-type=client-credentials", "--mailroom.credentials.late.tenant-id=" + DemoTenant.TENANT_ID,
        "--mailroom.credentials.late.client-id=late", "--mailroom.credentials.late.client-secret=late secret",
        "--mailroom.accounts.late.mailbox=support@contoso.com", "--mailroom.accounts.late.credential=late", "--mailroom.accounts.late.deliver-to=database",
        "--management.endpoint.health.show-details=always", "--management.endpoints.web.exposure.include=health,prometheus")) {
      org.awaitility.Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> health(mailroom).path("late").path("status").asText().equals("DOWN")
          && health(mailroom).path("demo").path("details").has("lastToken"));
      assertThat(health(mailroom).path("demo").path("status").asText()).isEqualTo("WARNING");
      assertThat(health(mailroom).path("demo").path("details").path("detail").asText()).contains("the client secret expires on " + inTenDays);
      assertThat(health(mailroom).path("late").path("details").path("detail").asText()).contains("AADSTS7000222").contains("Create a new client secret");
      io.micrometer.core.instrument.MeterRegistry meters = mailroom.bean(io.micrometer.core.instrument.MeterRegistry.class);
      org.awaitility.Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> meters.find("mailroom.credential.expires").tag("credential", "demo").gauge() != null);
      assertThat(meters.get("mailroom.credential.expires").tag("credential", "demo").gauge().value())
          .isBetween((double) Duration.ofDays(8).toSeconds(), (double) Duration.ofDays(10).toSeconds());
    }
  }

  private static JsonNode health(MailroomRun mailroom) throws Exception {
    String body = HttpClient.newHttpClient().send(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + mailroom.port() + "/actuator/health"))
            .header("Authorization", MailroomRun.BASIC).build(),
        HttpResponse.BodyHandlers.ofString()).body();
    return new ObjectMapper().readTree(body).path("components").path("credentials").path("components");
  }
}
