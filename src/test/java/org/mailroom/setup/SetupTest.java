package org.mailroom.setup;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.mailroom.settings.Cloud;
import org.mailroom.setup.SetupPlan.Kind;
import org.mailroom.setup.SetupPlan.Proof;
import org.mailroom.setup.SetupStep.Part;

/**
 * The lines that {@code mailroom setup} prints, as the shells read them: nothing is run in a
 * tenant.
 */
class SetupTest {

  private static final String CLIENT = "66666666-7777-8888-9999-000000000000";
  private static final String HOSTILE =
      "O'Brien \"& $(touch /tmp/owned) `id` $env:PATH \u2019; rm -rf / #\nNew-Evil";
  private static final String CERTIFICATE =
      Base64.getEncoder().encodeToString("a certificate".getBytes(StandardCharsets.UTF_8));

  private static SetupPlan plan(
      Kind kind, Proof proof, boolean all, String name, List<String> mailboxes) {
    return new SetupPlan(
        "contoso",
        name,
        kind,
        Cloud.GLOBAL,
        "11111111-2222-3333-4444-555555555555",
        CLIENT,
        "vm-mail",
        "https://mail.contoso.com/OAuth2Callback",
        proof,
        "Mail.ReadWrite",
        List.of("Mail.ReadWrite", "offline_access"),
        mailboxes,
        all,
        false);
  }

  private static SetupPlan application(List<String> mailboxes) {
    return plan(
        Kind.APPLICATION,
        new Proof(Proof.By.CERTIFICATE, CERTIFICATE, null, null),
        false,
        "Mailroom contoso",
        mailboxes);
  }

  private static String lines(List<SetupStep> steps, Part part) {
    return steps.stream()
        .filter(step -> step.part() == part)
        .flatMap(step -> step.lines().stream())
        .reduce((one, other) -> one + "\n" + other)
        .orElse("");
  }

  @Test
  void an_application_gets_a_certificate_and_rbac_for_just_its_mailboxes_and_no_consent_to_all() {
    List<SetupStep> steps =
        Shell.POWERSHELL.steps(application(List.of("support@contoso.com", "sales@contoso.com")));
    assertThat(steps)
        .extracting(SetupStep::part)
        .containsExactly(
            Part.SIGN_IN, Part.REGISTER, Part.PROVE, Part.PERMIT, Part.CONSENT, Part.TEST);
    assertThat(lines(steps, Part.SIGN_IN))
        .contains(
            "Connect-MgGraph -TenantId '11111111-2222-3333-4444-555555555555'",
            "Connect-ExchangeOnline");
    assertThat(lines(steps, Part.REGISTER))
        .contains(
            "Get-MgApplication -Filter 'appId eq ''" + CLIENT + "'''",
            "New-MgApplication -DisplayName 'Mailroom contoso' -SignInAudience 'AzureADMyOrg'",
            "New-MgServicePrincipal -AppId $app.AppId");
    assertThat(lines(steps, Part.PROVE))
        .contains(
            "[Convert]::FromBase64String('" + CERTIFICATE + "')",
            "Type = 'AsymmetricX509Cert'; Usage = 'Verify'",
            "@($app.KeyCredentials");
    assertThat(lines(steps, Part.PERMIT))
        .contains(
            "$mailboxes = @('support@contoso.com', 'sales@contoso.com')",
            "New-ServicePrincipal -AppId $sp.AppId -ObjectId $sp.Id",
            "New-ManagementScope -Name 'Mailroom contoso' -RecipientRestrictionFilter $filter",
            "-Role 'Application Mail.ReadWrite' -CustomResourceScope 'Mailroom contoso'");
    assertThat(lines(steps, Part.CONSENT))
        .contains(
            "Remove-MgServicePrincipalAppRoleAssignment", "e2a3a72e-5f79-4c64-b1b1-878b674786c9")
        .doesNotContain("New-");
    assertThat(lines(steps, Part.TEST))
        .contains("Test-ServicePrincipalAuthorization -Identity $sp.Id -Resource $mailbox");
  }

  @Test
  void consent_to_all_mailboxes_takes_the_place_of_the_scope_when_it_is_wished() {
    SetupPlan all =
        plan(
            Kind.APPLICATION,
            new Proof(Proof.By.SECRET, null, null, null),
            true,
            "Mailroom",
            List.of("a@contoso.com"));
    List<SetupStep> steps = Shell.POWERSHELL.steps(all);
    assertThat(steps).extracting(SetupStep::part).doesNotContain(Part.PERMIT);
    assertThat(lines(steps, Part.CONSENT))
        .contains(
            "New-MgServicePrincipalAppRoleAssignment",
            "-AppRoleId 'e2a3a72e-5f79-4c64-b1b1-878b674786c9'");
    assertThat(lines(steps, Part.PROVE)).contains("Add-MgApplicationPassword");
    assertThat(lines(Shell.AZ.steps(all), Part.CONSENT))
        .contains(
            "--api-permissions e2a3a72e-5f79-4c64-b1b1-878b674786c9=Role",
            "az ad app permission admin-consent --id \"$APP\"");
  }

