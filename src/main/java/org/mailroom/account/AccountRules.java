package org.mailroom.account;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.mailroom.credential.Credentials;
import org.mailroom.settings.AccountProperties;
import org.mailroom.settings.ConfigurationException;
import org.mailroom.settings.FieldProblem;
import org.mailroom.settings.MailroomProperties;
import org.mailroom.settings.SettingsBinder;
import org.mailroom.settings.SettingsRejectedException;
import org.springframework.stereotype.Component;

/** What may stand in the settings of an account, by where it is kept. */
@Component
final class AccountRules {

  private final MailroomProperties properties;
  private final SettingsBinder binder;
  private final AccountReferences references;

  AccountRules(MailroomProperties properties, Credentials credentials, SettingsBinder binder) {
    this.properties = properties;
    this.binder = binder;
    this.references = new AccountReferences(credentials, properties);
  }

  /**
   * @throws ConfigurationException when an account of application.yaml refers to a credential or
   *     destination that isn't there
   */
  void requireSoundConfiguration() {
    List<String> problems = new ArrayList<>();
    properties
        .accounts()
        .forEach(
            (id, settings) ->
                references
                    .problems(settings)
                    .forEach(
                        problem ->
                            problems.add(
                                "mailroom.accounts."
                                    + id
                                    + "."
                                    + problem.field()
                                    + " = "
                                    + problem.message())));
    if (!problems.isEmpty()) {
      throw new ConfigurationException(problems);
    }
  }

  /** What is wrong with the fields of an account of the database; empty when nothing is. */
  List<FieldProblem> problems(Map<String, String> fields) {
    try {
      AccountProperties settings = binder.bind(AccountProperties.class, fields);
      List<FieldProblem> problems = references.problems(settings);
      if (settings.mailboxesFile() != null) {
        // whoever may use the console isn't therefore allowed to read what the server can
        problems.add(
            new FieldProblem(
                "mailboxes-file",
                "can only be set in application.yaml, for it names a file of the server"));
      }
      return problems;
    } catch (SettingsRejectedException e) {
      return e.problems();
    }
  }

  /**
   * What is wrong with the settings of an account that a route reads: it delivers to that route,
   * which is no destination.
   */
  List<FieldProblem> problemsOfRoute(AccountProperties settings) {
    return references.problemsOfCredential(settings);
  }

  /**
   * The fields that were entered. A filter that was emptied means every message; it isn't the same
   * as none entered.
   */
  static Map<String, String> entered(Map<String, String> fields) {
    Map<String, String> entered = new TreeMap<>(fields);
    entered
        .entrySet()
        .removeIf(
            field ->
                field.getValue() == null
                    || (field.getValue().isBlank() && !field.getKey().equals("filter")));
    entered.replaceAll((key, value) -> value.strip());
    return entered;
  }
}
