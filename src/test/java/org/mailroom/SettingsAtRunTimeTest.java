package org.mailroom;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.mailroom.account.Account;
import org.mailroom.account.AccountEditor;
import org.mailroom.account.Accounts;
import org.mailroom.credential.Credential;
import org.mailroom.credential.Credentials;
import org.mailroom.demo.DemoMail;
import org.mailroom.demo.DemoTenant;
import org.mailroom.settings.FieldProblem;
import org.mailroom.settings.Home;
import org.mailroom.settings.SettingsRejectedException;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** Credentials and accounts that are created, changed and deleted while Mailroom runs. */
@ExtendWith(OutputCaptureExtension.class)
class SettingsAtRunTimeTest {

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @RegisterExtension static final SharedMailroom SHARED = new SharedMailroom();

  @TempDir private Path folder;

  private final DemoTenant tenant = SHARED.tenant();

  private static Map<String, String> credential() {
    return new HashMap<>(
        Map.of(
            "grant-type",
            "client-credentials",
            "tenant-id",
            DemoTenant.TENANT_ID,
            "client-id",
            DemoTenant.CLIENT_ID,
            "client-secret",
            DemoTenant.CLIENT_SECRET,
            "description",
            "entered in the console"));
  }

  private static Map<String, String> account() {
    return new HashMap<>(
        Map.of(
            "mailbox",
            "orders@contoso.com",
            "credential",
            "entered",
            "deliver-to",
            "database, file",
            "poll-every",
            "1h"));
  }

  private static SettingsRejectedException rejected(Runnable change) {
    return catchThrowableOfType(SettingsRejectedException.class, change::run);
  }

  private static List<String> fieldsOf(List<FieldProblem> problems) {
    return problems.stream().map(FieldProblem::field).toList();
  }

  @Test
  void
      an_account_that_is_created_changed_and_deleted_while_it_runs_takes_effect_without_a_restart_on_every_node() {
    tenant.mailbox("support@contoso.com");
    tenant.mailbox("orders@contoso.com").deliver(DemoMail.plain(1));
    tenant.mailbox("invoices@contoso.com").deliver(DemoMail.plain(2));
    try (MailroomRun running = MailroomRun.startRuntime(tenant, folder);
        MailroomRun other = MailroomRun.start(tenant, folder)) {
      Credentials credentials = running.bean(Credentials.class);
      Accounts accounts = running.bean(Accounts.class);
      AccountEditor editor = running.bean(AccountEditor.class);
      credentials.create("entered", credential());
      assertThat(editor.create("orders", account()).pollEvery()).isEqualTo(Duration.ofHours(1));
      await().atMost(PATIENCE).until(() -> tenant.mailbox("orders@contoso.com").unread() == 0);
      await()
          .atMost(PATIENCE)
          .until(
              () ->
                  other.bean(Accounts.class).find("orders").isPresent()
                      && other.bean(Credentials.class).find("entered").isPresent());
      assertThat(other.bean(Accounts.class).home("orders")).contains(Home.DATABASE);

      Map<String, String> changed = other.bean(Accounts.class).fields("orders");
      assertThat(changed)
          .containsEntry("poll-every", "1h")
          .containsEntry("deliver-to", "database, file")
          .containsEntry("filter", "isRead eq false");
      Map<String, String> elsewhere = new HashMap<>(changed);
      elsewhere.put("mailbox", "invoices@contoso.com");
      other.bean(AccountEditor.class).update("orders", elsewhere);
      await().atMost(PATIENCE).until(() -> tenant.mailbox("invoices@contoso.com").unread() == 0);

      editor.delete("orders");
      credentials.delete("entered");
      await()
          .atMost(PATIENCE)
          .until(
              () ->
                  other.bean(Accounts.class).find("orders").isEmpty()
                      && other.bean(Credentials.class).find("entered").isEmpty());
      assertThat(accounts.all().stream().map(Account::id)).containsExactly("support");
    }
  }