  @Test
  void a_delegated_credential_gets_its_redirect_uri_its_scopes_and_consent() {
    SetupPlan delegated =
        plan(
            Kind.DELEGATED,
            new Proof(Proof.By.SECRET, null, null, null),
            false,
            "Mailroom",
            List.of());
    List<SetupStep> steps = Shell.POWERSHELL.steps(delegated);
    assertThat(lines(steps, Part.REGISTER))
        .contains(
            "https://mail.contoso.com/OAuth2Callback",
            "@{ Id = '024d486e-b451-40bb-833d-3e66d98c5c73'; Type = 'Scope' }",
            "7427e0e9-2fba-42fe-b0c0-848c9e6a8182");
    assertThat(lines(steps, Part.CONSENT))
        .contains(
            "ConsentType = 'AllPrincipals'",
            "Scope = 'Mail.ReadWrite offline_access openid profile'");
    assertThat(lines(steps, Part.TEST)).isEqualTo("mailroom login 'contoso'");
    assertThat(lines(Shell.AZ.steps(delegated), Part.REGISTER))
        .contains(
            "--web-redirect-uris 'https://mail.contoso.com/OAuth2Callback'", "\"type\":\"Scope\"");
  }

  @Test
  void a_managed_identity_is_found_and_not_registered() {
    SetupPlan machine =
        plan(
            Kind.MACHINE,
            new Proof(Proof.By.CERTIFICATE, null, null, null),
            false,
            "Mailroom",
            List.of("a@contoso.com"));
    assertThat(Shell.POWERSHELL.steps(machine))
        .extracting(SetupStep::part)
        .doesNotContain(Part.PROVE);
    assertThat(lines(Shell.POWERSHELL.steps(machine), Part.REGISTER))
        .isEqualTo("$sp = Get-MgServicePrincipal -Filter 'appId eq ''" + CLIENT + "'''");
    SetupPlan system =
        new SetupPlan(
            "azure",
            "Mailroom",
            Kind.MACHINE,
            Cloud.GLOBAL,
            null,
            null,
            "vm-mail",
            "",
            machine.proof(),
            "Mail.ReadWrite",
            List.of(),
            List.of("a@contoso.com"),
            true,
            true);
    assertThat(lines(Shell.POWERSHELL.steps(system), Part.REGISTER))
        .contains("displayName eq ''vm-mail''");
    assertThat(lines(Shell.AZ.steps(system), Part.CONSENT))
        .contains("az rest --method POST", "appRoleAssignments");
    assertThat(lines(Shell.AZ.steps(system), Part.GROUPS))
        .contains("98830695-27a2-44f7-8c18-0c3ebc9698f6", "97235f07-e226-4f63-ace3-39588e11d3a1");
  }

  @Test
  void whoever_asks_for_groups_and_nobody_else_gets_the_two_permissions_for_it() {
    for (Shell shell : Shell.values()) {
      SetupPlan plain = application(List.of("a@contoso.com"));
      assertThat(shell.steps(plain)).extracting(SetupStep::part).doesNotContain(Part.GROUPS);
      SetupPlan groups =
          new SetupPlan(
              plain.credential(),
              plain.name(),
              plain.kind(),
              plain.cloud(),
              plain.tenantId(),
              plain.clientId(),
              plain.machine(),
              plain.redirectUri(),
              plain.proof(),
              plain.permission(),
              plain.scopes(),
              plain.mailboxes(),
              false,
              true);
      assertThat(shell.steps(groups))
          .extracting(SetupStep::part)
          .containsSubsequence(Part.CONSENT, Part.GROUPS, Part.TEST);
      assertThat(lines(shell.steps(groups), Part.GROUPS))
          .contains("98830695-27a2-44f7-8c18-0c3ebc9698f6", "97235f07-e226-4f63-ace3-39588e11d3a1")
          .as("a consent to all that the registration lists might open every mailbox")
          .doesNotContain("admin-consent", "e2a3a72e");
    }
    SetupPlan delegated =
        new SetupPlan(
            "c",
            "n",
            Kind.DELEGATED,
            Cloud.GLOBAL,
            "t",
            CLIENT,
            "m",
            "",
            new Proof(Proof.By.SECRET, null, null, null),
            "Mail.ReadWrite",
            List.of("Mail.ReadWrite", "GroupMember.Read.All", "User.ReadBasic.All"),
            List.of(),
            false,
            true);
    assertThat(lines(Shell.POWERSHELL.steps(delegated), Part.CONSENT))
        .contains("GroupMember.Read.All User.ReadBasic.All");
    assertThat(lines(Shell.POWERSHELL.steps(delegated), Part.REGISTER))
        .contains("bc024368-1153-4739-b217-4326f2e966d0", "b340eb25-3456-403f-be2f-af7a0d370277");
  }

