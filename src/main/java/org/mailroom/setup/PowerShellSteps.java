package org.mailroom.setup;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.mailroom.setup.SetupPlan.Kind;
import org.mailroom.setup.SetupStep.Part;

/** The steps for PowerShell, with Microsoft Graph PowerShell and Exchange Online PowerShell. */
final class PowerShellSteps {

  private static final String GRAPH =
      "$graph = Get-MgServicePrincipal -Filter " + filter("appId", GraphPermissions.GRAPH);
  private static final String FEDERATION_AUDIENCE = "api://AzureADTokenExchange";

  private final SetupPlan plan;
  private final StepWords words;
  private final ExchangeLines exchange;

  PowerShellSteps(SetupPlan plan) {
    this.plan = plan;
    this.words = new StepWords(plan);
    this.exchange = new ExchangeLines(plan);
  }

  private static String ps(String text) {
    return Shell.POWERSHELL.quoted(text);
  }

  /** A filter of Graph, where a quote is doubled, as one word. */
  private static String filter(String property, String value) {
    return ps(property + " eq '" + value.replace("'", "''") + "'");
  }

  List<SetupStep> all() {
    List<SetupStep> steps = new ArrayList<>();
    boolean scoped = plan.kind() != Kind.DELEGATED && !plan.allMailboxes();
    steps.add(
        new SetupStep(
            Part.SIGN_IN,
            "Sign in as an administrator",
            "Modules: Install-Module Microsoft.Graph, ExchangeOnlineManagement.",
            signIn(scoped)));
    steps.add(new SetupStep(Part.REGISTER, words.register(), words.whyRegister(), register()));
    if (plan.kind() != Kind.MACHINE) {
      steps.add(new SetupStep(Part.PROVE, words.prove(), words.whyProve(), prove()));
    }
    if (scoped) {
      steps.add(new SetupStep(Part.PERMIT, words.permit(), words.whyPermit(), exchange.permit()));
    }
    steps.add(new SetupStep(Part.CONSENT, words.consent(), words.whyConsent(), consent()));
    if (plan.groups() && plan.kind() != Kind.DELEGATED) {
      steps.add(new SetupStep(Part.GROUPS, words.groups(), words.whyGroups(), groups()));
    }
    steps.add(
        new SetupStep(
            Part.TEST,
            words.test(),
            words.whyTest(),
            scoped
                ? exchange.test()
                : List.of(
                    plan.kind() == Kind.DELEGATED
                        ? "mailroom login " + ps(plan.credential())
                        : "mailroom check")));
    return steps;
  }

  private List<String> signIn(boolean scoped) {
    String environment =
        switch (plan.cloud()) {
          case GLOBAL -> "";
          case US_GOV -> " -Environment USGov";
          case US_DOD -> " -Environment USGovDoD";
          case CHINA -> " -Environment China";
        };
    String connect =
        "Connect-MgGraph"
            + (plan.tenantId() == null ? "" : " -TenantId " + ps(plan.tenantId()))
            + " -Scopes 'Application.ReadWrite.All', 'AppRoleAssignment.ReadWrite.All',"
            + " 'DelegatedPermissionGrant.ReadWrite.All' -NoWelcome"
            + environment;
    return scoped ? List.of(connect, exchange.signIn()) : List.of(connect);
  }

  private List<String> register() {
    if (plan.kind() == Kind.MACHINE) {
      return List.of(
          "$sp = Get-MgServicePrincipal -Filter "
              + (plan.clientId() == null
                  ? ps(
                      "servicePrincipalType eq 'ManagedIdentity' and displayName eq '"
                          + plan.machine().replace("'", "''")
                          + "'")
                  : filter("appId", Objects.requireNonNull(plan.clientId()))));
    }
    List<String> lines = new ArrayList<>();
    lines.add(
        plan.isRegistered()
            ? "$app = Get-MgApplication -Filter "
                + filter("appId", Objects.requireNonNull(plan.clientId()))
            : "$app = $null");
    lines.add(
        "if (-not $app) { $app = New-MgApplication -DisplayName "
            + ps(plan.name())
            + " -SignInAudience 'AzureADMyOrg' }");
    lines.add("$sp = Get-MgServicePrincipal -Filter \"appId eq '$($app.AppId)'\"");
    lines.add("if (-not $sp) { $sp = New-MgServicePrincipal -AppId $app.AppId }");
    if (plan.kind() == Kind.DELEGATED) {
      lines.add(
          "Update-MgApplication -ApplicationId $app.Id -Web @{ RedirectUris ="
              + " @(@($app.Web.RedirectUris) + "
              + ps(plan.redirectUri())
              + " | Where-Object { $_ } | Select-Object -Unique) } -RequiredResourceAccess @(@{"
              + " ResourceAppId = "
              + ps(GraphPermissions.GRAPH)
              + "; ResourceAccess = @("
              + GraphPermissions.scopes(plan.scopes()).values().stream()
                  .map(id -> "@{ Id = " + ps(id) + "; Type = 'Scope' }")
                  .collect(Collectors.joining(", "))
              + ") })");
    }
    lines.add("\"client-id: $($app.AppId)\"");
    return lines;
  }