  @Test
  void
      what_is_entered_is_checked_by_the_rules_of_application_yaml_and_each_problem_names_its_field() {
    try (MailroomRun mailroom = SHARED.start()) {
      Credentials credentials = mailroom.bean(Credentials.class);
      assertThat(fieldsOf(credentials.validateNew("a/b", Map.of())))
          .contains("id", "grant-type", "tenant-id", "client-id");
      assertThat(fieldsOf(credentials.validateNew("demo", credential()))).containsExactly("id");
      assertThat(fieldsOf(credentials.validateNew("DEMO", credential()))).containsExactly("id");
      Map<String, String> wrong = credential();
      wrong.putAll(
          Map.of(
              "grant-type",
              "password",
              "token-url",
              "http://elsewhere.example/token",
              "secret-expires",
              "soon",
              "tenant-id",
              "a b",
              "certificate.pem",
              "/etc/passwd",
              "colour",
              "red"));
      assertThat(fieldsOf(credentials.validateNew("x", wrong)))
          .containsExactlyInAnyOrder(
              "grant-type",
              "token-url",
              "secret-expires",
              "tenant-id",
              "certificate.pem",
              "colour");
      assertThat(credentials.validateNew("x", wrong))
          .anyMatch(
              problem -> problem.message().contains("client-credentials, authorization-code"));
      Map<String, String> unproved = credential();
      unproved.remove("client-secret");
      assertThat(fieldsOf(credentials.validateNew("x", unproved))).containsExactly("client-secret");
      Map<String, String> common = credential();
      common.put("tenant-id", "common");
      assertThat(fieldsOf(credentials.validateNew("x", common))).containsExactly("tenant-id");
      Map<String, String> noCertificate = credential();
      noCertificate.put("certificate.content", "not a certificate");
      assertThat(fieldsOf(credentials.validateNew("x", noCertificate)))
          .containsExactly("certificate.content");

      AccountEditor editor = mailroom.bean(AccountEditor.class);
      assertThat(fieldsOf(editor.validateNew("Support", account())))
          .containsExactlyInAnyOrder("id", "credential");
      Map<String, String> mistaken = account();
      mistaken.putAll(
          Map.of(
              "credential",
              "demo",
              "poll-every",
              "10ms",
              "deliver-to",
              "database, nowhere",
              "after-import.delete",
              "true",
              "after-import.move-to",
              "Archive",
              "content",
              "html"));
      assertThat(fieldsOf(editor.validateNew("x", mistaken)))
          .containsExactlyInAnyOrder("poll-every", "after-import.move-to", "content");
      mistaken.putAll(
          Map.of("poll-every", "10s", "after-import.delete", "false", "content", "mime"));
      assertThat(fieldsOf(editor.validateNew("x", mistaken))).containsExactly("deliver-to");
      Map<String, String> readOnly = account();
      readOnly.putAll(
          Map.of(
              "credential",
              "demo",
              "after-import.mark-as-read",
              "false",
              "filter",
              "importance eq 'high'"));
      assertThat(fieldsOf(editor.validateNew("x", readOnly))).containsExactly("filter");
    }
  }

  @Test
  void what_application_yaml_holds_can_not_be_changed_and_a_credential_in_use_not_deleted() {
    try (MailroomRun mailroom = SHARED.start()) {
      Credentials credentials = mailroom.bean(Credentials.class);
      AccountEditor editor = mailroom.bean(AccountEditor.class);
      credentials.create("entered", credential());
      editor.create("orders", account());
      assertThat(rejected(() -> credentials.update("demo", credential())))
          .hasMessageContaining("application.yaml");
      assertThat(rejected(() -> credentials.delete("demo")))
          .hasMessageContaining("application.yaml");
      assertThat(rejected(() -> editor.delete("support"))).hasMessageContaining("application.yaml");
      assertThat(rejected(() -> credentials.delete("entered")))
          .hasMessageContaining("account orders");
      assertThat(rejected(() -> credentials.delete("nobody")))
          .hasMessageContaining("there is no credential nobody");
      editor.delete("orders");
      credentials.delete("entered");
      assertThat(credentials.list().stream().map(Credential::id)).containsExactly("demo");
    }
  }

