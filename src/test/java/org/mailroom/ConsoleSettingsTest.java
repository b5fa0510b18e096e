package org.mailroom;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.mailroom.ConsoleRun.press;

import com.microsoft.playwright.Dialog;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.FilePayload;
import java.io.StringWriter;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
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
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.mailroom.account.AccountEditor;
import org.mailroom.account.Accounts;
import org.mailroom.credential.Credentials;
import org.mailroom.demo.DemoMail;
import org.mailroom.demo.DemoTenant;

/** Credentials and accounts that are kept in the console. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ConsoleSettingsTest {

  private ConsoleRun console;

  @BeforeAll
  void start(@TempDir Path folder) {
    console = ConsoleRun.start(DemoTenant.start(), folder, List.of());
  }

  @AfterAll
  void stop() {
    console.close();
  }

  private static void fill(Page page, String label, String text) {
    page.getByLabel(label, new Page.GetByLabelOptions().setExact(true)).fill(text);
  }

  @Test
  void a_credential_and_an_account_are_added_changed_and_deleted_and_no_secret_comes_back() {
    Page page = console.signIn();
    page.onDialog(Dialog::accept);
    page.navigate("/credentials/~new");
    fill(page, "Id", "second");
    fill(page, "Tenant id", DemoTenant.TENANT_ID);
    fill(page, "Client secret", "never~to~be~seen");
    press(page, "Save");
    assertThat(page.getByRole(AriaRole.ALERT)).containsText("It wasn’t saved");
    assertThat(page.locator("#wrong-client-id")).isVisible();
    assertThat(page.locator("main")).containsText("is kept for ten minutes");
    assertThat(page.content()).doesNotContain("never~to~be~seen");
    fill(page, "Client id", DemoTenant.CLIENT_ID);
    press(page, "Save");
    assertThat(page.getByRole(AriaRole.STATUS).first()).containsText("was saved");
    assertThat(page.content()).doesNotContain("never~to~be~seen");
    press(page, "Get an access token");
    assertThat(page.getByRole(AriaRole.ALERT)).containsText("secret");
    fill(page, "Client secret", DemoTenant.CLIENT_SECRET);
    press(page, "Save");
    press(page, "Get an access token");
    assertThat(page.getByRole(AriaRole.STATUS).first()).containsText("It works");

    console.mailbox("added").deliver(DemoMail.plain(5));
    page.navigate("/accounts/~new?credential=second");
    fill(page, "Id", "added");
    fill(page, "Mailbox", "added@contoso.com");
    fill(page, "Poll at", "at six");
    fill(page, "Folders", "inbox, Archive");
    fill(page, "Oldest message", "ancient");
    fill(page, "Largest attachment", "1B");
    press(page, "Save");
    assertThat(page.locator("#wrong-poll-at")).containsText("in six fields");
    assertThat(page.locator("#wrong-folders")).containsText("choose one");
    assertThat(page.locator("#wrong-max-age")).containsText("a duration such as");
    assertThat(page.locator("[id='wrong-attachments.max-size']"))
        .containsText("between 1KB and 4GB");
    fill(page, "Poll at", "");
    fill(page, "Folder", "");
    fill(page, "Oldest message", "3650d");
    fill(page, "Largest attachment", "1MB");
    fill(page, "Move what was given up to", "Failed");
    press(page, "Save");
    assertThat(page.getByRole(AriaRole.STATUS).first()).containsText("was saved");
    await()
        .atMost(Duration.ofSeconds(90))
        .until(() -> console.mailroom().rows("mail_message where account = 'added'") == 1);
    page.navigate("/credentials/second");
    press(page, "Delete");
    assertThat(page.getByRole(AriaRole.ALERT)).containsText("added");
    page.navigate("/accounts/added");
    press(page, "Delete");
    assertThat(page.getByRole(AriaRole.STATUS).first()).containsText("was deleted");
    page.navigate("/credentials/second");
    press(page, "Delete");
    assertThat(page.getByRole(AriaRole.STATUS).first()).containsText("was deleted");
    assertThat(page.navigate("/credentials/second").status()).isEqualTo(404);
    page.context().close();
  }

  @Test
  void a_certificate_is_uploaded_used_and_never_shown() throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
    generator.initialize(2048);
    KeyPair keys = generator.generateKeyPair();
    X509Certificate certificate = certificate(keys);
    console
        .tenant()
        .identity()
        .application("certified")
        .roles(Set.of("Mail.ReadWrite"))
        .certificate(certificate);
    Page page = console.signIn();
    page.navigate("/credentials/~new");
    fill(page, "Id", "certified");
    fill(page, "Tenant id", DemoTenant.TENANT_ID);
    fill(page, "Client id", "certified");
    page.getByLabel("Or a certificate")
        .setInputFiles(
            new FilePayload(
                "mailroom.pem",
                "application/x-pem-file",
                "no certificate".getBytes(StandardCharsets.UTF_8)));
    press(page, "Save");
    assertThat(page.getByRole(AriaRole.ALERT)).containsText("It wasn’t saved");
    page.getByLabel("Or a certificate")
        .setInputFiles(
            new FilePayload(
                "mailroom.pem",
                "application/x-pem-file",
                pem(keys, certificate).getBytes(StandardCharsets.UTF_8)));
    press(page, "Save");
    assertThat(page.getByRole(AriaRole.STATUS).first()).containsText("was saved");
    assertThat(page.locator("main")).containsText("One is stored");
    assertThat(page.content()).doesNotContain("PRIVATE KEY");
    press(page, "Get an access token");
    assertThat(page.getByRole(AriaRole.STATUS).first()).containsText("It works");
    page.context().close();
  }

  private static X509Certificate certificate(KeyPair keys) throws Exception {
    X500Name name = new X500Name("CN=Mailroom");
    Instant now = Instant.now();
    return new JcaX509CertificateConverter()
        .getCertificate(
            new JcaX509v3CertificateBuilder(
                    name,
                    BigInteger.ONE,
                    Date.from(now.minusSeconds(60)),
                    Date.from(now.plus(Duration.ofDays(90))),
                    name,
                    keys.getPublic())
                .build(new JcaContentSignerBuilder("SHA256withRSA").build(keys.getPrivate())));
  }

  private static String pem(KeyPair keys, X509Certificate certificate) throws Exception {
    StringWriter text = new StringWriter();
    try (JcaPEMWriter pem = new JcaPEMWriter(text)) {
      pem.writeObject(certificate);
      pem.writeObject(new JcaPKCS8Generator(keys.getPrivate(), null));
    }
    return text.toString();
  }

  @Test
  void a_managed_identity_is_entered_without_anything_that_it_does_not_need() {
    Page page = console.signIn();
    page.onDialog(Dialog::accept);
    page.navigate("/credentials/~new");
    fill(page, "Id", "machine");
    fill(page, "Client secret", "typed~before");
    page.getByLabel("Grant type").selectOption("managed-identity");
    for (String field :
        List.of(
            "#client-secret",
            "#certificate",
            "[id='certificate.password']",
            "#token-url",
            "#authorization-url",
            "#redirect")) {
      assertThat(page.locator(field)).isHidden();
    }
    assertThat(page.locator("#client-id")).isVisible();
    press(page, "Save");
    assertThat(page.getByRole(AriaRole.STATUS).first())
        .containsText("Credential machine was saved");
    assertThat(page.getByLabel("Grant type")).hasValue("managed-identity");
    assertThat(
            console
                .mailroom()
                .bean(Credentials.class)
                .find("machine")
                .orElseThrow()
                .settings()
                .hasProof())
        .isFalse();
    page.getByLabel("Grant type").selectOption("client-credentials");
    assertThat(page.locator("#client-secret")).isVisible();
    press(page, "Save");
    assertThat(page.locator("#wrong-client-secret"))
        .containsText("needs a client-secret, a certificate or a federated-token-file");
    page.navigate("/credentials/machine");
    press(page, "Delete");
    assertThat(page.getByRole(AriaRole.STATUS).first()).containsText("was deleted");
    page.context().close();
  }

  @Test
  void a_credential_is_given_to_several_accounts_at_once() {
    Map<String, String> credential =
        Map.of(
            "grant-type",
            "client-credentials",
            "tenant-id",
            DemoTenant.TENANT_ID,
            "client-id",
            DemoTenant.CLIENT_ID,
            "client-secret",
            DemoTenant.CLIENT_SECRET);
    console.mailroom().bean(Credentials.class).create("newer", new HashMap<>(credential));
    Accounts accounts = console.mailroom().bean(Accounts.class);
    AccountEditor editor = console.mailroom().bean(AccountEditor.class);
    List.of("north", "south", "west")
        .forEach(
            id ->
                editor.create(
                    id,
                    new HashMap<>(
                        Map.of(
                            "mailbox",
                            "support@contoso.com",
                            "credential",
                            "demo",
                            "deliver-to",
                            "database",
                            "poll-every",
                            "1h"))));
    Page page = console.signIn();
    page.navigate("/accounts");
    assertThat(page.getByLabel("Choose support")).hasCount(0);
    press(page, "Apply");
    assertThat(page.getByRole(AriaRole.ALERT)).containsText("Choose the accounts first");
    page.getByLabel("Choose all").check();
    page.getByLabel("Choose west").uncheck();
    page.getByLabel("Give the chosen accounts the credential").selectOption("newer");
    press(page, "Apply");
    assertThat(page.getByRole(AriaRole.STATUS).first()).containsText("2 accounts use newer now");
    assertThat(accounts.accountsUsing("newer")).containsExactly("north", "south");
    assertThat(accounts.find("west").orElseThrow().credential()).isEqualTo("demo");
    page.context().close();
  }

  @Test
  void what_application_yaml_holds_can_only_be_read() {
    Page page = console.signIn();
    for (String path : List.of("/credentials/demo", "/accounts/support")) {
      page.navigate(path);
      assertThat(page.locator("main")).containsText("Kept in application.yaml");
      assertThat(page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Save")))
          .hasCount(0);
      assertThat(page.content()).doesNotContain(DemoTenant.CLIENT_SECRET);
    }
    page.context().close();
  }
}
