package org.mailroom.credential;

import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.mailroom.settings.CredentialProperties;
import org.mailroom.settings.Home;
import org.mailroom.settings.MailroomProperties;
import org.mailroom.settings.SettingsBinder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * Reads the credentials of {@code application.yaml} and those of the database. What is wrong with
 * one is told in the log once.
 */
@Component
final class CredentialReader {

  private static final Logger LOG = LoggerFactory.getLogger("mailroom.credential");

  private final MailroomProperties properties;
  private final CredentialDefaults defaults;
  private final CredentialRules rules;
  private final CredentialTable table;
  private final TokenTable tokens;
  private final SettingsBinder binder;
  private final Set<String> told = ConcurrentHashMap.newKeySet();

  CredentialReader(
      MailroomProperties properties,
      CredentialDefaults defaults,
      CredentialRules rules,
      CredentialTable table,
      TokenTable tokens,
      SettingsBinder binder) {
    this.properties = properties;
    this.defaults = defaults;
    this.rules = rules;
    this.table = table;
    this.tokens = tokens;
    this.binder = binder;
  }

  /** All of them, by id. */
  Map<String, Credential> read() {
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
    return Collections.unmodifiableMap(all);
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
      return rules.problemsOfHosts(settings).stream()
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
