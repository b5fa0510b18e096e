package org.mailroom.push;

import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;
import org.mailroom.MigratedDatabase;
import org.mailroom.SettableClock;
import org.mailroom.account.Account;
import org.mailroom.account.Accounts;
import org.mailroom.schedule.AccountSchedule;
import org.mailroom.settings.AttachmentsKept;
import org.mailroom.settings.Content;
import org.mailroom.settings.MailroomProperties;
import org.mailroom.settings.PollAt;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * The parts of push as a unit test puts them together: nodes that share a database, a clock that
 * the test drives, and a service that notes what it is asked.
 */
final class PushParts {

  static final String PUBLIC_URL = "https://mailroom.contoso.com";

  /** A service that grants what it is asked, for seven days. */
  final class Service extends SubscriptionRequests {

    final List<WantedSubscription> created = new CopyOnWriteArrayList<>();
    final List<String> renewed = new CopyOnWriteArrayList<>();
    final List<String> deleted = new CopyOnWriteArrayList<>();
    Function<WantedSubscription, RuntimeException> refusesToCreate = wanted -> null;
    RuntimeException refusesToRenew;
    Runnable meanwhile = () -> {};

    Service() {
      super(null, null, null, properties(Map.of()), null, clock);
    }

    @Override
    Granted create(WantedSubscription wanted, String url, String clientState) {
      created.add(wanted);
      meanwhile.run();
      RuntimeException refusal = refusesToCreate.apply(wanted);
      if (refusal != null) {
        throw refusal;
      }
      return new Granted("id-" + created.size() + "-" + wanted.key(), inSevenDays());
    }

    @Override
    Granted renew(WantedSubscription wanted, String id) {
      renewed.add(id);
      if (refusesToRenew != null) {
        throw refusesToRenew;
      }
      return new Granted(id, inSevenDays());
    }

    @Override
    void delete(Subscription subscription) {
      deleted.add(subscription.id());
    }

    private Instant inSevenDays() {
      return clock.instant().plus(Duration.ofDays(7));
    }
  }

  /** A node: with accounts of its own, as of its own application.yaml. */
  final class Node {

    final Map<String, Account> known = new TreeMap<>();
    final Accounts accounts = mock(Accounts.class);
    final LifecycleEvents events = new LifecycleEvents();
    final SubscriptionUpkeep upkeep;

    Node(Map<String, String> settings) {
      when(accounts.all()).thenAnswer(asked -> List.copyOf(known.values()));
      MailroomProperties properties = properties(settings);
      upkeep =
          new SubscriptionUpkeep(
              new NotificationAddress(properties),
              new WantedSubscriptions(accounts),
              table,
              service,
              events,
              new PushLog(),
              threads,
              properties,
              clock);
    }

    Node knows(String id, String mailbox) {
      return knows(account(id, mailbox, List.of("inbox"), null));
    }

    Node knows(Account account) {
      known.put(account.id(), account);
      return this;
    }

    void round() {
      try {
        upkeep.round();
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  private final JdbcTemplate database;
  final SettableClock clock = new SettableClock();
  final SubscriptionTable table;
  final ExecutorService threads = Executors.newCachedThreadPool();
  final Service service = new Service();

  PushParts() {
    this(new MigratedDatabase().jdbc());
  }

  PushParts(JdbcTemplate database) {
    this.database = database;
    table = new SubscriptionTable(database);
  }

  Node node() {
    return new Node(Map.of("mailroom.public-url", PUBLIC_URL));
  }

  Node node(Map<String, String> settings) {
    return new Node(settings);
  }

  static Account account(String id, String mailbox, List<String> folders, PollAt pollAt) {
    return new Account(
        id,
        mailbox,
        "contoso",
        folders,
        false,
        "",
        Duration.ofMinutes(1),
        pollAt,
        Content.JSON,
        false,
        List.of("file"),
        null,
        null,
        AttachmentsKept.ALL,
        null,
        null);
  }

  static MailroomProperties properties(Map<String, String> settings) {
    return new Binder(new MapConfigurationPropertySource(settings))
        .bindOrCreate("mailroom", MailroomProperties.class);
  }

  /** As when a right is taken away while Mailroom runs. */
  void loses(String tableName) {
    database.execute("drop table " + tableName);
  }

  Subscription row(String mailbox) {
    return table.find(mailbox).orElseThrow();
  }

  /** A schedule that notes whose import was asked for. */
  static AccountSchedule schedule(List<String> wanted) {
    AccountSchedule schedule = mock(AccountSchedule.class);
    when(schedule.importNow(org.mockito.ArgumentMatchers.any()))
        .thenAnswer(
            asked -> {
              wanted.add(asked.getArgument(0));
              return false;
            });
    return schedule;
  }
}
