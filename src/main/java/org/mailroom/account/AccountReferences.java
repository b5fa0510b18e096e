package org.mailroom.account;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.mailroom.credential.Credential;
import org.mailroom.credential.Credentials;
import org.mailroom.settings.AccountProperties;
import org.mailroom.settings.FieldProblem;
import org.mailroom.settings.MailroomProperties;

/** Whether what an account refers to is there: its credential, its destinations. */
final class AccountReferences {

  private final Credentials credentials;
  private final MailroomProperties properties;

  AccountReferences(Credentials credentials, MailroomProperties properties) {
    this.credentials = credentials;
    this.properties = properties;
  }

  /** What isn't there, with what is allowed; empty when all is. */
  List<FieldProblem> problems(AccountProperties settings) {
    List<FieldProblem> problems = new ArrayList<>(problemsOfCredential(settings));
    Set<String> destinations = new TreeSet<>(properties.destinations().keySet());
    settings
        .deliverTo()
        .forEach(
            destination ->
                requireKnown(
                    problems, "deliver-to", destination, destinations, "mailroom.destinations"));
    return problems;
  }

  /** The same of the credential alone, of an account that delivers to a route. */
  List<FieldProblem> problemsOfCredential(AccountProperties settings) {
    List<FieldProblem> problems = new ArrayList<>();
    requireKnown(
        problems,
        "credential",
        settings.credential(),
        new TreeSet<>(credentials.list().stream().map(Credential::id).toList()),
        "mailroom.credentials");
    return problems;
  }

  private static void requireKnown(
      List<FieldProblem> problems, String field, String value, Set<String> known, String where) {
    if (!known.contains(value)) {
      String allowed =
          known.isEmpty() ? "nothing: " + where + " is empty" : String.join(", ", known);
      problems.add(
          new FieldProblem(field, value + ": is none of " + where + ". Allowed: " + allowed + "."));
    }
  }
}
