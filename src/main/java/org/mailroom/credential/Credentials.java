package org.mailroom.credential;

import java.net.URI;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.mailroom.settings.FieldProblem;
import org.mailroom.settings.Home;
import org.mailroom.settings.MailroomProperties;
import org.mailroom.settings.CredentialProperties;
import org.mailroom.settings.GrantType;
import org.mailroom.settings.SettingsBinder;
import org.mailroom.settings.SettingsRejectedException;
import org.mailroom.settings.SettingsRevision;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.dao.DataAccessException;
import org.springframework.stereotype.Component;
import org.springframework.transaction.TransactionException;

/**
 * All credentials: those of {@code application.yaml}, which can only be read, and those of the
 * database, which are created, changed and deleted at run time. A change takes effect at once here
 * and within about a second on other nodes.
 *
 * <p>What is entered are fields by their keys in {@code application.yaml}: {@code description,
 * grant-type, tenant-id, client-id, client-secret, secret-expires, certificate.content,
 * certificate.password, federated-token-file, scope, authorization-url, token-url}.
 */
@Component
public final class Credentials {

  private static final Logger LOG = LoggerFactory.getLogger("mailroom.credential");

  /** One of these proves the application; entering one replaces the others. */
  private static final Set<String> PROOFS =
      Set.of("client-secret", "certificate.content", "federated-token-file");

  /** Files on the server are the operator's to name, not the console's. */
  private static final List<String> ONLY_IN_CONFIGURATION =
      List.of(
          "certificate.keystore",
          "certificate.pem",
          "certificate.private-key",
          "federated-token-file");

  private record Snapshot(long revision, Map<String, Credential> all) {}

  private final MailroomProperties properties;
  private final CredentialDefaults defaults;
  private final SecretHosts hosts;
  private final CredentialTable table;
  private final TokenTable tokens;
  private final SettingsBinder binder;
  private final SettingsRevision revision;
  private final ObjectProvider<CredentialUse> use;
  private final Set<String> told = java.util.concurrent.ConcurrentHashMap.newKeySet();
  private volatile Snapshot snapshot;

  Credentials(
      MailroomProperties properties,
      CredentialDefaults defaults,
      CredentialTable table,
      TokenTable tokens,
      SettingsBinder binder,
      SettingsRevision revision,
      ObjectProvider<CredentialUse> use) {
    this.properties = properties;
    this.defaults = defaults;
    this.hosts = new SecretHosts(properties);
    this.table = table;
    this.tokens = tokens;
    this.binder = binder;
    this.revision = revision;
    this.use = use;
    table.encryptAnew();
    tokens.encryptAnew();
    this.snapshot = read(revision.current());
  }

  /** All of them, in the order of their ids. */
  public Collection<Credential> list() {
    return present().all().values();
  }

  public Optional<Credential> find(String id) {
    return Optional.ofNullable(present().all().get(id));
  }

  /**
   * @throws CredentialException when there is none, or it can't be used
   */
  Credential require(String id) {
    Credential found =
        find(id)
            .orElseThrow(
                () ->
                    new CredentialException(
                        id,
                        "there is no such credential. Add it below mailroom.credentials, or in the"
                            + " console."));
    if (found.problem() != null) {
      throw new CredentialException(id, found.problem());
    }
    return found;
  }

  /**
   * The fields of a credential for a form to change it, without what is secret: whether there is a
   * secret, {@link Credential#settings} tells.
   */
  public Map<String, String> fields(String id) {
    return find(id).map(credential -> CredentialFields.of(credential.settings())).orElse(Map.of());
  }

  /**
   * What is wrong with a new credential; empty when it could be created.
   *
   * @param fields values by key; a blank one counts as not entered
   */
  public List<FieldProblem> validateNew(String id, Map<String, String> fields) {
    List<FieldProblem> problems = new ArrayList<>(binder.checkId(id));
    if (problems.isEmpty()
        && list().stream().anyMatch(credential -> credential.id().equalsIgnoreCase(id))) {
      problems.add(new FieldProblem("id", "there is a credential " + id + " already"));
    }
    problems.addAll(problemsOf(fields));
    return problems;
  }

