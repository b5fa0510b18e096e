package org.mailroom.command;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.mailroom.account.Account;
import org.mailroom.account.Accounts;
import org.mailroom.console.CommandTrail;
import org.mailroom.retention.Erasure;
import org.mailroom.retention.Erasure.Result;
import org.mailroom.retention.Erasure.Selection;
import org.mailroom.retention.Sizes;
import org.springframework.boot.convert.DurationStyle;
import org.springframework.context.ConfigurableApplicationContext;
import picocli.CommandLine;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/**
 * {@code mailroom erase}: what was imported goes from database and files, and never comes again.
 */
@Command(
    name = "erase",
    description =
        "Erases what was imported from database and files: rows, documents, attachments,"
            + " originals.",
    footerHeading = "%n",
    footer = {
      "The ledger keeps the keys (account, message id, destination), so that nothing of it is"
          + " imported again. What of these messages waits",
      "for another try, or was given up, is discarded. The mailbox is left alone.",
      "What is on a queue or at another destination can't be recalled, and backups aren't reached:"
          + " the command says which destinations have some.",
      "The trail keeps who erased, when and how many; no address, and nothing of a mail.",
      "It opens no port and can run beside a running Mailroom. Interrupted, or where a file can't"
          + " be deleted, the same command or a running",
      "Mailroom completes what was begun.",
      "",
      "Exit codes: 0 erased, or there is nothing of it, 1 can't start, 2 misuse, 9 not all could be"
          + " erased."
    },
    mixinStandardHelpOptions = true,
    versionProvider = Version.class)
final class EraseCommand implements Callable<Integer> {

  static final int NOT_ALL = 9;

  @ParentCommand private MailroomCommand mailroom;

  @Spec private CommandSpec spec;

  @ArgGroup(multiplicity = "1")
  private Which which;

  /** Which messages. */
  static final class Which {
    @Option(
        names = "--sender",
        paramLabel = "ADDRESS",
        required = true,
        description = "What is from this address, or was sent by it, whatever the case.")
    private @Nullable String sender;

    @Option(
        names = "--message",
        paramLabel = "ID",
        required = true,
        description =
            "The message with this id: Graph's immutable id as in the console, or the"
                + " internetMessageId (<…@…>).")
    private @Nullable String message;

    @Option(
        names = "--older-than",
        paramLabel = "AGE",
        required = true,
        description = "What was imported longer ago than this, such as 365d or 12h.")
    private @Nullable String olderThan;
  }

  @Option(
      names = "--account",
      paramLabel = "ID",
      description = "Only of this account, which may be one that is no longer in the settings.")
  private @Nullable String account;

  @Option(names = "--dry-run", description = "Only say what would be erased.")
  private boolean dryRun;

  @Override
  public Integer call() {
    Selection selection =
        new Selection(
            account,
            text("--sender", which.sender),
            text("--message", which.message),
            which.olderThan == null ? null : age(which.olderThan));
    try (ConfigurableApplicationContext context = mailroom.launcher().startWithoutRoutes()) {
      Erasure erasure = context.getBean(Erasure.class);
      if (account != null
          && context.getBean(Accounts.class).all().stream()
              .map(Account::id)
              .noneMatch(account::equals)
          && !erasure.knows(account)) {
        throw new CommandLine.ParameterException(
            spec.commandLine(),
            "There is no account '"
                + account
                + "', and nothing was imported for one of that name.");
      }
      Result result;
      try (Progress progress = new Progress("Looking")) {
        result = erasure.erase(selection, dryRun, progress::to);
      }
      if (!dryRun) {
        context.getBean(CommandTrail.class).erased(inWords(), counts(result));
      }
      tell(result);
      return result.problems().isEmpty() ? ImportCommand.ALL_IMPORTED : NOT_ALL;
    }
  }

  private @Nullable String text(String option, @Nullable String value) {
    if (value != null && value.isBlank()) {
      throw new CommandLine.ParameterException(
          spec.commandLine(), "Missing value for option '" + option + "'.");
    }
    return value == null ? null : value.strip();
  }

  private Duration age(String text) {
    try {
      // a number alone would be milliseconds
      Duration age = text.matches("\\d+") ? null : DurationStyle.detectAndParse(text);
      if (age != null && !age.isNegative() && age.compareTo(Duration.ofDays(36_500)) <= 0) {
        return age;
      }
    } catch (IllegalArgumentException | ArithmeticException notAnAge) {
      // told below
    }
    throw new CommandLine.ParameterException(
        spec.commandLine(),
        "Invalid value for option '--older-than': '"
            + text
            + "' is no age. Write a number with its unit, such as 365d or 12h.");
  }

  /** Without the address: whose messages were erased is nothing to be kept. */
  private String inWords() {
    String of = account == null ? "all accounts" : "account " + account;
    String age = which.olderThan;
    return which.sender != null
        ? "what a sender sent, of " + of
        : age == null
            ? "a message, of " + of
            : "what was imported more than " + age.strip() + " ago, of " + of;
  }

  private static String counts(Result result) {
    return messages(result.total())
        + ": "
        + result.rows()
        + " rows and "
        + result.attachments()
        + " attachments in the database, "
        + result.files()
        + " files ("
        + Sizes.inWords(result.bytes())
        + "); "
        + (result.discarded() == 1 ? "1 delivery" : result.discarded() + " deliveries")
        + " discarded";
  }

  private void tell(Result result) {
    PrintWriter out = spec.commandLine().getOut();
    if (result.total() == 0) {
      out.println(
          "There is nothing to erase: no such message was imported, or it is erased already.");
    } else {
      out.println((dryRun ? "Would erase " : "Erased ") + counts(result) + ".");
      if (result.messages().size() > 1 || account == null) {
        result
            .messages()
            .forEach((id, number) -> out.println("  account " + id + ": " + messages(number)));
      }
    }
    if (result.discarded() > 0) {
      out.println(
          "What waits or was given up "
              + (dryRun ? "would be" : "is")
              + " discarded: it isn't delivered, and counts as done when the mailbox is read.");
    }
    result
        .elsewhere()
        .forEach(
            (destination, number) ->
                out.println(
                    "Destination "
                        + destination
                        + " has "
                        + messages(number)
                        + ": what was delivered there can't be recalled. Erase it there, too."));
    if (result.total() > 0) {
      out.println("The mailbox and backups are left as they are.");
    }
    out.flush();
    result
        .problems()
        .forEach(
            problem ->
                spec.commandLine()
                    .getErr()
                    .println("mailroom: " + problem + (problem.endsWith(".") ? "" : ".")));
    spec.commandLine().getErr().flush();
  }

  private static String messages(long number) {
    return number == 1 ? "1 message" : number + " messages";
  }
}
