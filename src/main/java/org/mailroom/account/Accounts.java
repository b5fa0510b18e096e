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
import org.mailroom.credential.Credentials;
import org.mailroom.credential.SignedInUser;
import org.mailroom.settings.ConfigurationException;
import org.mailroom.settings.FieldProblem;
import org.mailroom.settings.Home;
import org.mailroom.settings.MailroomProperties;
import org.mailroom.settings.AccountProperties;
import org.mailroom.settings.SettingsBinder;
import org.mailroom.settings.SettingsRejectedException;
import org.mailroom.settings.SettingsRevision;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.stereotype.Component;
import org.springframework.transaction.TransactionException;

/**
 * All accounts: those of {@code application.yaml}, which can only be read, those of the database,
 * which are created, changed and deleted at run time, those that are found by an entry of either
 * for many, and those that routes read, which are there while their route runs. A change takes
 * effect at once here and within about a second on other nodes; an import that is running ends as
 * it began.
 *
 * <p>What is entered are fields by their keys in {@code application.yaml}: {@code mailbox,
 * members-of, credential, folder, folders, recursive, filter, poll-every, poll-at, zone, content,
 * reply-text, deliver-to} (separated by commas), {@code max-size, max-age, attachments.include,
 * attachments.exclude, attachments.inline, attachments.max-size, after-import.mark-as-read,
 * after-import.move-to, after-import.add-categories, after-import.flag, after-import.delete,
 * after-import.categorise-failures, after-failure.add-categories, after-failure.move-to}.
 */
@Component
public final class Accounts implements CredentialUse {

  private static final Logger LOG = LoggerFactory.getLogger("mailroom.account");

  /**
   * @param problems why accounts of the database can't be imported, by id
   * @param unusable the fields of these, by id
   */
  private record Snapshot(
      long revision,
      Map<String, Account> all,
      Set<String> stored,
      Map<String, String> problems,
      Map<String, Map<String, String>> unusable) {}

  private final MailroomProperties properties;
  private final AccountTable table;
  private final AccountPositions positions;
  private final SettingsBinder binder;
  private final SettingsRevision revision;
  private final AccountReferences references;
  private final DiscoveredAccounts discovered;
  private final Set<String> told = ConcurrentHashMap.newKeySet();
  private final Map<String, Account> ofRoutes = new ConcurrentHashMap<>();
  private volatile Snapshot snapshot;

  /**
   * @throws ConfigurationException when an account of application.yaml refers to a credential or
   *     destination that isn't there
   */
  Accounts(
      MailroomProperties properties,
      Credentials credentials,
      AccountTable table,
      AccountPositions positions,
      SettingsBinder binder,
      SettingsRevision revision,
      DiscoveredAccounts discovered) {
    this.properties = properties;
    this.table = table;
    this.positions = positions;
    this.binder = binder;
    this.revision = revision;
    this.discovered = discovered;
    this.references = new AccountReferences(credentials, properties);
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
    this.snapshot = read(revision.current());
  }

  /** Those that can be imported, in the order of their ids. */
  public Collection<Account> all() {
    Map<String, Account> kept = present().all();
    Map<String, Account> found = found();
    if (ofRoutes.isEmpty() && found.isEmpty()) {
      return kept.values();
    }
    Map<String, Account> all = new TreeMap<>(found);
    all.putAll(ofRoutes);
    all.putAll(kept);
    return all.values();
  }

  public Optional<Account> find(@Nullable String id) {
    Account kept = present().all().getOrDefault(id, ofRoutes.get(id));
    return Optional.ofNullable(kept != null ? kept : found().get(id));
  }

  private Map<String, Account> found() {
    return discovered.all(
        (one, settings) -> account(one.account(), one.mailbox(), Objects.requireNonNull(settings)));
  }

  /**
   * Adds an account that a route reads; it is polled at once, and until {@link #removeOfRoute}. It
   * delivers to the destination of its own name.
   *
   * @param fields as for {@link #create}, without {@code deliver-to}
   * @throws SettingsRejectedException with what is wrong, or when the id is taken
   */
  public Account addOfRoute(String id, Map<String, String> fields) {
    List<FieldProblem> problems = new ArrayList<>(binder.checkId(id));
    Map<String, String> all = new TreeMap<>(fields);
    all.put("deliver-to", id);
    AccountProperties settings = binder.bind(AccountProperties.class, entered(all));
    problems.addAll(references.problemsOfCredential(settings));
    if (home(id).isPresent()) {
      problems.add(
          new FieldProblem(
              "name", id + ": there is an account of that name already; give it another"));
    }
    reject(problems);
    Account account = account(id, settings.mailbox(), settings);
    ofRoutes.put(id, account);
    return account;
  }

  /** The route is stopped: its account isn't polled any more. What is known of it stays. */
  public void removeOfRoute(String id) {
    ofRoutes.remove(id);
  }