  /**
   * What is wrong with a change of a credential; empty when it could be made. A proof that isn't
   * entered stays as it is; where the addresses lead to another host than before, it has to be
   * entered again.
   */
  public List<FieldProblem> validateChange(String id, Map<String, String> fields) {
    List<FieldProblem> problems = new ArrayList<>(changeable(id));
    if (problems.isEmpty()) {
      problems.addAll(problemsOf(merged(id, fields)));
    }
    if (problems.isEmpty() && entered(fields).keySet().stream().noneMatch(PROOFS::contains)) {
      problems.addAll(
          problemsOfOtherHost(
              find(id).orElseThrow(), binder.bind(CredentialProperties.class, merged(id, fields))));
    }
    return problems;
  }

  private static @Nullable String host(@Nullable URI url) {
    return url == null ? null : SecretHosts.host(url);
  }

  /**
   * A secret that is stored goes where it was meant to go when it was entered, and nowhere else.
   */
  private List<FieldProblem> problemsOfOtherHost(Credential before, CredentialProperties after) {
    if (after.isManagedIdentity() || before.isManagedIdentity()) {
      // nothing is kept of a proof
      return List.of();
    }
    String elsewhere =
        !SecretHosts.host(before.tokenUrl()).equals(SecretHosts.host(defaults.tokenUrl(after)))
            ? "token-url"
            : !Objects.equals(
                    host(before.authorizationUrl()), host(defaults.authorizationUrl(after)))
                ? "authorization-url"
                : null;
    return elsewhere == null
        ? List.of()
        : List.of(
            new FieldProblem(
                "client-secret",
                "has to be entered again, or the certificate: "
                    + elsewhere
                    + " leads to another host than before, and what is stored doesn't go there"));
  }

  /**
   * Creates a credential in the database.
   *
   * @throws SettingsRejectedException with what is wrong; nothing was stored
   */
  public @Nullable Credential create(String id, Map<String, String> fields) {
    revision.change(
        number -> {
          refresh();
          reject(validateNew(id, fields));
          table.write(id, entered(fields), number);
        });
    return refreshed(id);
  }

  /**
   * Changes a credential of the database. Client secret, certificate and federated token file that
   * aren't entered stay as they are; when one of them is entered it replaces what was there.
   *
   * @throws SettingsRejectedException with what is wrong; nothing was stored
   */
  public @Nullable Credential update(String id, Map<String, String> fields) {
    revision.change(
        number -> {
          refresh();
          reject(validateChange(id, fields));
          table.write(id, merged(id, fields), number);
        });
    return refreshed(id);
  }

  /**
   * Deletes a credential of the database and its tokens.
   *
   * @throws SettingsRejectedException when accounts use it, with their names, or when it is one of
   *     {@code application.yaml}
   */
  public void delete(String id) {
    revision.change(
        number -> {
          refresh();
          reject(changeable(id));
          List<String> accounts =
              use.stream().flatMap(user -> user.accountsUsing(id).stream()).sorted().toList();
          if (!accounts.isEmpty()) {
            throw new SettingsRejectedException(
                "id",
                "is used by "
                    + (accounts.size() == 1 ? "account " : "accounts ")
                    + String.join(", ", accounts)
                    + ". Give them another credential, or delete them first.");
          }
          table.delete(id);
          tokens.delete(id);
        });
    refresh();
  }

  private static void reject(List<FieldProblem> problems) {
    if (!problems.isEmpty()) {
      throw new SettingsRejectedException(problems);
    }
  }

  private List<FieldProblem> changeable(String id) {
    Credential found = present().all().get(id);
    if (found == null) {
      return List.of(new FieldProblem("id", "there is no credential " + id));
    }
    return found.home() == Home.DATABASE
        ? List.of()
        : List.of(new FieldProblem("id", id + " is kept in application.yaml: change it there"));
  }

