package org.mailroom;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.mailroom.account.AccountEditor;
import org.mailroom.command.MailroomCommand;
import org.mailroom.demo.DemoMail;
import org.mailroom.demo.DemoMailbox;
import org.mailroom.demo.DemoTenant;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

@ExtendWith(OutputCaptureExtension.class)
class CommandLineTest {

  @TempDir private Path folder;

  private final DemoTenant tenant = DemoTenant.start();
  private final DemoMailbox mailbox = tenant.mailbox("support@contoso.com");

  @AfterEach
  void stop() {
    tenant.close();
  }

  private int run(List<String> settings, String... words) {
    List<String> all = MailroomRun.settings(tenant, folder);
    all.addAll(settings);
    return MailroomCommand.run(words, MailroomRun.launcher(all));
  }

  @Test
  void import_once_ends_with_0_when_all_is_imported() {
    mailbox.deliver(DemoMail.plain(1));
    assertThat(run(List.of(), "import", "--once")).isZero();
    assertThat(mailbox.unread()).isZero();
    assertThat(run(List.of(), "import", "--once", "--account", "support")).isZero();
  }

  @Test
  void import_once_ends_with_3_when_a_message_failed_and_as_long_as_it_waits() {
    mailbox.deliver(DemoMail.plain(1));
    mailbox.deliver(DemoMail.plain(2));
    tenant
        .faults()
        .status(call -> call.startsWith("PART PATCH"), 403, "ErrorAccessDenied", Map.of(), 1);
    assertThat(run(List.of(), "import", "--once")).isEqualTo(3);
    assertThat(run(List.of(), "import", "--once")).isZero();
    mailbox.deliver(DemoMail.plain(3));
    List<String> broken =
        List.of(
            "--mailroom.destinations.nowhere=direct:nobody-is-here",
            "--mailroom.accounts.support.deliver-to=nowhere",
            "--camel.component.direct.timeout=100");
    assertThat(run(broken, "import", "--once")).isEqualTo(3);
    assertThat(run(broken, "import", "--once")).isEqualTo(3);
    assertThat(mailbox.unread()).isEqualTo(1);
  }

  @Test
  void import_once_ends_with_4_when_an_account_could_not_be_read_and_imports_the_others(
      CapturedOutput output) {
    mailbox.deliver(DemoMail.plain(1));
    assertThat(
            run(
                List.of(
                    "--mailroom.accounts.other.mailbox=nobody@contoso.com",
                    "--mailroom.accounts.other.credential=demo",
                    "--mailroom.accounts.other.deliver-to=file"),
                "import",
                "--once"))
        .isEqualTo(4);
    assertThat(mailbox.unread()).isZero();
    assertThat(output.getOut())
        .contains("account other: ")
        .contains("ErrorInvalidUser")
        .doesNotContain("\tat ");
  }

  @Test
  void a_service_that_cannot_be_reached_ends_with_4_and_says_so(CapturedOutput output) {
    String impatient = "--mailroom.routes=" + ManyAccounts.routesOfShortWaits(folder).toUri();
    List<String> settings =
        List.of(
            "--mailroom.login-url=https://localhost:9",
            "--mailroom.graph-url=https://localhost:9/v1.0",
            impatient);
    assertThat(run(settings, "import", "--once")).isEqualTo(4);
    assertThat(output.getOut())
        .contains("Entra ID could not be reached")
        .contains("mailroom.proxy")
        .doesNotContain("\tat ");
  }

  @Test
  void without_a_route_that_takes_imports_import_once_ends_with_1_and_says_which_and_what_to_do(
      CapturedOutput output) throws Exception {
    mailbox.deliver(DemoMail.plain(1));
    Path routes = Files.createDirectories(folder.resolve("routes"));
    Path packaged = Path.of("routes/import-account.camel.yaml");
    Files.writeString(
        routes.resolve("import-account.camel.yaml"),
        Files.readString(packaged)
            .replaceFirst(
                "    group: import\n", "    group: import\n    autoStartup: \"false\"\n"));
    List<String> settings =
        List.of("--mailroom.routes=" + routes.toUri(), "--mailroom.limits.importer-wait=1s");
    assertThat(run(settings, "import", "--once")).isEqualTo(1);
    assertThat(output.getErr())
        .contains("mailroom: no route that runs begins with seda:import-account, and none did")
        .contains("within 1 s (mailroom.limits.importer-wait)")
        .contains("Nothing was imported or marked.");
    assertThat(output).doesNotContain("\tat ");
    assertThat(mailbox.unread()).isEqualTo(1);
  }