  /** Where an account is kept; empty when there is none, importable or not. */
  public Optional<Home> home(String id) {
    Snapshot known = present();
    return properties.accounts().containsKey(id)
        ? Optional.of(Home.CONFIGURATION)
        : known.stored().contains(id)
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
    Map<String, String> stored = present().problems();
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
        : Collections.unmodifiableMap(present().unusable().getOrDefault(id, new TreeMap<>()));
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

  /** What is wrong with a new account; empty when it could be created. */
  public List<FieldProblem> validateNew(String id, Map<String, String> fields) {
    List<FieldProblem> problems = new ArrayList<>(binder.checkId(id));
    Set<String> taken = new HashSet<>(present().stored());
    taken.addAll(properties.accounts().keySet());
    taken.addAll(ofRoutes.keySet());
    taken.addAll(discovered.found().keySet());
    if (problems.isEmpty() && taken.stream().anyMatch(id::equalsIgnoreCase)) {
      problems.add(new FieldProblem("id", "there is an account " + id + " already"));
    }
    problems.addAll(problemsOf(fields));
    return problems;
  }

  /** What is wrong with a change of an account; empty when it could be made. */
  public List<FieldProblem> validateChange(String id, Map<String, String> fields) {
    List<FieldProblem> problems = changeable(id);
    return problems.isEmpty() ? problemsOf(fields) : problems;
  }

  /**
   * Creates an account in the database, which is polled at once; or, with {@code members-of}, an
   * entry for many, whose mailboxes are looked for at once.
   *
   * @return null for an entry, which is no account itself
   * @throws SettingsRejectedException with what is wrong; nothing was stored
   */
  public @Nullable Account create(String id, Map<String, String> fields) {
    revision.change(
        number -> {
          refresh();
          reject(validateNew(id, fields));
          table.write(id, entered(fields), number);
        });
    refresh();
    return find(id).orElse(null);
  }

  /**
   * Changes an account or an entry of the database; all fields are replaced.
   *
   * @return null for an entry, which is no account itself
   * @throws SettingsRejectedException with what is wrong; nothing was stored
   */
  public @Nullable Account update(String id, Map<String, String> fields) {
    revision.change(
        number -> {
          refresh();
          reject(validateChange(id, fields));
          Map<String, String> before = table.all().getOrDefault(id, Map.of());
          Map<String, String> after = entered(fields);
          table.write(id, after, number);
          boolean otherFolder =
              before.containsKey("folder")
                  && after.containsKey("folder")
                  && !before.get("folder").equals(after.get("folder"));
          if (!Objects.equals(before.get("mailbox"), after.get("mailbox")) || otherFolder) {
            positions.forget(id);
          }
        });
    refresh();
    return find(id).orElse(null);
  }

  /**
   * Gives several accounts another credential in one change; returns what is wrong with those that
   * were left alone, by id.
   */
  public Map<String, List<FieldProblem>> giveCredential(Collection<String> ids, String credential) {
    Map<String, List<FieldProblem>> refused = new TreeMap<>();
    revision.change(
        number -> {
          refresh();
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
    refresh();
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
    revision.change(
        number -> {
          refresh();
          reject(changeable(id));
          table.delete(id);
          positions.forget(id);
        });
    refresh();
  }

  private static void reject(List<FieldProblem> problems) {
    if (!problems.isEmpty()) {
      throw new SettingsRejectedException(problems);
    }
  }

  private List<FieldProblem> changeable(String id) {
    Optional<Home> home = home(id);
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

  private List<FieldProblem> problemsOf(Map<String, String> fields) {
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

  /** A filter that was emptied means every message; it isn't the same as none entered. */
  private static Map<String, String> entered(Map<String, String> fields) {
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

  private void refresh() {
    snapshot = read(revision.current());
  }

  private Snapshot present() {
    Snapshot known = snapshot;
    long now = revision.current();
    if (now != known.revision()) {
      try {
        known = read(now);
        snapshot = known;
      } catch (DataAccessException | TransactionException e) {
        LOG.debug("accounts can't be read anew: {}", e.getMessage());
      }
    }
    return known;
  }

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
          List<FieldProblem> wrong = problemsOf(fields);
          if (wrong.isEmpty()) {
            AccountProperties settings = binder.bindStored(AccountProperties.class, fields);
            if (settings.isDiscovered()) {
              entries.put(id, settings);
              return;
            }
            all.put(id, account(id, settings.mailbox(), settings));
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
                all.put(id, account(id, settings.mailbox(), settings));
              }
            });
    discovered.keep(entries, number);
    return new Snapshot(
        number,
        Collections.unmodifiableMap(all),
        Set.copyOf(stored.keySet()),
        Collections.unmodifiableMap(problems),
        unusable);
  }

  private void tellOnce(String problem) {
    if (told.add(problem)) {
      LOG.error("{}", problem);
    }
  }

  private Account account(String id, String mailbox, AccountProperties settings) {
    return new Account(
        id,
        mailbox,
        settings.credential(),
        settings.foldersToRead(),
        settings.recursive(),
        settings.filter(),
        settings.pollEvery() == null ? properties.pollEvery() : settings.pollEvery(),
        settings.times(),
        settings.content(),
        settings.replyText(),
        settings.deliverTo().stream().distinct().toList(),
        settings.maxSize(),
        settings.maxAge(),
        settings.attachments(),
        settings.afterImport(),
        settings.afterFailure());
  }
}
