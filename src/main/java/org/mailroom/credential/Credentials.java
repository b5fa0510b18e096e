package org.mailroom.credential;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.mailroom.settings.CurrentSettings;
import org.mailroom.settings.FieldProblem;
import org.mailroom.settings.Home;
import org.mailroom.settings.SettingsBinder;
import org.mailroom.settings.SettingsRejectedException;
import org.mailroom.settings.SettingsRevision;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.stereotype.Component;

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

  private final CredentialTable table;
  private final TokenTable tokens;
  private final CredentialRules rules;
  private final SettingsBinder binder;
  private final ObjectProvider<CredentialUse> use;
  private final CurrentSettings<Map<String, Credential>> current;

  Credentials(
      CredentialTable table,
      TokenTable tokens,
      CredentialRules rules,
      CredentialReader reader,
      SettingsBinder binder,
      SettingsRevision revision,
      ObjectProvider<CredentialUse> use) {
    this.table = table;
    this.tokens = tokens;
    this.rules = rules;
    this.binder = binder;
    this.use = use;
    table.encryptAnew();
    tokens.encryptAnew();
    this.current = new CurrentSettings<>("credentials", LOG, revision, number -> reader.read());
  }

  /** All of them, in the order of their ids. */
  public Collection<Credential> list() {
    return current.present().values();
  }

  public Optional<Credential> find(String id) {
    return Optional.ofNullable(current.present().get(id));
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
    problems.addAll(rules.problems(fields));
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
      problems.addAll(rules.problems(merged(id, fields)));
    }
    if (problems.isEmpty() && !CredentialRules.isProofEntered(fields)) {
      problems.addAll(rules.problemsOfOtherHost(find(id).orElseThrow(), merged(id, fields)));
    }
    return problems;
  }

  /**
   * Creates a credential in the database.
   *
   * @throws SettingsRejectedException with what is wrong; nothing was stored
   */
  public @Nullable Credential create(String id, Map<String, String> fields) {
    current.change(
        number -> {
          SettingsRejectedException.throwIfAny(validateNew(id, fields));
          table.write(id, CredentialRules.entered(fields), number);
        });
    return current.present().get(id);
  }

  /**
   * Changes a credential of the database. Client secret, certificate and federated token file that
   * aren't entered stay as they are; when one of them is entered it replaces what was there.
   *
   * @throws SettingsRejectedException with what is wrong; nothing was stored
   */
  public @Nullable Credential update(String id, Map<String, String> fields) {
    current.change(
        number -> {
          SettingsRejectedException.throwIfAny(validateChange(id, fields));
          table.write(id, merged(id, fields), number);
        });
    return current.present().get(id);
  }

  /**
   * Deletes a credential of the database and its tokens.
   *
   * @throws SettingsRejectedException when accounts use it, with their names, or when it is one of
   *     {@code application.yaml}
   */
  public void delete(String id) {
    current.change(
        number -> {
          SettingsRejectedException.throwIfAny(changeable(id));
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
  }

  private List<FieldProblem> changeable(String id) {
    Credential found = current.present().get(id);
    if (found == null) {
      return List.of(new FieldProblem("id", "there is no credential " + id));
    }
    return found.home() == Home.DATABASE
        ? List.of()
        : List.of(new FieldProblem("id", id + " is kept in application.yaml: change it there"));
  }

  private Map<String, String> merged(String id, Map<String, String> fields) {
    CredentialTable.Stored before = table.all().get(id);
    return CredentialRules.merged(before == null ? Map.of() : before.fields(), fields);
  }
}