  private List<String> prove() {
    return switch (plan.proof().by()) {
      case SECRET ->
          List.of(
              "$secret = Add-MgApplicationPassword -ApplicationId $app.Id -PasswordCredential @{"
                  + " DisplayName = 'Mailroom'; EndDateTime = (Get-Date).AddMonths(12) }",
              "\"client-secret: $($secret.SecretText), secret-expires:"
                  + " $($secret.EndDateTime.ToString('yyyy-MM-dd'))\"");
      case CERTIFICATE -> {
        List<String> lines = new ArrayList<>();
        if (plan.proof().certificate() == null) {
          lines.add(
              "openssl req -x509 -newkey rsa:3072 -nodes -days 730 -subj /CN=mailroom -keyout"
                  + " key.pem -out certificate.pem");
          lines.add("Get-Content certificate.pem, key.pem | Set-Content mailroom.pem");
          lines.add(
              "$certificate = [Convert]::FromBase64String(((Get-Content certificate.pem |"
                  + " Where-Object { $_ -notmatch '-----' }) -join ''))");
        } else {
          lines.add(
              "$certificate = [Convert]::FromBase64String(" + ps(plan.proof().certificate()) + ")");
        }
        lines.add(
            "Update-MgApplication -ApplicationId $app.Id -KeyCredentials (@($app.KeyCredentials |"
                + " Where-Object { $_ }) + @{ Type = 'AsymmetricX509Cert'; Usage = 'Verify'; Key ="
                + " $certificate; DisplayName = 'Mailroom' })");
        yield lines;
      }
      case FEDERATION ->
          List.of(
              "New-MgApplicationFederatedIdentityCredential -ApplicationId $app.Id -BodyParameter"
                  + " @{ Name = 'mailroom'; Issuer = "
                  + ps(orWrite(plan.proof().issuer(), "the issuer"))
                  + "; Subject = "
                  + ps(orWrite(plan.proof().subject(), "the subject"))
                  + "; Audiences = @("
                  + ps(FEDERATION_AUDIENCE)
                  + ") }");
    };
  }

  static String orWrite(@Nullable String known, String what) {
    return known == null ? "write " + what + " here" : known;
  }

  private List<String> groups() {
    List<String> lines = new ArrayList<>(List.of(GRAPH));
    GraphPermissions.rolesForGroups()
        .values()
        .forEach(
            role ->
                lines.add(
                    "if (-not (Get-MgServicePrincipalAppRoleAssignment"
                        + " -ServicePrincipalId $sp.Id | Where-Object { $_.AppRoleId -eq "
                        + ps(role)
                        + " })) { "
                        + assign(role)
                        + " }"));
    return lines;
  }

  private static String assign(String role) {
    return "New-MgServicePrincipalAppRoleAssignment -ServicePrincipalId $sp.Id -PrincipalId $sp.Id"
        + " -ResourceId $graph.Id -AppRoleId "
        + ps(role);
  }

  private List<String> consent() {
    if (plan.kind() == Kind.DELEGATED) {
      return List.of(
          GRAPH,
          "New-MgOauth2PermissionGrant -BodyParameter @{ ClientId = $sp.Id; ConsentType ="
              + " 'AllPrincipals'; ResourceId = $graph.Id; Scope = "
              + ps(String.join(" ", GraphPermissions.scopes(plan.scopes()).keySet()))
              + " }");
    }
    String permitted = Objects.requireNonNull(GraphPermissions.role(plan.permission()));
    String role = ps(permitted);
    return plan.allMailboxes()
        ? List.of(GRAPH, assign(permitted))
        : List.of(
            "Get-MgServicePrincipalAppRoleAssignment -ServicePrincipalId $sp.Id | Where-Object {"
                + " $_.AppRoleId -eq "
                + role
                + " } | ForEach-Object { Remove-MgServicePrincipalAppRoleAssignment"
                + " -ServicePrincipalId $sp.Id -AppRoleAssignmentId $_.Id }");
  }
}