  @Test
  void a_mailbox_that_is_not_found_permits_nothing_instead_of_everything() {
    List<String> lines =
        Shell.POWERSHELL.steps(application(List.of())).stream()
            .filter(step -> step.part() == Part.PERMIT)
            .findFirst()
            .orElseThrow()
            .lines();
    int forgotten = lines.indexOf("$filter = $null");
    assertThat(forgotten).isNotNegative();
    assertThat(lines)
        .filteredOn(line -> line.contains("New-ManagementScope"))
        .singleElement()
        .asString()
        .startsWith("if (-not $filter) { Write-Error ");
    assertThat(lines)
        .filteredOn(line -> line.contains("New-ManagementRoleAssignment"))
        .singleElement()
        .asString()
        .startsWith("if ($filter -and ");
    assertThat(lines.subList(forgotten + 1, lines.size()))
        .allMatch(line -> line.contains("$filter"));
  }

  @Test
  void more_mailboxes_than_a_filter_takes_go_into_a_group() {
    List<String> many = IntStream.range(0, 51).mapToObj(i -> "m" + i + "@contoso.com").toList();
    assertThat(lines(Shell.POWERSHELL.steps(application(many)), Part.PERMIT))
        .contains(
            "New-DistributionGroup -Name 'Mailroom contoso' -Type Security", "MemberOfGroup -eq");
    assertThat(lines(Shell.POWERSHELL.steps(application(many.subList(0, 50))), Part.PERMIT))
        .contains("PrimarySmtpAddress -eq")
        .doesNotContain("MemberOfGroup");
  }

  @ParameterizedTest
  @CsvSource({
    "US_GOV,-Environment USGov,O365USGovGCCHigh,AzureUSGovernment",
    "US_DOD,-Environment USGovDoD,O365USGovDoD,AzureUSGovernment",
    "CHINA,-Environment China,O365China,AzureChinaCloud"
  })
  void national_clouds_have_their_own_environments(
      Cloud cloud, String graph, String exchange, String az) {
    SetupPlan plan =
        new SetupPlan(
            "c",
            "n",
            Kind.APPLICATION,
            cloud,
            "t",
            CLIENT,
            "m",
            "",
            new Proof(Proof.By.SECRET, null, null, null),
            "Mail.Read",
            List.of(),
            List.of("a@b.c"),
            false,
            false);
    assertThat(lines(Shell.POWERSHELL.steps(plan), Part.SIGN_IN)).contains(graph, exchange);
    assertThat(lines(Shell.AZ.steps(plan), Part.SIGN_IN)).contains("az cloud set --name " + az);
    assertThat(lines(Shell.AZ.steps(plan), Part.CONSENT)).contains(cloud.graphUrl());
  }