  @Test
  void a_secret_that_is_not_entered_again_stays_and_no_form_shows_it() {
    tenant.mailbox("orders@contoso.com").deliver(DemoMail.plain(1));
    try (MailroomRun mailroom = SHARED.start()) {
      Credentials credentials = mailroom.bean(Credentials.class);
      credentials.create("entered", credential());
      Map<String, String> form = new HashMap<>(credentials.fields("entered"));
      assertThat(form.toString()).doesNotContain(DemoTenant.CLIENT_SECRET);
      form.put("description", "changed");
      credentials.update("entered", form);
      assertThat(credentials.find("entered").orElseThrow().settings().clientSecret())
          .isEqualTo(DemoTenant.CLIENT_SECRET);
      mailroom.bean(AccountEditor.class).create("orders", account());
      assertThat(mailroom.importAll("orders").get(0).imported()).isEqualTo(1);
      assertThat(
              mailroom
                  .database()
                  .queryForList(
                      "select settings || coalesce(secrets, '') from credential", String.class)
                  .toString())
          .contains("changed")
          .doesNotContain(DemoTenant.CLIENT_SECRET);
    }
  }

  @Test
  void a_site_without_a_key_gets_one_that_only_its_owner_can_read(CapturedOutput output)
      throws Exception {
    try (MailroomRun first = MailroomRun.start(tenant, folder)) {
      first.bean(Credentials.class).create("entered", credential());
    }
    Path key = folder.resolve("data/secret-key");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(key)))
        .isEqualTo("rw-------");
    assertThat(output.getOut().lines().filter(line -> line.contains(key.toString()))).hasSize(1);
    try (MailroomRun second = MailroomRun.start(tenant, folder)) {
      assertThat(
              second
                  .bean(Credentials.class)
                  .find("entered")
                  .orElseThrow()
                  .settings()
                  .clientSecret())
          .isEqualTo(DemoTenant.CLIENT_SECRET);
    }
    assertThat(output.getOut()).doesNotContain(Files.readString(key).strip());
  }

  @Test
  void with_another_key_the_credential_says_so_and_everything_else_goes_on_and_the_old_key_mends_it(
      CapturedOutput output) {
    tenant.mailbox("support@contoso.com").deliver(DemoMail.plain(1));
    tenant.mailbox("orders@contoso.com").deliver(DemoMail.plain(2));
    try (MailroomRun first = MailroomRun.start(tenant, folder, "--mailroom.secret-key=the first")) {
      first.bean(Credentials.class).create("entered", credential());
      first.bean(AccountEditor.class).create("orders", account());
    }
    try (MailroomRun wrong =
        MailroomRun.start(tenant, folder, "--mailroom.secret-key=the second")) {
      assertThat(output.getOut())
          .contains(
              "credential entered: its secret was encrypted under another mailroom.secret-key");
      assertThat(wrong.importSupport().imported()).isEqualTo(1);
      assertThat(wrong.importAll("orders").get(0).failure())
          .hasMessageContaining("credential entered")
          .hasMessageContaining("previous-secret-keys");
    }
    try (MailroomRun rotated =
        MailroomRun.start(
            tenant,
            folder,
            "--mailroom.secret-key=the second",
            "--mailroom.previous-secret-keys=another,the first")) {
      assertThat(rotated.importAll("orders").get(0).imported()).isEqualTo(1);
    }
    try (MailroomRun encryptedAnew =
        MailroomRun.start(tenant, folder, "--mailroom.secret-key=the second")) {
      assertThat(
              encryptedAnew
                  .bean(Credentials.class)
                  .find("entered")
                  .orElseThrow()
                  .settings()
                  .clientSecret())
          .isEqualTo(DemoTenant.CLIENT_SECRET);
    }
    assertThat(output.getOut()).doesNotContain("the first").doesNotContain("the second");
  }

  @Test
  void an_account_whose_destination_is_gone_is_told_and_not_imported_and_the_others_are(
      CapturedOutput output) {
    tenant.mailbox("support@contoso.com").deliver(DemoMail.plain(1));
    try (MailroomRun first =
        MailroomRun.start(tenant, folder, "--mailroom.destinations.drop=log:drop")) {
      Map<String, String> dropping = account();
      dropping.putAll(Map.of("credential", "demo", "deliver-to", "drop"));
      first.bean(AccountEditor.class).create("orders", dropping);
    }
    try (MailroomRun second = MailroomRun.start(tenant, folder)) {
      assertThat(second.bean(Accounts.class).problems()).containsKey("orders");
      assertThat(second.bean(Accounts.class).home("orders")).contains(Home.DATABASE);
      assertThat(output.getOut())
          .contains("account orders: deliver-to = drop: is none of mailroom.destinations");
      assertThat(second.importSupport().imported()).isEqualTo(1);
    }
  }
}
