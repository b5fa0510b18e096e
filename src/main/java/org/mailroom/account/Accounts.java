package org.mailroom.account;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.mailroom.configuration.ConfigurationException;
import org.mailroom.configuration.MailroomProperties;
import org.mailroom.configuration.MailroomProperties.AccountProperties;
import org.springframework.stereotype.Component;

/** The accounts of {@code application.yaml}; what they refer to exists. */
@Component
public final class Accounts {

  private final Map<String, Account> accounts = new TreeMap<>();

  /**
   * @throws ConfigurationException when an account refers to a credential or destination that isn't there
   */
  Accounts(MailroomProperties properties) {
    List<String> problems = new ArrayList<>();
    properties.accounts().forEach((id, settings) -> {
      String key = "mailroom.accounts." + id;
      requireKnown(problems, key + ".credential", settings.credential(), properties.credentials().keySet(), "mailroom.credentials");
      settings.deliverTo().forEach(destination ->
          requireKnown(problems, key + ".deliver-to", destination, properties.destinations().keySet(), "mailroom.destinations"));
      accounts.put(id, account(id, settings, properties));
    });
    if (!problems.isEmpty()) {
      throw new ConfigurationException(problems);
    }
  }

  private static Account account(String id, AccountProperties settings, MailroomProperties properties) {
    return new Account(id, settings.mailbox(), settings.credential(), settings.folder(), settings.filter(),
        settings.pollEvery() == null ? properties.pollEvery() : settings.pollEvery(),
        settings.content(), settings.deliverTo().stream().distinct().toList(), settings.maxSize(), settings.afterImport());
  }

  private static void requireKnown(List<String> problems, String key, String value, Set<String> known, String where) {
    if (!known.contains(value)) {
      String allowed = known.isEmpty() ? "nothing: " + where + " is empty" : String.join(", ", new TreeSet<>(known));
      problems.add(key + " = " + value + ": is none of " + where + ". Allowed: " + allowed + ".");
    }
  }

  public Collection<Account> all() {
    return List.copyOf(accounts.values());
  }

  public Optional<Account> find(String id) {
    return Optional.ofNullable(accounts.get(id));
  }
}