  private List<FieldProblem> problemsOf(Map<String, String> fields) {
    List<FieldProblem> problems = new ArrayList<>();
    ONLY_IN_CONFIGURATION.stream()
        .filter(key -> !fields.getOrDefault(key, "").isBlank())
        .forEach(
            key ->
                problems.add(
                    new FieldProblem(
                        key,
                        "can only be set in application.yaml"
                            + (key.startsWith("certificate")
                                ? ": upload the certificate's content instead"
                                : ", for it names a file of the server"))));
    try {
      CredentialProperties settings = binder.bind(CredentialProperties.class, fields);
      problems.addAll(hosts.problems(settings));
      if (settings.grantType() == GrantType.AUTHORIZATION_CODE && !settings.hasProof()) {
        problems.add(
            new FieldProblem(
                "client-secret",
                "is missing, and so is a certificate: without one of them Entra ID gives no"
                    + " token"));
      }
      if (settings.certificate() != null && problems.isEmpty()) {
        CertificateFile.check(settings.certificate())
            .ifPresent(problem -> problems.add(new FieldProblem("certificate.content", problem)));
      }
    } catch (SettingsRejectedException e) {
      problems.addAll(e.problems());
    }
    return problems;
  }

  private Map<String, String> merged(String id, Map<String, String> fields) {
    Map<String, String> merged = entered(fields);
    // the machine proves itself: a secret of before would be kept for nothing
    boolean isMachine = "managed-identity".equals(merged.get("grant-type"));
    if (!isMachine && merged.keySet().stream().noneMatch(PROOFS::contains)) {
      Map<String, String> before = Objects.requireNonNull(table.all().get(id), id).fields();
      before.forEach(
          (key, value) -> {
            if (PROOFS.contains(key) || CredentialTable.SECRET_FIELDS.contains(key)) {
              merged.putIfAbsent(key, value);
            }
          });
    }
    return merged;
  }

  private static Map<String, String> entered(Map<String, String> fields) {
    Map<String, String> entered = new TreeMap<>(fields);
    entered.values().removeIf(value -> value == null || value.isBlank());
    entered.replaceAll((key, value) -> value.strip());
    return entered;
  }

  private @Nullable Credential refreshed(String id) {
    refresh();
    return present().all().get(id);
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
        LOG.debug("credentials can't be read anew: {}", e.getMessage());
      }
    }
    return known;
  }

  private Snapshot read(long number) {
    Map<String, Long> signIns = tokens.revisions();
    Map<String, Credential> all = new TreeMap<>();
    table
        .all()
        .forEach(
            (id, stored) -> {
              CredentialProperties settings =
                  binder.bindStored(CredentialProperties.class, stored.fields());
              all.put(
                  id,
                  credential(
                      id,
                      Home.DATABASE,
                      settings,
                      stored.revision() + "." + signIns.getOrDefault(id, 0L),
                      problem(stored, settings)));
            });
    properties
        .credentials()
        .forEach(
            (id, settings) -> {
              if (all.containsKey(id) && told.add("ignored " + id)) {
                LOG.warn(
                    "credential {}: the one of application.yaml counts, the one of the same name in"
                        + " the database is ignored",
                    id);
              }
              all.put(
                  id,
                  credential(
                      id, Home.CONFIGURATION, settings, "0." + signIns.getOrDefault(id, 0L), null));
            });
    return new Snapshot(number, java.util.Collections.unmodifiableMap(all));
  }

  private Credential credential(
      String id,
      Home home,
      CredentialProperties settings,
      String number,
      @Nullable String problem) {
    return new Credential(
        id,
        home,
        settings,
        defaults.scope(settings),
        defaults.authorizationUrl(settings),
        defaults.tokenUrl(settings),
        number,
        problem);
  }

  private @Nullable String problem(CredentialTable.Stored stored, CredentialProperties settings) {
    if (!stored.unreadable()) {
      told.remove("unreadable " + stored.id());
      return hosts.problems(settings).stream()
          .findFirst()
          .map(wrong -> "its " + wrong.field() + " " + wrong.message() + ".")
          .orElse(null);
    }
    String problem =
        "its secret was encrypted under another mailroom.secret-key. Add that key to"
            + " mailroom.previous-secret-keys and restart, or enter the secret again.";
    if (told.add("unreadable " + stored.id())) {
      LOG.error("credential {}: {}", stored.id(), problem);
    }
    return problem;
  }
}
