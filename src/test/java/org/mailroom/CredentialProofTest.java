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
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.mailroom.account.AccountEditor;
import org.mailroom.credential.CredentialStatus;
import org.mailroom.credential.CredentialStatuses;
import org.mailroom.credential.Credentials;
import org.mailroom.credential.TokenCache;
import org.mailroom.demo.DemoMail;
import org.mailroom.demo.DemoTenant;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** What an application proves itself with beside a secret, and what is told before it expires. */
@ExtendWith(OutputCaptureExtension.class)
class CredentialProofTest {

  private static final String ISSUER = "https://kubernetes.contoso.example";

  // to make one takes a second
  private static KeyPair keys;
  private static KeyPair others;

  @TempDir private Path folder;

  private DemoTenant tenant;
  private X509Certificate certificate;

  @BeforeAll
  static void makeKeys() throws Exception {
    keys = rsa();
    others = rsa();
  }

  @BeforeEach
  void start() throws Exception {
    tenant = DemoTenant.start();
    tenant.mailbox("support@contoso.com").deliver(DemoMail.plain(1));
    certificate = certificate(keys, Duration.ofDays(10));
    tenant
        .identity()
        .application("certified")
        .roles(Set.of("Mail.ReadWrite"))
        .certificate(certificate);
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
    return new JcaX509CertificateConverter()
        .getCertificate(
            new JcaX509v3CertificateBuilder(
                    name,
                    BigInteger.ONE,
                    Date.from(now.minusSeconds(60)),
                    Date.from(now.plus(validity)),
                    name,
                    keys.getPublic())
                .build(new JcaContentSignerBuilder("SHA256withRSA").build(keys.getPrivate())));
  }

  private static byte[] keystore(KeyPair keys, X509Certificate certificate) throws Exception {
    KeyStore keystore = KeyStore.getInstance("PKCS12");
    keystore.load(null, null);
    keystore.setKeyEntry(
        "mailroom",
        keys.getPrivate(),
        "keystore password".toCharArray(),
        new Certificate[] {certificate});
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
    List<String> settings =
        new java.util.ArrayList<>(
            List.of(
                "--mailroom.credentials.certified.grant-type=client-credentials",
                "--mailroom.credentials.certified.tenant-id=" + DemoTenant.TENANT_ID,
                "--mailroom.credentials.certified.client-id=certified",
                "--mailroom.accounts.support.credential=certified"));
    settings.addAll(List.of(more));
    return settings.toArray(String[]::new);
  }

  @Test
  void a_certificate_proves_the_application_from_a_keystore_from_pem_and_from_an_upload()
      throws Exception {
    Path keystore = Files.write(folder.resolve("mailroom.p12"), keystore(keys, certificate));
    Path pem = Files.writeString(folder.resolve("mailroom.pem"), pem(keys, certificate));
    try (MailroomRun mailroom =
        MailroomRun.start(
            tenant,
            folder,
            certified(
                "--mailroom.credentials.certified.certificate.keystore=" + keystore,
                "--mailroom.credentials.certified.certificate.password=keystore password"))) {
      assertThat(mailroom.importSupport().imported()).isEqualTo(1);
      CredentialStatus status =
          mailroom.bean(CredentialStatuses.class).find("certified").orElseThrow();
      assertThat(status.state()).isEqualTo(CredentialStatus.State.WARNING);
      assertThat(status.detail()).contains("the certificate expires on");
      assertThat(status.certificateExpires()).isEqualTo(certificate.getNotAfter().toInstant());
    }
    tenant.mailbox("support@contoso.com").deliver(DemoMail.plain(2));
    try (MailroomRun mailroom =
        MailroomRun.start(
            tenant, folder, certified("--mailroom.credentials.certified.certificate.pem=" + pem))) {
      assertThat(mailroom.importSupport().imported()).isEqualTo(1);

      Credentials credentials = mailroom.bean(Credentials.class);
      Map<String, String> fields =
          new HashMap<>(
              Map.of(
                  "grant-type",
                  "client-credentials",
                  "tenant-id",
                  DemoTenant.TENANT_ID,
                  "client-id",
                  "certified"));
      fields.put(
          "certificate.content", Base64.getEncoder().encodeToString(keystore(keys, certificate)));
      fields.put("certificate.password", "another password");
      assertThat(credentials.validateNew("uploaded", fields))
          .extracting(problem -> problem.field())
          .containsExactly("certificate.content");
      fields.put("certificate.password", "keystore password");
      credentials.create("uploaded", fields);
      mailroom
          .bean(AccountEditor.class)
          .create(
              "uploads",
              new HashMap<>(
                  Map.of(
                      "mailbox",
                      "support@contoso.com",
                      "credential",
                      "uploaded",
                      "deliver-to",
                      "database")));
      tenant.mailbox("support@contoso.com").deliver(DemoMail.plain(3));
      assertThat(mailroom.importAll("uploads").get(0).imported()).isEqualTo(1);
      String stored =
          mailroom
              .database()
              .queryForList("select settings || secrets from credential", String.class)
              .toString();
      assertThat(stored)
          .doesNotContain("keystore password")
          .doesNotContain(fields.get("certificate.content").substring(0, 60));

      fields.put("certificate.content", pem(others, certificate));
      fields.remove("certificate.password");
      assertThat(credentials.validateChange("uploaded", fields))
          .extracting(problem -> problem.message())
          .singleElement()
          .asString()
          .contains("its private key doesn't belong to its certificate");
      fields.put("certificate.content", pem(others, certificate(others, Duration.ofDays(100))));
      credentials.update("uploaded", fields);
      assertThat(mailroom.importAll("uploads").get(0).failure())
          .as("a certificate that the app registration doesn't have")
          .hasMessageContaining("AADSTS700027");
    }
  }

