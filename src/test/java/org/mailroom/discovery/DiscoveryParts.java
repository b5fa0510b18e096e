package org.mailroom.discovery;

import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import javax.sql.DataSource;
import org.mailroom.MigratedDatabase;
import org.mailroom.SettableClock;
import org.mailroom.account.Accounts;
import org.mailroom.account.DiscoveredAccounts;
import org.mailroom.account.DiscoveredAccounts.Found;
import org.mailroom.settings.DatabaseTime;
import org.mailroom.settings.Home;
import org.mailroom.settings.MailroomProperties;
import org.springframework.beans.BeanUtils;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * The parts of discovery as a unit test puts them together: nodes that share a database, a clock
 * that the test drives, and a directory that it fills.
 */
final class DiscoveryParts {

  static final String GROUP = "22222222-3333-4444-5555-666666666666";

  /** A directory of one group. */
  static final class Directory extends GroupMembers {

    final Map<String, String> mailboxes = new LinkedHashMap<>();
    int withoutMailbox;
    int asked;
    RuntimeException refusal;

    Directory() {
      super(null, null, properties(Map.of()));
    }

    @Override
    Members of(String credential, String groupId) {
      asked++;
      if (refusal != null) {
        throw refusal;
      }
      return new Members(new LinkedHashMap<>(mailboxes), mailboxes.size() + withoutMailbox);
    }
  }

  /** A node with an entry {@code everyone}. */
  final class Node {

    final DiscoveredAccounts discovered;
    final Accounts accounts = mock(Accounts.class);
    final MailroomProperties properties;

    Node(String... settings) {
      Map<String, String> all =
          new HashMap<>(
              Map.of(
                  "mailroom.accounts.everyone.credential",
                  "contoso",
                  "mailroom.accounts.everyone.deliver-to",
                  "database"));
      for (int i = 0; i < settings.length; i += 2) {
        all.put("mailroom." + settings[i], settings[i + 1]);
      }
      properties = properties(all);
      discovered = BeanUtils.instantiateClass(constructor(), properties);
      when(accounts.home(org.mockito.ArgumentMatchers.any()))
          .thenAnswer(
              asked ->
                  properties.accounts().containsKey(asked.<String>getArgument(0))
                      ? Optional.of(Home.CONFIGURATION)
                      : discovered.found().containsKey(asked.<String>getArgument(0))
                          ? Optional.of(Home.DISCOVERED)
                          : Optional.empty());
    }

    private static java.lang.reflect.Constructor<DiscoveredAccounts> constructor() {
      try {
        return DiscoveredAccounts.class.getDeclaredConstructor(MailroomProperties.class);
      } catch (NoSuchMethodException e) {
        throw new IllegalStateException(e);
      }
    }

    /** Its accounts and their mailboxes. */
    Map<String, String> found() {
      Map<String, String> found = new TreeMap<>();
      discovered.found().values().forEach((Found one) -> found.put(one.account(), one.mailbox()));
      return found;
    }

    String problem() {
      return discovered.problems().get("everyone");
    }

    GroupEntries groups() {
      return groups(new DatabaseTime(clock));
    }

    /** By what it knows of the database's time, which needn't be what its own clock says. */
    GroupEntries groups(DatabaseTime time) {
      return new GroupEntries(discovered, accounts, directory, table, properties, time);
    }

    FileEntries files() {
      return new FileEntries(discovered, accounts);
    }
  }

  final SettableClock clock = new SettableClock();
  final DiscoveryTable table;
  final Directory directory = new Directory();

  DiscoveryParts() {
    MigratedDatabase database = new MigratedDatabase();
    table = new DiscoveryTable(database.jdbc(), database.transaction());
  }

  DiscoveryParts(DataSource database) {
    table =
        new DiscoveryTable(
            new JdbcTemplate(database),
            new TransactionTemplate(new DataSourceTransactionManager(database)));
  }

  Node node() {
    return new Node("accounts.everyone.members-of", GROUP);
  }

  Node node(String... settings) {
    return new Node(settings);
  }

  void joins(String... names) {
    List.of(names).forEach(name -> directory.mailboxes.put("id of " + name, name + "@contoso.com"));
  }

  static MailroomProperties properties(Map<String, String> settings) {
    return new Binder(new MapConfigurationPropertySource(settings))
        .bindOrCreate("mailroom", MailroomProperties.class);
  }
}
