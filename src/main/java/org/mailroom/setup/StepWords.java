package org.mailroom.setup;

import org.mailroom.setup.SetupPlan.Kind;

/** What the steps are called and why they are there: the same for each shell. */
final class StepWords {

  private final SetupPlan plan;

  StepWords(SetupPlan plan) {
    this.plan = plan;
  }

  String register() {
    return plan.kind() == Kind.MACHINE ? "The managed identity" : "Register the application";
  }

  String whyRegister() {
    return switch (plan.kind()) {
      case MACHINE ->
          plan.clientId() == null
              ? "A system-assigned identity is named like its machine: write the name of the"
                  + " virtual machine, app or container where it is another one."
              : "";
      case APPLICATION ->
          "What is there already stays. Enter what the last line prints as client-id of "
              + plan.credential()
              + ".";
      case DELEGATED ->
          "What is there already stays. Enter what the last line prints as client-id of "
              + plan.credential()
              + ". The redirect URI is mailroom.public-url with"
              + " /OAuth2Callback.";
    };
  }

  String prove() {
    return switch (plan.proof().by()) {
      case SECRET -> "Client secret";
      case CERTIFICATE -> "Certificate";
      case FEDERATION -> "Federated token";
    };
  }

  String whyProve() {
    return switch (plan.proof().by()) {
      case SECRET ->
          "The secret is shown once. Keep it where the setting client-secret reads it, and enter"
              + " its end as secret-expires. A certificate would be better.";
      case CERTIFICATE ->
          plan.proof().certificate() == null
              ? "The certificate of the settings can't be read here. Make one, and name"
                  + " mailroom.pem in certificate.pem."
              : "The certificate of the settings, without its key.";
      case FEDERATION ->
          plan.proof().issuer() == null
              ? "The token of federated-token-file can't be read here: write its issuer (iss) and"
                  + " subject (sub) in."
              : "";
    };
  }

  String permit() {
    return "Permission for these mailboxes only: RBAC for Applications";
  }

  String whyPermit() {
    return "Run it again when mailboxes come or go. It takes from 30 minutes to 2 hours until Graph"
        + " sees a change.";
  }

  String consent() {
    return plan.kind() == Kind.DELEGATED || plan.allMailboxes()
        ? "Admin consent"
        : "No admin consent to all mailboxes";
  }

  String whyConsent() {
    if (plan.kind() == Kind.DELEGATED) {
      return "For all users of the tenant, so that none of them is asked.";
    }
    return plan.allMailboxes()
        ? "Every mailbox of the tenant is open to it then."
        : "Rights add up: with admin consent to "
            + plan.permission()
            + " every mailbox of the tenant is open, whatever the scope says. This takes it back"
            + " where it was given. To give it instead of the step before: mailroom setup"
            + " --all-mailboxes.";
  }

  String groups() {
    return "Permission to ask who is in a group: "
        + String.join(", ", GraphPermissions.rolesForGroups().keySet());
  }

  String whyGroups() {
    return "For members-of alone. It opens no mailbox, and holds from the next token on.";
  }

  String test() {
    return "Test";
  }

  String whyTest() {
    return plan.kind() == Kind.DELEGATED
        ? "Sign in, in the console or by this line, where Mailroom runs; then: mailroom check."
        : plan.allMailboxes()
            ? "Where Mailroom runs."
            : "InScope has to be True for each mailbox. Then, where Mailroom runs: mailroom check.";
  }
}
