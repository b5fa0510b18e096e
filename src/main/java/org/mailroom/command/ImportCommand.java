package org.mailroom.command;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.mailroom.account.Account;
import org.mailroom.account.Accounts;
import org.mailroom.account.ImportResult;
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
      "It opens no port and can run beside a running Mailroom.",
      "",
      "Exit codes: 0 all imported, 1 can't start, 2 misuse, 3 some messages failed, 4 an account could not be read."},
    mixinStandardHelpOptions = true,
    versionProvider = Version.class)
final class ImportCommand implements Callable<Integer> {

  static final int ALL_IMPORTED = 0;
  static final int SOME_MESSAGES_FAILED = 3;
  static final int AN_ACCOUNT_COULD_NOT_BE_READ = 4;

  @ParentCommand
  private MailroomCommand mailroom;

  @Spec
  private CommandSpec spec;

  @Option(names = "--once", required = true, description = "Import once and stop. To import again and again, run mailroom without a command.")
  private boolean once;

  @Option(names = "--account", paramLabel = "ID", description = "Only this account; may be repeated.")
  private List<String> accountIds = new ArrayList<>();

  @Override
  public Integer call() {
    try (ConfigurableApplicationContext context = mailroom.launcher().startCommand(Map.of())) {
      return run(context);
    }
  }

  private int run(ConfigurableApplicationContext context) {
    Accounts accounts = context.getBean(Accounts.class);
    List<String> known = accounts.all().stream().map(Account::id).toList();
    for (String id : accountIds) {
      if (!known.contains(id)) {
        throw new CommandLine.ParameterException(spec.commandLine(),
            "There is no account '" + id + "'. Known: " + (known.isEmpty() ? "none" : String.join(", ", known)) + ".");
      }
    }
    List<String> chosen = accountIds.isEmpty() ? known : accountIds.stream().distinct().toList();
    if (chosen.isEmpty()) {
      spec.commandLine().getErr().println("mailroom: no account is configured. Add one below mailroom.accounts in application.yaml, or in the console.");
      return ALL_IMPORTED;
    }
    return exitCode(new ImportRun(context).run(chosen));
  }

  static int exitCode(List<ImportResult> results) {
    if (results.stream().anyMatch(result -> !result.couldBeRead())) {
      return AN_ACCOUNT_COULD_NOT_BE_READ;
    }
    return results.stream().allMatch(ImportResult::isComplete) ? ALL_IMPORTED : SOME_MESSAGES_FAILED;
  }
}