  @Test
  void a_federated_token_is_read_anew_for_each_request() throws Exception {
    tenant
        .identity()
        .application("certified")
        .federation(
            ISSUER,
            "system:serviceaccount:mail:mailroom",
            "api://AzureADTokenExchange",
            others.getPublic());
    Path file =
        Files.writeString(
            folder.resolve("token"), token(others, "system:serviceaccount:mail:mailroom"));
    try (MailroomRun mailroom =
        MailroomRun.start(
            tenant,
            folder,
            certified("--mailroom.credentials.certified.federated-token-file=" + file))) {
      assertThat(mailroom.importSupport().imported()).isEqualTo(1);
      Files.writeString(file, token(others, "system:serviceaccount:mail:another"));
      tenant.revokeTokens();
      tenant.mailbox("support@contoso.com").deliver(DemoMail.plain(2));
      assertThat(mailroom.importSupport().failure())
          .hasMessageContaining("AADSTS700213")
          .hasMessageContaining("issuer, subject and audience");
    }
    Files.writeString(file, "root:x:0:0:");
    try (MailroomRun mailroom =
        MailroomRun.start(
            tenant,
            folder,
            certified("--mailroom.credentials.certified.federated-token-file=" + file))) {
      int asked = tenant.tokenRequests();
      assertThat(mailroom.importSupport().failure())
          .as("nothing but a JWT is sent")
          .hasMessageContaining("holds no JWT")
          .hasMessageNotContaining("root");
      assertThat(tenant.tokenRequests()).isEqualTo(asked);
      Files.writeString(file, token(others, "system:serviceaccount:mail:mailroom") + "\n");
    }
    try (MailroomRun mailroom =
        MailroomRun.start(
            tenant,
            folder,
            certified("--mailroom.credentials.certified.federated-token-file=" + file))) {
      assertThat(mailroom.importSupport().imported()).isEqualTo(1);
    }
  }

  private static String token(KeyPair cluster, String subject) throws Exception {
    Base64.Encoder base64 = Base64.getUrlEncoder().withoutPadding();
    String signed =
        base64.encodeToString(
                "{\"alg\":\"RS256\",\"typ\":\"JWT\"}".getBytes(StandardCharsets.UTF_8))
            + "."
            + base64.encodeToString(
                ("{\"iss\":\""
                        + ISSUER
                        + "\",\"sub\":\""
                        + subject
                        + "\",\"aud\":\"api://AzureADTokenExchange\",\"exp\":"
                        + Instant.now().plusSeconds(600).getEpochSecond()
                        + "}")
                    .getBytes(StandardCharsets.UTF_8));
    Signature signature = Signature.getInstance("SHA256withRSA");
    signature.initSign(cluster.getPrivate());
    signature.update(signed.getBytes(StandardCharsets.US_ASCII));
    return signed + "." + base64.encodeToString(signature.sign());
  }

