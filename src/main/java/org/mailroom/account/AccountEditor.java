package org.mailroom.account;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.mailroom.settings.FieldProblem;
import org.mailroom.settings.Home;
import org.mailroom.settings.SettingsBinder;
import org.mailroom.settings.SettingsRejectedException;
import org.springframework.stereotype.Component;

/**
 * Changes the accounts of the database, at run time. A change takes effect at once here and within
 * about a second on other nodes; an import that is running ends as it began.
 *
 * <p>What is entered are fields by their keys in {@code application.yaml}: {@code mailbox,
 * members-of, credential, folder, folders, recursive, filter, poll-every, poll-at, zone, content,
 * reply-text, deliver-to} (separated by commas), {@code max-size, max-age, attachments.include,
 * attachments.exclude, attachments.inline, attachments.max-size, after-import.mark-as-read,
 * after-import.move-to, after-import.add-categories, after-import.flag, after-import.delete,
 * after-import.categorise-failures, after-failure.add-categories, after-failure.move-to}.
 */
@Component
public final class AccountEditor {

  private final Accounts accounts;
  private final KeptAccounts kept;
  private final AccountTable table;
  private final AccountPositions positions;
  private final AccountRules rules;
  private final SettingsBinder binder;
  private final DiscoveredAccounts discovered;

  AccountEditor(
      Accounts accounts,
      KeptAccounts kept,
      AccountTable table,
      AccountPositions positions,
      AccountRules rules,
      SettingsBinder binder,
      DiscoveredAccounts discovered) {
    this.accounts = accounts;
    this.kept = kept;
    this.table = table;
    this.positions = positions;
    this.rules = rules;
    this.binder = binder;
    this.discovered = discovered;
  }

  /** What is wrong with a new account; empty when it could be created. */
  public List<FieldProblem> validateNew(String id, Map<String, String> fields) {
    List<FieldProblem> problems = new ArrayList<>(binder.checkId(id));
    if (problems.isEmpty() && accounts.isTaken(id)) {
      problems.add(new FieldProblem("id", "there is an account " + id + " already"));
    }
    problems.addAll(rules.problems(fields));
    return problems;
  }

  /** What is wrong with a change of an account; empty when it could be made. */
  public List<FieldProblem> validateChange(String id, Map<String, String> fields) {
    List<FieldProblem> problems = changeable(id);
    return problems.isEmpty() ? rules.problems(fields) : problems;
  }

  /**
   * Creates an account in the database, which is polled at once; or, with {@code members-of}, an
   * entry for many, whose mailboxes are looked for at once.
   *
   * @return null for an entry, which is no account itself
   * @throws SettingsRejectedException with what is wrong; nothing was stored
   */
  public @Nullable Account create(String id, Map<String, String> fields) {
    kept.change(
        number -> {
          SettingsRejectedException.throwIfAny(validateNew(id, fields));
          table.write(id, AccountRules.entered(fields), number);
        });
    return accounts.find(id).orElse(null);
  }

  /**
   * Changes an account or an entry of the database; all fields are replaced.
   *
   * @return null for an entry, which is no account itself
   * @throws SettingsRejectedException with what is wrong; nothing was stored
   */
  public @Nullable Account update(String id, Map<String, String> fields) {
    kept.change(
        number -> {
          SettingsRejectedException.throwIfAny(validateChange(id, fields));
          Map<String, String> before = table.all().getOrDefault(id, Map.of());
          Map<String, String> after = AccountRules.entered(fields);
          table.write(id, after, number);
          boolean otherFolder =
              before.containsKey("folder")
                  && after.containsKey("folder")
                  && !before.get("folder").equals(after.get("folder"));
          if (!Objects.equals(before.get("mailbox"), after.get("mailbox")) || otherFolder) {
            positions.forget(id);
          }
        });
    return accounts.find(id).orElse(null);
  }

  /**
   * Gives several accounts another credential in one change; returns what is wrong with those that
   * were left alone, by id.
   */
  public Map<String, List<FieldProblem>> giveCredential(Collection<String> ids, String credential) {
    Map<String, List<FieldProblem>> refused = new TreeMap<>();
    kept.change(
        number -> {
          Map<String, Map<String, String>> stored = table.all();
          ids.forEach(
              id -> {
                Map<String, String> fields = new TreeMap<>(stored.getOrDefault(id, Map.of()));
                fields.put("credential", credential);
                refused.put(id, validateChange(id, fields));
                if (refused.get(id).isEmpty()) {
                  table.write(id, fields, number);
                }
              });
        });
    refused.values().removeIf(List::isEmpty);
    return refused;
  }

  /**
   * Deletes an account of the database. What was imported stays, and so does what is known of it:
   * an account of the same name and mailbox imports nothing twice.
   *
   * @throws SettingsRejectedException when it is one of {@code application.yaml}, or there is none
   */
  public void delete(String id) {
    kept.change(
        number -> {
          SettingsRejectedException.throwIfAny(changeable(id));
          table.delete(id);
          positions.forget(id);
        });
  }

  private List<FieldProblem> changeable(String id) {
    Optional<Home> home = accounts.home(id);
    if (home.isEmpty()) {
      return List.of(new FieldProblem("id", "there is no account " + id));
    }
    return home.get() == Home.DATABASE
        ? List.of()
        : List.of(
            new FieldProblem(
                "id",
                id
                    + switch (home.get()) {
                      case ROUTE -> " is what a route reads: change it in that route";
                      case DISCOVERED ->
                          " was found by "
                              + discovered.entryOf(id).orElse("an entry")
                              + ": change that entry";
                      default -> " is kept in application.yaml: change it there";
                    }));
  }
}