  @Test
  void an_account_that_can_not_be_used_is_told_and_the_others_are_imported(CapturedOutput output) {
    try (MailroomRun mailroom =
        MailroomRun.start(tenant, folder, "--mailroom.destinations.archive=mock:archive")) {
      mailroom
          .bean(AccountEditor.class)
          .create(
              "orders",
              Map.of(
                  "mailbox", "orders@contoso.com", "credential", "demo", "deliver-to", "archive"));
    }
    mailbox.deliver(DemoMail.plain(1));
    assertThat(run(List.of(), "import", "--once")).isEqualTo(4);
    assertThat(output.getErr()).contains("account orders is left out").contains("archive");
    assertThat(mailbox.unread()).isZero();
    assertThat(run(List.of(), "import", "--once", "--account", "support")).isZero();
    assertThat(run(List.of(), "import", "--once", "--account", "orders")).isEqualTo(4);
  }

  @Test
  void
      a_command_asks_first_whose_mailboxes_a_group_has_and_a_refusal_ends_with_4_or_5_and_leaves_those_that_are_known(
          CapturedOutput output) {
    String group = tenant.directory().group("everyone");
    tenant.directory().join(group, "ada@contoso.com");
    tenant.mailbox("ada@contoso.com").deliver(DemoMail.plain(1));
    List<String> everyone =
        List.of(
            "--mailroom.accounts.everyone.members-of=" + group,
            "--mailroom.accounts.everyone.credential=demo",
            "--mailroom.accounts.everyone.deliver-to=database");
    assertThat(run(everyone, "import", "--once", "--account", "everyone")).isEqualTo(4);
    assertThat(run(everyone, "check", "--account", "everyone")).isEqualTo(5);
    assertThat(output.getErr())
        .contains("mailroom: entry everyone: list members of " + group)
        .contains("Grant it GroupMember.Read.All");
    assertThat(output.getOut()).contains("failed    mailboxes: the members of group " + group);
    tenant.register(
        DemoTenant.CLIENT_ID,
        DemoTenant.CLIENT_SECRET,
        Set.of("Mail.ReadWrite", "GroupMember.Read.All", "User.ReadBasic.All"));
    tenant.revokeTokens();
    assertThat(run(everyone, "import", "--once", "--account", "everyone")).isZero();
    assertThat(tenant.mailbox("ada@contoso.com").unread()).isZero();
    tenant.register(DemoTenant.CLIENT_ID, DemoTenant.CLIENT_SECRET, Set.of("Mail.ReadWrite"));
    tenant.revokeTokens();
    tenant.mailbox("ada@contoso.com").deliver(DemoMail.plain(2));
    assertThat(run(everyone, "import", "--once")).isEqualTo(4);
    assertThat(tenant.mailbox("ada@contoso.com").unread()).isZero();
  }

  @Test
  void misuse_ends_with_2(CapturedOutput output) {
    assertThat(run(List.of(), "import")).isEqualTo(2);
    assertThat(run(List.of(), "import", "--once", "--account", "nobody")).isEqualTo(2);
    assertThat(output.getErr()).contains("There is no account 'nobody'. Known: support.");
    assertThat(run(List.of(), "imprt")).isEqualTo(2);
    assertThat(run(List.of(), "import", "--help")).isZero();
  }

