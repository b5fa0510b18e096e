package org.mailroom.account;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongConsumer;
import org.mailroom.settings.AccountProperties;
import org.mailroom.settings.ConfigurationException;
import org.mailroom.settings.CurrentSettings;
import org.mailroom.settings.FieldProblem;
import org.mailroom.settings.MailroomProperties;
import org.mailroom.settings.SettingsBinder;
import org.mailroom.settings.SettingsRevision;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * The accounts that are kept, in {@code application.yaml} and in the database, as they are now.
 * What is wrong with one is told in the log once.
 */
@Component
final class KeptAccounts {

  private static final Logger LOG = LoggerFactory.getLogger("mailroom.account");

  /**
   * @param all that can be imported, by id
   * @param stored the ids of those in the database, entries for many included
   * @param problems why accounts of the database can't be imported, by id
   * @param unusable the fields of these, by id
   */
  record Snapshot(
      Map<String, Account> all,
      Set<String> stored,
      Map<String, String> problems,
      Map<String, Map<String, String>> unusable) {}

  private final MailroomProperties properties;
  private final AccountTable table;
  private final AccountRules rules;
  private final SettingsBinder binder;
  private final DiscoveredAccounts discovered;
  private final Set<String> told = ConcurrentHashMap.newKeySet();
  private final CurrentSettings<Snapshot> current;

  /**
   * @throws ConfigurationException when an account of application.yaml refers to a credential or
   *     destination that isn't there
   */
  KeptAccounts(
      MailroomProperties properties,
      AccountTable table,
      AccountRules rules,
      SettingsBinder binder,
      SettingsRevision revision,
      DiscoveredAccounts discovered) {
    this.properties = properties;
    this.table = table;
    this.rules = rules;
    this.binder = binder;
    this.discovered = discovered;
    rules.requireSoundConfiguration();
    this.current = new CurrentSettings<>("accounts", LOG, revision, this::read);
  }

  Snapshot present() {
    return current.present();
  }

  /** See {@link CurrentSettings#change}. */
  void change(LongConsumer change) {
    current.change(change);
  }

  /**
   * @param number the count of changes that they are read at; entries for many are handed on with
   *     it
   */
  private Snapshot read(long number) {
    Map<String, Account> all = new TreeMap<>();
    Map<String, String> problems = new TreeMap<>();
    Map<String, Map<String, String>> unusable = new TreeMap<>();
    Map<String, AccountProperties> entries = new TreeMap<>();
    Map<String, Map<String, String>> stored = table.all();
    stored.forEach(
        (id, fields) -> {
          if (properties.accounts().containsKey(id)) {
            tellOnce(
                "account "
                    + id
                    + ": the one of application.yaml counts, the one of the same name in the"
                    + " database is ignored");
            return;
          }
          List<FieldProblem> wrong = rules.problems(fields);
          if (wrong.isEmpty()) {
            AccountProperties settings = binder.bindStored(AccountProperties.class, fields);
            if (settings.isDiscovered()) {
              entries.put(id, settings);
              return;
            }
            all.put(id, account(id, settings));
          } else {
            String problem =
                wrong.get(0).field()
                    + " = "
                    + wrong.get(0).message()
                    + " The account isn't imported: correct it in the console.";
            problems.put(id, problem);
            unusable.put(id, fields);
            tellOnce("account " + id + ": " + problem);
          }
        });
    properties
        .accounts()
        .forEach(
            (id, settings) -> {
              if (!settings.isDiscovered()) {
                all.put(id, account(id, settings));
              }
            });
    discovered.keep(entries, number);
    return new Snapshot(
        Collections.unmodifiableMap(all),
        Set.copyOf(stored.keySet()),
        Collections.unmodifiableMap(problems),
        unusable);
  }

  private Account account(String id, AccountProperties settings) {
    return Account.of(id, settings.mailbox(), settings, properties.pollEvery());
  }

  private void tellOnce(String problem) {
    if (told.add(problem)) {
      LOG.error("{}", problem);
    }
  }
}
