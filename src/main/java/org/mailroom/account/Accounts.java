package org.mailroom.account;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.mailroom.credential.CredentialUse;
import org.mailroom.credential.SignedInUser;
import org.mailroom.settings.AccountProperties;
import org.mailroom.settings.FieldProblem;
import org.mailroom.settings.Home;
import org.mailroom.settings.MailroomProperties;
import org.mailroom.settings.SettingsBinder;
import org.mailroom.settings.SettingsRejectedException;
import org.springframework.stereotype.Component;

/**
 * All accounts: those of {@code application.yaml}, which can only be read, those of the database,
 * which are created, changed and deleted at run time, those that are found by an entry of either
 * for many, and those that routes read, which are there while their route runs. A change takes
 * effect at once here and within about a second on other nodes; an import that is running ends as
 * it began.
 */
@Component
public final class Accounts implements CredentialUse {

  private final MailroomProperties properties;
  private final KeptAccounts kept;
  private final AccountTable table;
  private final AccountRules rules;
  private final SettingsBinder binder;
  private final DiscoveredAccounts discovered;
  private final Map<String, Account> ofRoutes = new ConcurrentHashMap<>();

  Accounts(
      MailroomProperties properties,
      KeptAccounts kept,
      AccountTable table,
      AccountRules rules,
      SettingsBinder binder,
      DiscoveredAccounts discovered) {
    this.properties = properties;
    this.kept = kept;
    this.table = table;
    this.rules = rules;
    this.binder = binder;
    this.discovered = discovered;
  }

  /** Those that can be imported, in the order of their ids. */
  public Collection<Account> all() {
    Map<String, Account> known = kept.present().all();
    Map<String, Account> found = found();
    if (ofRoutes.isEmpty() && found.isEmpty()) {
      return known.values();
    }
    Map<String, Account> all = new TreeMap<>(found);
    all.putAll(ofRoutes);
    all.putAll(known);
    return all.values();
  }

  public Optional<Account> find(@Nullable String id) {
    Account known = kept.present().all().getOrDefault(id, ofRoutes.get(id));
    return Optional.ofNullable(known != null ? known : found().get(id));
  }

  private Map<String, Account> found() {
    return discovered.all(
        (one, settings) -> account(one.account(), one.mailbox(), Objects.requireNonNull(settings)));
  }

  /**
   * Adds an account that a route reads; it is polled at once, and until {@link #removeOfRoute}. It
   * delivers to the destination of its own name.
   *
   * @param fields as for {@link AccountEditor#create}, without {@code deliver-to}
   * @throws SettingsRejectedException with what is wrong, or when the id is taken
   */
  public Account addOfRoute(String id, Map<String, String> fields) {
    List<FieldProblem> problems = new ArrayList<>(binder.checkId(id));
    Map<String, String> all = new TreeMap<>(fields);
    all.put("deliver-to", id);
    AccountProperties settings = binder.bind(AccountProperties.class, AccountRules.entered(all));
    problems.addAll(rules.problemsOfRoute(settings));
    if (home(id).isPresent()) {
      problems.add(
          new FieldProblem(
              "name", id + ": there is an account of that name already; give it another"));
    }
    SettingsRejectedException.throwIfAny(problems);
    Account account = account(id, settings.mailbox(), settings);
    ofRoutes.put(id, account);
    return account;
  }

  /** The route is stopped: its account isn't polled any more. What is known of it stays. */
  public void removeOfRoute(String id) {
    ofRoutes.remove(id);
  }

  /** Whether there is an account or an entry of that name, upper and lower case being the same. */
  boolean isTaken(String id) {
    Set<String> taken = new HashSet<>(kept.present().stored());
    taken.addAll(properties.accounts().keySet());
    taken.addAll(ofRoutes.keySet());
    taken.addAll(discovered.found().keySet());
    return taken.stream().anyMatch(id::equalsIgnoreCase);
  }

  /** Where an account is kept; empty when there is none, importable or not. */
  public Optional<Home> home(String id) {
    return properties.accounts().containsKey(id)
        ? Optional.of(Home.CONFIGURATION)
        : kept.present().stored().contains(id)
            ? Optional.of(Home.DATABASE)
            : ofRoutes.containsKey(id)
                ? Optional.of(Home.ROUTE)
                : discovered.found().containsKey(id)
                    ? Optional.of(Home.DISCOVERED)
                    : Optional.empty();
  }

  /**
   * Why accounts of the database can't be imported, in one sentence each, by id: a destination was
   * taken out of application.yaml, say. And why it isn't known which mailboxes an entry for many
   * has now, by its name.
   */
  public Map<String, String> problems() {
    Map<String, String> stored = kept.present().problems();
    Map<String, String> ofEntries = discovered.problems();
    if (ofEntries.isEmpty()) {
      return stored;
    }
    Map<String, String> all = new TreeMap<>(stored);
    all.putAll(ofEntries);
    return all;
  }

  /** The fields of an account for a form to change it. */
  public Map<String, String> fields(String id) {
    Optional<Account> account = find(id);
    AccountProperties entry = discovered.entries().get(id);
    if (entry != null) {
      return AccountFields.ofEntry(account(id, "", entry), entry);
    }
    return account.isPresent()
        ? AccountFields.of(account.get())
        : Collections.unmodifiableMap(kept.present().unusable().getOrDefault(id, new TreeMap<>()));
  }

  /** Which mailbox an account reads, or which ones an entry for many stands for, in words. */
  public String mailboxInWords(String id) {
    return AccountFields.mailboxInWords(fields(id));
  }

  @Override
  public List<String> accountsUsing(String credential) {
    Set<String> using = new TreeSet<>();
    all().stream()
        .filter(account -> account.credential().equals(credential))
        .forEach(account -> using.add(account.id()));
    table
        .all()
        .forEach(
            (id, fields) -> {
              if (credential.equals(fields.get("credential"))) {
                using.add(id);
              }
            });
    discovered
        .entries()
        .forEach(
            (id, settings) -> {
              if (credential.equals(settings.credential())) {
                using.add(id);
              }
            });
    return List.copyOf(using);
  }

  @Override
  public boolean isUsed(String credential) {
    return all().stream().anyMatch(account -> account.credential().equals(credential))
        || discovered.entries().values().stream()
            .anyMatch(settings -> settings.credential().equals(credential));
  }

  /**
   * Whether the mailbox of a person who signed in is one that is imported with that credential.
   * False is worth a warning: a delegated credential opens that person's own mailbox, and others
   * only where they are shared.
   */
  public boolean isUsedFor(@Nullable String credential, SignedInUser user) {
    return all().stream()
        .anyMatch(
            account -> account.credential().equals(credential) && user.owns(account.mailbox()));
  }

  private Account account(String id, String mailbox, AccountProperties settings) {
    return Account.of(id, mailbox, settings, properties.pollEvery());
  }
}
