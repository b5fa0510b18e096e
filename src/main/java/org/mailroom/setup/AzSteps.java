package org.mailroom.setup;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.mailroom.setup.SetupPlan.Kind;
import org.mailroom.setup.SetupStep.Part;

/**
 * The steps for the command {@code az} in a POSIX shell. It has nothing for Exchange: there they go
 * on in PowerShell.
 */
final class AzSteps {

  private static final String GRAPH =
      "GRAPH=$(az ad sp show --id " + GraphPermissions.GRAPH + " --query id --output tsv)";

  private final SetupPlan plan;
  private final StepWords words;
  private final ExchangeLines exchange;

  AzSteps(SetupPlan plan) {
    this.plan = plan;
    this.words = new StepWords(plan);
    this.exchange = new ExchangeLines(plan);
  }

  private static String sh(String text) {
    return Shell.AZ.quoted(text);
  }

  List<SetupStep> all() {
    List<SetupStep> steps = new ArrayList<>();
    boolean scoped = plan.kind() != Kind.DELEGATED && !plan.allMailboxes();
    steps.add(new SetupStep(Part.SIGN_IN, "Sign in as an administrator", "", signIn()));
    steps.add(new SetupStep(Part.REGISTER, words.register(), words.whyRegister(), register()));
    if (plan.kind() != Kind.MACHINE) {
      steps.add(new SetupStep(Part.PROVE, words.prove(), words.whyProve(), prove()));
    }
    if (scoped) {
      steps.add(
          new SetupStep(
              Part.PERMIT,
              words.permit(),
              words.whyPermit()
                  + " az has nothing for Exchange: this takes PowerShell with the module"
                  + " ExchangeOnlineManagement.",
              inPowerShell(exchange.permit())));
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
                ? inPowerShell(exchange.test())
                : List.of(
                    plan.kind() == Kind.DELEGATED
                        ? "mailroom login " + sh(plan.credential())
                        : "mailroom check")));
    return steps;
  }

  private List<String> signIn() {
    String cloud =
        switch (plan.cloud()) {
          case GLOBAL -> null;
          case US_GOV, US_DOD -> "AzureUSGovernment";
          case CHINA -> "AzureChinaCloud";
        };
    String login =
        "az login"
            + (plan.tenantId() == null ? "" : " --tenant " + sh(plan.tenantId()))
            + " --allow-no-subscriptions";
    return cloud == null ? List.of(login) : List.of("az cloud set --name " + cloud, login);
  }

  private List<String> register() {
    if (plan.kind() == Kind.MACHINE) {
      return List.of(
          "SP=$(az ad sp list --filter "
              + sh(
                  plan.clientId() == null
                      ? "servicePrincipalType eq 'ManagedIdentity' and displayName eq '"
                          + plan.machine().replace("'", "''")
                          + "'"
                      : "appId eq '" + plan.clientId().replace("'", "''") + "'")
              + " --query '[0].id' --output tsv)",
          "APP=$(az ad sp show --id \"$SP\" --query appId --output tsv)");
    }
    List<String> lines = new ArrayList<>();
    lines.add(
        plan.isRegistered()
            ? "APP=$(az ad app list --app-id "
                + sh(Objects.requireNonNull(plan.clientId()))
                + " --query '[0].appId' --output tsv)"
            : "APP=");
    lines.add(
        "[ -n \"$APP\" ] || APP=$(az ad app create --display-name "
            + sh(plan.name())
            + " --sign-in-audience AzureADMyOrg --query appId --output tsv)");
    lines.add(
        "SP=$(az ad sp show --id \"$APP\" --query id --output tsv 2>/dev/null || az ad sp create"
            + " --id \"$APP\" --query id --output tsv)");
    if (plan.kind() == Kind.DELEGATED) {
      ArrayNode access = JsonNodeFactory.instance.arrayNode();
      ArrayNode scopes =
          access
              .addObject()
              .put("resourceAppId", GraphPermissions.GRAPH)
              .putArray("resourceAccess");
      GraphPermissions.scopes(plan.scopes())
          .values()
          .forEach(id -> scopes.addObject().put("id", id).put("type", "Scope"));
      lines.add(
          "az ad app update --id \"$APP\" --web-redirect-uris "
              + sh(plan.redirectUri())
              + " --required-resource-accesses "
              + sh(access.toString()));
    }
    lines.add("echo \"client-id: $APP\"");
    return lines;
  }

  private List<String> prove() {
    return switch (plan.proof().by()) {
      case SECRET ->
          List.of(
              "az ad app credential reset --id \"$APP\" --append --display-name Mailroom --years 1"
                  + " --query password --output tsv");
      case CERTIFICATE ->
          plan.proof().certificate() != null
              ? List.of(
                  "az ad app credential reset --id \"$APP\" --append --cert "
                      + sh(plan.proof().certificate()))
              : List.of(
                  "openssl req -x509 -newkey rsa:3072 -nodes -days 730 -subj /CN=mailroom -keyout"
                      + " key.pem -out certificate.pem",
                  "cat certificate.pem key.pem > mailroom.pem",
                  "az ad app credential reset --id \"$APP\" --append --cert @certificate.pem");
      case FEDERATION -> {
        ObjectNode trust =
            JsonNodeFactory.instance
                .objectNode()
                .put("name", "mailroom")
                .put("issuer", PowerShellSteps.orWrite(plan.proof().issuer(), "the issuer"))
                .put("subject", PowerShellSteps.orWrite(plan.proof().subject(), "the subject"));
        trust.putArray("audiences").add("api://AzureADTokenExchange");
        yield List.of(
            "az ad app federated-credential create --id \"$APP\" --parameters "
                + sh(trust.toString()));
      }
    };
  }

  /** The delimiter is quoted, so that the shell leaves everything up to it alone. */
  private List<String> inPowerShell(List<String> lines) {
    List<String> all = new ArrayList<>();
    all.add("export APP SP");
    all.add("pwsh -NoProfile -Command - <<'EXCHANGE'");
    all.add(exchange.signIn());
    all.add("$sp = @{ Id = $env:SP; AppId = $env:APP }");
    all.addAll(lines);
    all.add("EXCHANGE");
    return all;
  }

  /** One by one: a consent to all that the registration lists might open mailboxes. */
  private List<String> groups() {
    List<String> lines = new ArrayList<>(List.of(GRAPH));
    GraphPermissions.rolesForGroups()
        .values()
        .forEach(role -> lines.add(assign(assignments(), role)));
    return lines;
  }

  private String assignments() {
    return "\"" + plan.graphRoot() + "/servicePrincipals/$SP/appRoleAssignments\"";
  }

  private static String assign(String assignments, String role) {
    return "az rest --method POST --url "
        + assignments
        + " --body"
        + " \"{\\\"principalId\\\":\\\"$SP\\\",\\\"resourceId\\\":\\\"$GRAPH\\\",\\\"appRoleId\\\":\\\""
        + role
        + "\\\"}\"";
  }

  private List<String> consent() {
    if (plan.kind() == Kind.DELEGATED) {
      return List.of("az ad app permission admin-consent --id \"$APP\"");
    }
    String role = Objects.requireNonNull(GraphPermissions.role(plan.permission()));
    String assignments = assignments();
    if (!plan.allMailboxes()) {
      return List.of(
          "az rest --method GET --url "
              + assignments
              + " --query \"value[?appRoleId=='"
              + role
              + "'].id\" --output tsv | while read -r ID; do az rest --method DELETE --url "
              + assignments.substring(0, assignments.length() - 1)
              + "/$ID\"; done");
    }
    if (plan.kind() == Kind.MACHINE) {
      return List.of(GRAPH, assign(assignments, role));
    }
    return List.of(
        "az ad app permission add --id \"$APP\" --api "
            + GraphPermissions.GRAPH
            + " --api-permissions "
            + role
            + "=Role",
        "az ad app permission admin-consent --id \"$APP\"");
  }
}