  /**
   * One of what the binder finds, which {@code WrongSettingsTest} shows for every kind of setting,
   * and each of what only shows later.
   */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--mailroom.cloud=mars|mailroom.cloud is 'mars' (\"mailroom.cloud\" from property source"
            + " \"commandLineArgs\"): can't be read, allowed are global, us-gov, us-dod, china",
        "--mailroom.accounts.support.credential=nobody|Allowed: demo",
        "--mailroom.accounts.support.deliver-to=database,moon|Allowed: database, file, queue",
        "--mailroom.ssl-bundle=none|mailroom.ssl-bundle is 'none'",
        "--spring.datasource.url=jdbc:postgresql://localhost:9/x|The database refuses"
      })
  void a_wrong_setting_stops_the_start_with_what_is_wrong(
      String setting, String told, CapturedOutput output) {
    mailbox.deliver(DemoMail.plain(1));
    assertThat(run(List.of(setting), "import", "--once")).isEqualTo(1);
    assertThat(output.getAll())
        .contains(told)
        .doesNotContain("\tat ")
        .doesNotContain(DemoTenant.CLIENT_SECRET);
    assertThat(mailbox.unread()).isEqualTo(1);
  }

  @Test
  void a_route_file_with_a_mistake_stops_the_start_with_file_line_and_reason(CapturedOutput output)
      throws Exception {
    Path routes = folder.resolve("routes");
    ImportTest.copyRoutes(routes);
    Files.writeString(
        routes.resolve("broken.camel.yaml"), "- route:\n    id: broken\n    frm: direct:x\n");
    assertThat(run(List.of("--mailroom.routes=file:" + routes), "import", "--once")).isEqualTo(1);
    assertThat(output.getAll())
        .contains("broken.camel.yaml")
        .contains("line 2")
        .contains("frm")
        .doesNotContain("\tat ");
  }

  @Test
  void setup_prints_the_lines_for_this_sites_settings_and_misuse_ends_with_2(
      CapturedOutput output) {
    List<String> settings =
        List.of(
            "--mailroom.credentials.demo.description=O'Brien & Co. $HOME",
            "--mailroom.accounts.second.mailbox=sales@contoso.com",
            "--mailroom.accounts.second.credential=demo",
            "--mailroom.accounts.second.deliver-to=database");
    assertThat(run(settings, "setup")).isZero();
    assertThat(output.getOut())
        .contains(
            "# ==== credential demo, for PowerShell ====",
            "# ==== credential demo, for az in a POSIX shell ====",
            "-DisplayName 'O''Brien & Co. $HOME'",
            "--display-name 'O'\\''Brien & Co. $HOME'",
            "$mailboxes = @('sales@contoso.com', 'support@contoso.com')",
            "'appId eq ''" + DemoTenant.CLIENT_ID + "'''",
            "Add-MgApplicationPassword",
            "Application Mail.ReadWrite")
        .doesNotContain(DemoTenant.CLIENT_SECRET);
    int from = output.getOut().length();
    assertThat(
            run(
                settings,
                "setup",
                "--credential",
                "demo",
                "--shell",
                "powershell",
                "--permission",
                "Mail.Send",
                "--mailbox",
                "a@contoso.com",
                "--all-mailboxes"))
        .isZero();
    assertThat(output.getOut().substring(from))
        .contains("b633e1c5-b582-4048-a93e-9f11b44c7e96")
        .doesNotContain("az login", "New-ManagementScope");
    assertThat(run(settings, "setup", "--credential", "nobody")).isEqualTo(2);
    assertThat(output.getErr()).contains("There is no credential 'nobody'. Known: demo.");
    assertThat(run(settings, "setup", "--permission", "Mail.Everything")).isEqualTo(2);
    assertThat(run(settings, "setup", "--shell", "fish")).isEqualTo(2);
    assertThat(run(settings, "setup", "--help")).isZero();
  }

  @Test
  void check_ends_with_the_step_of_the_setup_that_is_missing(CapturedOutput output) {
    assertThat(run(List.of("--mailroom.credentials.demo.client-secret=wrong"), "check"))
        .isEqualTo(5);
    assertThat(output.getOut())
        .contains(
            "# Missing for credential demo, for PowerShell; all steps: mailroom setup --credential"
                + " demo",
            "Client secret",
            "Add-MgApplicationPassword")
        .doesNotContain("New-ManagementScope");
    int from = output.getOut().length();
    mailbox.fails(org.mailroom.demo.DemoFaults.Fault.status(403, "ErrorAccessDenied"));
    assertThat(run(List.of(), "check")).isEqualTo(5);
    assertThat(output.getOut().substring(from))
        .contains(
            "# 3. Permission for these mailboxes only: RBAC for Applications",
            "New-ManagementScope -Name 'Mailroom demo'")
        .doesNotContain("Add-MgApplicationPassword");
    from = output.getOut().length();
    mailbox.fails(null);
    assertThat(run(List.of(), "check")).isZero();
    assertThat(output.getOut().substring(from)).contains("All is well.").doesNotContain("Missing");
    from = output.getOut().length();
    assertThat(
            run(
                List.of(
                    "--mailroom.accounts.team.members-of=22222222-3333-4444-5555-666666666666",
                    "--mailroom.accounts.team.credential=demo",
                    "--mailroom.accounts.team.deliver-to=database"),
                "check",
                "--account",
                "team"))
        .isEqualTo(5);
    assertThat(output.getOut().substring(from))
        .contains(
            "# 3. Permission to ask who is in a group: GroupMember.Read.All, User.ReadBasic.All")
        .doesNotContain("New-ManagementScope", "Add-MgApplicationPassword");
  }
}