  /** As PowerShell's tokenizer reads a word in single quotes, of which it knows five. */
  private static String powerShellReads(String quoted) {
    String quotes = "'\u2018\u2019\u201a\u201b";
    assertThat(quotes).contains(quoted.substring(0, 1));
    StringBuilder read = new StringBuilder();
    for (int i = 1; i < quoted.length(); i++) {
      if (quotes.indexOf(quoted.charAt(i)) >= 0) {
        if (i + 1 == quoted.length()) {
          return read.toString();
        }
        assertThat(quotes.indexOf(quoted.charAt(++i)))
            .as("the word ends before its end: " + quoted)
            .isNotNegative();
      }
      read.append(quoted.charAt(i));
    }
    throw new AssertionError("the word doesn't end: " + quoted);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "plain",
        "O'Brien",
        "''",
        "'",
        "\u2018curly\u2019",
        "\u201alow\u201b",
        "$(calc)",
        "`n$env:x",
        "\"",
        "a\nb",
        "",
        "\u2019; Remove-Item x"
      })
  void a_word_for_powershell_is_read_as_it_was_whatever_is_in_it(String text) {
    assertThat(powerShellReads(Shell.POWERSHELL.quoted(text))).isEqualTo(text.replace("\n", " "));
  }

  /** Every single-quoted word of a line, and what stands between them. */
  private static List<String> outsideOfQuotes(String line) {
    List<String> outside = new ArrayList<>();
    StringBuilder text = new StringBuilder();
    boolean within = false;
    for (int i = 0; i < line.length(); i++) {
      boolean quote = "'\u2018\u2019\u201a\u201b".indexOf(line.charAt(i)) >= 0;
      if (within
          && quote
          && i + 1 < line.length()
          && "'\u2018\u2019\u201a\u201b".indexOf(line.charAt(i + 1)) >= 0) {
        i++;
      } else if (quote) {
        within = !within;
        outside.add(text.toString());
        text.setLength(0);
      } else if (!within) {
        text.append(line.charAt(i));
      }
    }
    assertThat(within).as("a quote isn't closed: " + line).isFalse();
    outside.add(text.toString());
    return outside;
  }

  @Test
  void nothing_of_a_hostile_name_or_mailbox_stands_outside_of_quotes_in_powershell() {
    List<SetupStep> steps =
        Shell.POWERSHELL.steps(
            plan(
                Kind.APPLICATION,
                new Proof(Proof.By.FEDERATION, null, HOSTILE, HOSTILE),
                false,
                HOSTILE,
                List.of(HOSTILE, "a@contoso.com")));
    for (SetupStep step : steps) {
      for (String line : step.lines()) {
        assertThat(line).doesNotContain("\n");
        if (!line.contains("\"")) {
          assertThat(String.join("", outsideOfQuotes(line)))
              .doesNotContain("touch", "rm -rf", "New-Evil", "env:PATH");
        }
      }
    }
    assertThat(lines(steps, Part.PERMIT))
        .contains("$mailboxes = @(" + Shell.POWERSHELL.quoted(HOSTILE) + ", 'a@contoso.com')");
    assertThat(lines(steps, Part.REGISTER))
        .contains("-DisplayName " + Shell.POWERSHELL.quoted(HOSTILE));
  }

  static boolean isBashThere() {
    try {
      return new ProcessBuilder("bash", "-c", "true").start().waitFor() == 0;
    } catch (IOException none) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private static String bash(String script, String... options)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("bash"));
    command.addAll(List.of(options));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().write(script.getBytes(StandardCharsets.UTF_8));
    process.getOutputStream().close();
    String told = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(told + "\n" + script).isZero();
    return told;
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  @EnabledIf("isBashThere")
  void a_shell_reads_the_lines_for_az_and_runs_nothing_that_a_name_or_mailbox_says(Kind kind)
      throws Exception {
    for (Proof proof :
        List.of(
            new Proof(Proof.By.SECRET, null, null, null),
            new Proof(Proof.By.CERTIFICATE, CERTIFICATE, null, null),
            new Proof(Proof.By.CERTIFICATE, null, null, null),
            new Proof(Proof.By.FEDERATION, null, HOSTILE, null))) {
      for (boolean all : new boolean[] {false, true}) {
        String script =
            String.join(
                    "\n",
                    SetupText.of(Shell.AZ.steps(plan(kind, proof, all, HOSTILE, List.of(HOSTILE)))))
                + "\n";
        bash(script, "-n");
        // az and the others only tell what they are called with, one argument a line
        String stubs =
            "az() { printf '<%s>\\n"
                + "' az \"$@\" >&2; }; pwsh() { cat >/dev/null; }; openssl() { :; }; mailroom() {"
                + " :; }; cat_() { :; }; cd \"$(mktemp -d)\"; touch certificate.pem key.pem\n";
        String called = bash(stubs + script);
        String plain = HOSTILE.replace("\n", " ");
        if (kind != Kind.MACHINE && !called.isEmpty()) {
          assertThat(called).doesNotContain("command not found");
        }
        if (kind != Kind.MACHINE) {
          assertThat(called).contains("<--display-name>\n<" + plain + ">");
        }
      }
    }
    assertThat(java.nio.file.Path.of("/tmp/owned")).doesNotExist();
  }

  @Test
  void what_is_said_are_comments_so_that_all_of_it_is_a_script() {
    List<String> text =
        SetupText.of(
            Shell.POWERSHELL.steps(
                plan(
                    Kind.APPLICATION,
                    new Proof(Proof.By.SECRET, null, null, null),
                    false,
                    HOSTILE,
                    List.of("a@contoso.com"))));
    assertThat(text.get(0)).isEqualTo("# 1. Sign in as an administrator");
    assertThat(text).noneMatch(line -> line.contains("\n") || line.contains("\r"));
    assertThat(text)
        .filteredOn(line -> line.startsWith("# ") && line.matches("# \\d\\. .*"))
        .hasSize(6);
    assertThat(text).allMatch(line -> !line.startsWith("# ") || line.length() <= 110);
  }
}
