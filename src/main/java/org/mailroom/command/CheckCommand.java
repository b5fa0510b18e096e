package org.mailroom.command;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import org.mailroom.account.Accounts;
import org.mailroom.account.DiscoveredAccounts;
import org.mailroom.check.AccountCheck;
import org.mailroom.schedule.MailboxBusyException;
import org.mailroom.schedule.MailboxTurns;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.dao.DataAccessException;
import org.springframework.transaction.TransactionException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code mailroom check}: what works and what doesn't, step by step. */
@Command(
    name = "check",
    description =
        "Walks each account from its configuration to its destinations and says what works and how"
            + " to mend what doesn't.",
    footerHeading = "%n",
    footer = {
      "Steps: configuration, database, DNS, TLS, clock, token, permission, mailbox, folder,"
          + " listing, push, destinations.",
      "Nothing is imported, marked or left behind. It opens no port and runs beside a running"
          + " Mailroom: it waits for a mailbox that one works on.",
      "Where a step of the setup is missing in the tenant, it ends with the lines that make up for"
          + " it.",
      "",
      "Exit codes: 0 all is well, 1 can't start, 2 misuse, 5 something doesn't work."
    },
    mixinStandardHelpOptions = true,
    versionProvider = Version.class)
final class CheckCommand implements Callable<Integer> {

  static final int SOMETHING_DOES_NOT_WORK = 5;

  @ParentCommand private MailroomCommand mailroom;

  @Spec private CommandSpec spec;

  @Option(
      names = "--account",
      paramLabel = "ID",
      description = "Only this account; may be repeated.")
  private List<String> accountIds = new ArrayList<>();

  @Override
  public Integer call() {
    try (ConfigurableApplicationContext context = mailroom.launcher().startCommand(Map.of())) {
      Accounts accounts = context.getBean(Accounts.class);
      Set<String> all =
          new LinkedHashSet<>(context.getBean(DiscoveredAccounts.class).entries().keySet());
      accounts.all().forEach(account -> all.add(account.id()));
      all.addAll(accounts.problems().keySet());
      List<String> known = List.copyOf(all);
      for (String id : accountIds) {
        if (!known.contains(id)) {
          throw new CommandLine.ParameterException(
              spec.commandLine(),
              "There is no account '" + id + "'. Known: " + String.join(", ", known) + ".");
        }
      }
      List<String> chosen = accountIds.isEmpty() ? known : accountIds.stream().distinct().toList();
      if (chosen.isEmpty()) {
        spec.commandLine()
            .getErr()
            .println(
                "mailroom: no account is configured. Add one below mailroom.accounts in"
                    + " application.yaml.");
        return SOMETHING_DOES_NOT_WORK;
      }
      return check(context, chosen);
    }
  }

  /**
   * Two at once in a mailbox could be more requests than the service allows. Without the database
   * nobody can tell, and the check says so itself.
   */
  private MailboxTurns.Turn turn(MailboxTurns turns, String account) {
    try {
      return turns.await(
          account,
          waits -> {
            spec.commandLine().getErr().println("mailroom: " + waits + ".");
            spec.commandLine().getErr().flush();
          });
    } catch (DataAccessException | TransactionException databaseDown) {
      return () -> {};
    }
  }

  @SuppressWarnings("try")
  private int check(ConfigurableApplicationContext context, List<String> accounts) {
    AccountCheck check = context.getBean(AccountCheck.class);
    MailboxTurns turns = context.getBean(MailboxTurns.class);
    PrintWriter out = spec.commandLine().getOut();
    boolean[] failed = new boolean[1];
    MissingSteps missing = new MissingSteps(context);
    for (String account : accounts) {
      out.println(account);
      try (MailboxTurns.Turn unused = turn(turns, account)) {
        check.check(
            account,
            step -> {
              failed[0] |= step.isFailed();
              missing.note(account, step);
              out.printf("  %-9s %s%n", step.outcome().inWords(), step.inWords());
              out.flush();
            });
      } catch (MailboxBusyException busy) {
        failed[0] = true;
        out.printf("  %-9s %s%n", "failed", busy.getMessage());
      }
    }
    out.println(
        failed[0] ? "Something doesn't work: see the lines that say failed." : "All is well.");
    missing.lines().forEach(out::println);
    out.flush();
    return failed[0] ? SOMETHING_DOES_NOT_WORK : ImportCommand.ALL_IMPORTED;
  }
}