  @Test
  void
      rotated_files_are_taken_over_while_it_runs_and_broken_ones_are_told_once_and_leave_the_old_one_in_use(
          CapturedOutput output) throws Exception {
    Path tree = Files.createDirectories(folder.resolve("secrets"));
    Path secret = Files.writeString(tree.resolve("contoso-secret"), "first secret\n");
    Path pem = Files.writeString(folder.resolve("mailroom.pem"), pem(keys, certificate));
    tenant
        .identity()
        .application("treed")
        .roles(Set.of("Mail.ReadWrite"))
        .secret("first secret", Instant.MAX);
    try (MailroomRun mailroom =
        MailroomRun.start(
            tenant,
            folder,
            certified(
                "--spring.config.import=configtree:" + tree + "/",
                "--mailroom.credentials.certified.certificate.pem=" + pem,
                "--mailroom.credentials.treed.grant-type=client-credentials",
                "--mailroom.credentials.treed.tenant-id=" + DemoTenant.TENANT_ID,
                "--mailroom.credentials.treed.client-id=treed",
                "--mailroom.credentials.treed.client-secret=${contoso-secret}",
                "--mailroom.accounts.treed.mailbox=treed@contoso.com",
                "--mailroom.accounts.treed.credential=treed",
                "--mailroom.accounts.treed.deliver-to=database"))) {
      assertThat(mailroom.importSupport().imported()).isEqualTo(1);
      assertImports(mailroom, 1);

      // half written and empty: the old ones still count
      Files.writeString(pem, Files.readString(pem).substring(0, 900));
      Files.writeString(secret, "");
      assertImports(mailroom, 2);
      assertImports(mailroom, 3);
      assertThat(
              output
                  .getOut()
                  .lines()
                  .filter(
                      line -> line.contains("WARN") && line.contains("The one before it is used")))
          .as("once each")
          .hasSize(2)
          .anyMatch(
              line ->
                  line.contains(
                      "credential certified: its certificate in " + pem + " can't be read"))
          .anyMatch(
              line ->
                  line.contains(
                      "credential treed: its client-secret is empty. Check what writes it into "
                          + tree));
      for (String id : List.of("certified", "treed")) {
        CredentialStatus status = mailroom.bean(CredentialStatuses.class).find(id).orElseThrow();
        assertThat(status.state()).as(id).isEqualTo(CredentialStatus.State.WARNING);
        assertThat(status.detail()).endsWith("The one before it is used until the new one can be.");
      }

      // the new ones, and the old ones are good for nothing any more
      X509Certificate next = certificate(others, Duration.ofDays(100));
      tenant.identity().application("certified").withoutCertificate(certificate).certificate(next);
      tenant
          .identity()
          .application("treed")
          .secret("first secret", Instant.now().minusSeconds(1))
          .secret("second secret", Instant.MAX);
      Files.writeString(pem, pem(others, next));
      Files.writeString(secret, "second secret\n");
      assertImports(mailroom, 4);
      assertThat(output.getOut())
          .contains(
              "credential certified: its certificate was replaced; the new one is used from now on,"
                  + " it expires on "
                  + next.getNotAfter().toInstant().toString().substring(0, 10))
          .contains("credential treed: its client secret was replaced");
      Files.delete(secret);
      assertImports(mailroom, 5);
      assertThat(output.getOut())
          .contains(
              "credential treed: its client-secret has a placeholder that nothing has a value for."
                  + " Check what writes it into "
                  + tree);
      assertThat(output.getAll()).doesNotContain("first secret").doesNotContain("second secret");
    }
  }

  /** With a new token, which the proofs of now are needed for. */
  private void assertImports(MailroomRun mailroom, int number) {
    List.of("certified", "treed").forEach(mailroom.bean(TokenCache.class)::renew);
    for (String account : List.of("support", "treed")) {
      tenant.mailbox(account + "@contoso.com").deliver(DemoMail.plain(number));
      assertThat(mailroom.importAll(account).get(0).imported()).as(account).isEqualTo(1);
    }
  }

