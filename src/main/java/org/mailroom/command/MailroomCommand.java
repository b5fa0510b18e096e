package org.mailroom.command;

import java.sql.SQLException;
import java.util.Map;
import java.util.concurrent.Callable;
import org.mailroom.settings.Causes;
import org.mailroom.settings.DatabaseBreaker;
import org.springframework.dao.DataAccessException;
import org.springframework.transaction.TransactionException;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** {@code mailroom} without a subcommand: runs until it is stopped. */
@Command(
    name = "mailroom",
    description =
        "Imports e-mail from Exchange Online through Microsoft Graph and delivers it to databases,"
            + " files and queues.",
    footerHeading = "%n",
    footer = {
      "Without a command it runs until it is stopped; on SIGTERM it finishes what is in flight.",
      "It reads application.yaml and routes/ in the folder that it runs in. Every setting can be"
          + " given",
      "as an argument, too: --mailroom.poll-every=10s.",
      "",
      "Exit codes: 0 done, 1 can't start (the reason is printed), 2 misuse."
    },
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    subcommands = {
      ImportCommand.class,
      CheckCommand.class,
      FailedCommand.class,
      LoginCommand.class,
      SetupCommand.class,
      PasswordCommand.class,
      InitCommand.class,
      EraseCommand.class,
      ExportCommand.class
    })
public final class MailroomCommand implements Callable<Integer> {

  /** The runtime goes on in its own threads; the process must not exit. */
  public static final int STILL_RUNNING = -1;

  static final int CAN_NOT_START = 1;

  private final Launcher launcher;

  MailroomCommand(Launcher launcher) {
    this.launcher = launcher;
  }

  Launcher launcher() {
    return launcher;
  }

  /**
   * Runs a command line and returns its exit code, or {@link #STILL_RUNNING}.
   *
   * @param others commands of packages that this one doesn't know
   */
  public static int run(String[] arguments, Launcher launcher, Object... others) {
    if (arguments.length == 0) {
      // nothing to parse, and a parser takes its time to start
      return runUntilStopped(launcher);
    }
    return line(launcher, others)
        .setExecutionExceptionHandler(
            (failure, command, result) -> {
              // what Spring's failure analysis has told already isn't told again
              if (!(failure instanceof StartFailedException)) {
                command.getErr().println("mailroom: " + inWords(failure));
              }
              return CAN_NOT_START;
            })
        .execute(arguments);
  }

  /** The words that it understands. */
  static CommandLine line(Launcher launcher, Object... others) {
    CommandLine line = new CommandLine(new MailroomCommand(launcher));
    line.addSubcommand(
        new CommandLine(new AutoComplete.GenerateCompletion()).setCommandName("completion"));
    for (Object other : others) {
      line.addSubcommand(other);
    }
    line.getSubcommands()
        .values()
        .forEach(command -> command.getCommandSpec().versionProvider(new Version()));
    return line.setCaseInsensitiveEnumValuesAllowed(true);
  }

  /** What a command failed with, for people. */
  static String inWords(Exception failure) {
    boolean ofDatabase =
        Causes.of(failure)
            .anyMatch(
                cause ->
                    cause instanceof DataAccessException
                        || cause instanceof TransactionException
                        || cause instanceof SQLException);
    if (ofDatabase && Causes.sentence(failure).isEmpty()) {
      String reason = DatabaseBreaker.reason(failure);
      return "Mailroom's database doesn't answer as it should ("
          + reason
          + "). "
          + DatabaseBreaker.remedy(reason)
          + ", and run the command again.";
    }
    return failure.getMessage() == null ? failure.toString() : failure.getMessage();
  }

  private static int runUntilStopped(Launcher launcher) {
    try {
      return new MailroomCommand(launcher).call();
    } catch (StartFailedException alreadyTold) {
      return CAN_NOT_START;
    }
  }

  @Override
  public Integer call() {
    stopWithSuccessOnSigterm(launcher);
    launcher.startRuntime(Map.of());
    return STILL_RUNNING;
  }

  /**
   * Being stopped is how the runtime ends well: the JVM's own exit code for SIGTERM would be 143.
   * It is stopped before the JVM's shutdown hooks run, for these run all at once: the embedded
   * database's own closes it under an import that is being finished.
   */
  public static void stopWithSuccessOnSigterm(Launcher launcher) {
    StopSignals.on("TERM", () -> launcher.stopAndExit(0));
    StopSignals.on("INT", () -> launcher.stopAndExit(130));
  }
}
