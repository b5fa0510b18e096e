package org.mailroom.command;

import jakarta.jms.JMSException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.mailroom.account.Account;
import org.mailroom.account.Accounts;
import org.mailroom.account.DiscoveredAccounts;
import org.mailroom.account.ImportResult;
import org.mailroom.delivery.BrokerInUseException;
import org.mailroom.delivery.Destinations;
import org.mailroom.delivery.EmbeddedBroker;
import org.mailroom.discovery.Discovery;
import org.mailroom.listing.Backfill;
import org.mailroom.listing.Backfills;
import org.mailroom.listing.UnclearFilterException;
import org.mailroom.schedule.AccountSchedule;
import org.springframework.context.ConfigurableApplicationContext;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code mailroom import --once}: imports until nothing is due, then stops. */
@Command(
    name = "import",
    description = "Imports every account until nothing is due, then stops.",
    footerHeading = "%n",
    footer = {
      "It opens no port and can run beside a running Mailroom: it waits for a mailbox that one"
          + " works on, and says which.",
      "A backfill imports what was received in a period, oldest first: import --since 2026-01-01"
          + " --until 2026-02-01 --include-read.",
      "What a destination has already isn't delivered again. Interrupted, the same command goes on"
          + " where it stood.",
      "",
      "Exit codes: 0 all imported, 1 can't start, 2 misuse, 3 some messages failed, 4 an account"
          + " could not be read."
    },
    mixinStandardHelpOptions = true,
    versionProvider = Version.class)
final class ImportCommand implements Callable<Integer> {

  static final int ALL_IMPORTED = 0;
  static final int SOME_MESSAGES_FAILED = 3;
  static final int AN_ACCOUNT_COULD_NOT_BE_READ = 4;

  @ParentCommand private MailroomCommand mailroom;

  @Spec private CommandSpec spec;

  @Option(
      names = "--once",
      description =
          "Import once and stop; needed, unless --since is given. To import again and again, run"
              + " mailroom without a command.")
  private boolean once;

  @Option(
      names = "--since",
      paramLabel = "DATE",
      description =
          "Backfill: import what was received from DATE on. A day such as 2026-01-31, or a time"
              + " such as 2026-01-31T08:00 (of this machine's time zone) or 2026-01-31T08:00:00Z. A"
              + " backfill that was interrupted goes on where it stood.")
  private @Nullable String since;

  @Option(
      names = "--until",
      paramLabel = "DATE",
      description = "Backfill: only what was received before DATE.")
  private @Nullable String until;

  @Option(names = "--include-read", description = "Backfill: also what somebody has read already.")
  private boolean includeRead;

  @Option(
      names = "--account",
      paramLabel = "ID",
      description = "Only this account; may be repeated.")
  private List<String> accountIds = new ArrayList<>();

  @Override
  public Integer call() {
    if (!once && since == null) {
      throw new CommandLine.ParameterException(
          spec.commandLine(), "Missing option: --once, or --since DATE for a backfill.");
    }
    if (since == null && (until != null || includeRead)) {
      throw new CommandLine.ParameterException(
          spec.commandLine(), "--until and --include-read need --since DATE.");
    }
    Instant from = since == null ? null : Dates.of(spec, "--since", since);
    Instant to = until == null ? null : Dates.of(spec, "--until", until);
    if (from != null && !from.isBefore(to == null ? Instant.now() : to)) {
      throw new CommandLine.ParameterException(
          spec.commandLine(),
          to == null ? "--since is in the future." : "--since isn't before --until.");
    }
    try (ConfigurableApplicationContext context = mailroom.launcher().startCommand(Map.of())) {
      return run(context, from, to);
    }
  }

  private int run(
      ConfigurableApplicationContext context, @Nullable Instant from, @Nullable Instant to) {
    Accounts accounts = context.getBean(Accounts.class);
    context.getBean(Discovery.class).refresh();
    DiscoveredAccounts discovered = context.getBean(DiscoveredAccounts.class);
    List<String> asked =
        accountIds.stream().flatMap(id -> ofEntry(id, discovered)).distinct().toList();
    List<String> known = accounts.all().stream().map(Account::id).toList();
    Map<String, String> unusable = new TreeMap<>(accounts.problems());
    for (String id : asked) {
      if (!known.contains(id) && !unusable.containsKey(id)) {
        throw new CommandLine.ParameterException(
            spec.commandLine(),
            "There is no account '"
                + id
                + "'. Known: "
                + (known.isEmpty() ? "none" : String.join(", ", known))
                + ".");
      }
    }
    if (!accountIds.isEmpty()) {
      unusable.keySet().retainAll(asked);
    }
    unusable.forEach(
        (id, problem) ->
            spec.commandLine()
                .getErr()
                .println(
                    discovered.entries().containsKey(id)
                        ? "mailroom: entry " + id + ": " + problem
                        : "mailroom: account " + id + " is left out: " + problem));
    List<String> chosen =
        accountIds.isEmpty()
            ? unpaused(context, known)
            : asked.stream().filter(known::contains).toList();
    if (from != null && includeRead) {
      accounts.all().stream()
          .filter(account -> chosen.contains(account.id()))
          .forEach(this::requireReadCanBeIncluded);
    }
    if (from != null) {
      chosen.forEach(id -> context.getBean(Backfills.class).request(id, from, to, includeRead));
    }
    if (known.isEmpty() && unusable.isEmpty()) {
      spec.commandLine()
          .getErr()
          .println(
              "mailroom: no account is configured. Add one below mailroom.accounts in"
                  + " application.yaml, or in the console.");
      return ALL_IMPORTED;
    }
    startBroker(
        context,
        accounts.all().stream()
            .filter(account -> chosen.contains(account.id()))
            .flatMap(account -> account.deliverTo().stream())
            .distinct()
            .toList());
    List<ImportResult> results = new ImportRun(context).run(chosen);
    results.forEach(this::tellWhatIsLeft);
    int code = exitCode(results);
    if (from != null
        && code == ALL_IMPORTED
        && !chosen.stream().allMatch(id -> isThrough(context, id))) {
      code = SOME_MESSAGES_FAILED;
    }
    return unusable.isEmpty() ? code : AN_ACCOUNT_COULD_NOT_BE_READ;
  }