  @Test
  void a_secret_that_was_refused_is_asked_with_again_at_once_when_its_file_has_another()
      throws Exception {
    Path tree = Files.createDirectories(folder.resolve("secrets"));
    Path secret = Files.writeString(tree.resolve("contoso-secret"), "old secret");
    tenant
        .identity()
        .application("treed")
        .roles(Set.of("Mail.ReadWrite"))
        .secret("new secret", Instant.MAX);
    try (MailroomRun mailroom =
        MailroomRun.start(
            tenant,
            folder,
            "--spring.config.import=configtree:" + tree + "/",
            "--mailroom.credentials.treed.grant-type=client-credentials",
            "--mailroom.credentials.treed.tenant-id=" + DemoTenant.TENANT_ID,
            "--mailroom.credentials.treed.client-id=treed",
            "--mailroom.credentials.treed.client-secret=${contoso-secret}",
            "--mailroom.accounts.support.credential=treed")) {
      assertThat(mailroom.importSupport().failure()).hasMessageContaining("AADSTS7000215");
      int asked = tenant.tokenRequests();
      assertThat(mailroom.importSupport().failure()).hasMessageContaining("AADSTS7000215");
      assertThat(tenant.tokenRequests())
          .as("the same secret isn't tried again soon")
          .isEqualTo(asked);
      Files.writeString(secret, "new secret");
      assertThat(mailroom.importSupport().imported()).isEqualTo(1);
    }
  }

  @Test
  void health_and_metric_warn_before_a_secret_expires_and_health_is_down_when_it_has()
      throws Exception {
    tenant
        .identity()
        .application("late")
        .roles(Set.of("Mail.ReadWrite"))
        .secret("late secret", Instant.now().minusSeconds(1));
    String inTenDays = Instant.now().plus(Duration.ofDays(10)).toString().substring(0, 10);
    try (MailroomRun mailroom =
        MailroomRun.startRuntime(
            tenant,
            folder,
            "--mailroom.credentials.demo.secret-expires=" + inTenDays,
            "--mailroom.credentials.late.grant-type=client-credentials",
            "--mailroom.credentials.late.tenant-id=" + DemoTenant.TENANT_ID,
            "--mailroom.credentials.late.client-id=late",
            "--mailroom.credentials.late.client-secret=late secret",
            "--mailroom.credentials.azure.grant-type=managed-identity",
            "--mailroom.accounts.late.mailbox=support@contoso.com",
            "--mailroom.accounts.late.credential=late",
            "--mailroom.accounts.late.deliver-to=database",
            "--management.endpoint.health.show-details=always",
            "--management.endpoints.web.exposure.include=health,prometheus")) {
      org.awaitility.Awaitility.await()
          .atMost(Duration.ofSeconds(60))
          .until(
              () ->
                  health(mailroom).path("late").path("status").asText().equals("DOWN")
                      && health(mailroom).path("demo").path("details").has("lastToken"));
      assertThat(health(mailroom).path("demo").path("status").asText()).isEqualTo("WARNING");
      assertThat(health(mailroom).path("azure").path("status").asText())
          .as("no account uses it")
          .isEqualTo("UNKNOWN");
      assertThat(ConsoleSession.signIn(mailroom).get("/credentials/azure").body())
          .contains(
              "managed-identity: the identity of the machine in Azure",
              "the machine\u2019s managed identity",
              "Kept in application.yaml");
      assertThat(health(mailroom).path("demo").path("details").path("detail").asText())
          .contains("the client secret expires on " + inTenDays);
      assertThat(health(mailroom).path("late").path("details").path("detail").asText())
          .contains("AADSTS7000222")
          .contains("Create a new client secret");
      io.micrometer.core.instrument.MeterRegistry meters =
          mailroom.bean(io.micrometer.core.instrument.MeterRegistry.class);
      org.awaitility.Awaitility.await()
          .atMost(Duration.ofSeconds(60))
          .until(
              () ->
                  meters.find("mailroom.credential.expires").tag("credential", "demo").gauge()
                      != null);
      assertThat(
              meters.get("mailroom.credential.expires").tag("credential", "demo").gauge().value())
          .isBetween(
              (double) Duration.ofDays(8).toSeconds(), (double) Duration.ofDays(10).toSeconds());
    }
  }

  private static JsonNode health(MailroomRun mailroom) throws Exception {
    String body =
        HttpClient.newHttpClient()
            .send(
                HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + mailroom.port() + "/actuator/health"))
                    .header("Authorization", MailroomRun.BASIC)
                    .build(),
                HttpResponse.BodyHandlers.ofString())
            .body();
    return new ObjectMapper()
        .readTree(body)
        .path("components")
        .path("credentials")
        .path("components");
  }
}