  private void requireReadCanBeIncluded(Account account) {
    try {
      Backfill.requireReadCanBeIncluded(account.filter());
    } catch (UnclearFilterException unclear) {
      throw new CommandLine.ParameterException(
          spec.commandLine(), "account " + account.id() + ": " + unclear.getMessage());
    }
  }

  /** Where the embedded broker serves another process, nothing is begun. */
  private static void startBroker(ConfigurableApplicationContext context, List<String> deliverTo) {
    Destinations destinations = context.getBean(Destinations.class);
    List<String> endpoints =
        deliverTo.stream().map(destinations::endpoint).filter(Objects::nonNull).toList();
    context
        .getBeanProvider(EmbeddedBroker.class)
        .ifAvailable(
            broker -> {
              try {
                broker.startFor(endpoints);
              } catch (BrokerInUseException | JMSException e) {
                throw new CommandException(e.getMessage() + ". Nothing was imported or marked.");
              }
            });
  }

  /**
   * An entry for many stands for the accounts that it has found, and for itself where it isn't
   * known which.
   */
  private static Stream<String> ofEntry(String id, DiscoveredAccounts discovered) {
    if (!discovered.entries().containsKey(id)) {
      return Stream.of(id);
    }
    Stream<String> found =
        discovered.found().values().stream()
            .filter(one -> one.entry().equals(id))
            .map(DiscoveredAccounts.Found::account);
    return discovered.problems().containsKey(id) ? Stream.concat(found, Stream.of(id)) : found;
  }

  /**
   * An exit code other than 0 comes with a line that says why, also when nothing new went wrong.
   */
  private void tellWhatIsLeft(ImportResult result) {
    var err = spec.commandLine().getErr();
    if (result.givenUpBefore() > 0) {
      err.println(
          "mailroom: account "
              + result.account()
              + ": "
              + messages(result.givenUpBefore())
              + " given up; see: failed list --account "
              + result.account());
    }
    if (result.waiting() > 0 || result.failed() > result.givenUp()) {
      err.println(
          "mailroom: account "
              + result.account()
              + ": "
              + messages(result.waiting() + result.failed() - result.givenUp())
              + " waiting for another try; the next import delivers what is due.");
    }
    if (result.readingPaused()) {
      err.println(
          "mailroom: account "
              + result.account()
              + ": nothing was read, for a destination is down and its deliveries wait.");
    }
  }

  /** Another node may have taken up what this command was asked for. */
  private boolean isThrough(ConfigurableApplicationContext context, String id) {
    boolean through =
        context
            .getBean(Backfills.class)
            .find(id)
            .filter(backfill -> backfill.ended() == null)
            .isEmpty();
    if (!through) {
      spec.commandLine()
          .getErr()
          .println(
              "mailroom: account "
                  + id
                  + ": its backfill isn't through; the same command goes on where it stands.");
    }
    return through;
  }

  private static String messages(int number) {
    return number == 1 ? "1 message is" : number + " messages are";
  }

  /** An account that somebody paused is imported when it is asked for by its id. */
  private List<String> unpaused(ConfigurableApplicationContext context, List<String> known) {
    AccountSchedule schedule = context.getBean(AccountSchedule.class);
    known.stream()
        .filter(schedule::isPaused)
        .forEach(
            id ->
                spec.commandLine()
                    .getErr()
                    .println(
                        "mailroom: account "
                            + id
                            + " is paused and left out; --account "
                            + id
                            + " imports it all the same."));
    return known.stream().filter(id -> !schedule.isPaused(id)).toList();
  }

  static int exitCode(List<ImportResult> results) {
    if (results.stream().anyMatch(result -> !result.couldBeRead())) {
      return AN_ACCOUNT_COULD_NOT_BE_READ;
    }
    return results.stream().allMatch(ImportResult::isComplete)
        ? ALL_IMPORTED
        : SOME_MESSAGES_FAILED;
  }
}
