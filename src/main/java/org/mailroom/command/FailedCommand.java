package org.mailroom.command;

import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;
import org.mailroom.delivery.FailedDeliveries;
import org.mailroom.delivery.FailedDeliveries.FailedDelivery;
import org.mailroom.delivery.FailedDeliveries.Selection;
import org.mailroom.settings.Printable;
import org.springframework.context.ConfigurableApplicationContext;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code mailroom failed}: the dead letters. */
@Command(
    name = "failed",
    description =
        "Lists the deliveries that were given up; delivers them again, or gives them up for good.",
    footerHeading = "%n",
    footer = {
      "A message that can't be delivered is tried as often as mailroom.retry says, then listed"
          + " here. It stays unread in the mailbox.",
      "The commands run beside a running Mailroom, which takes up what is to be retried with the"
          + " account's next poll.",
      "",
      "Exit codes: 0 done, 1 can't start, 2 misuse, 7 there is no such failed delivery."
    },
    mixinStandardHelpOptions = true,
    versionProvider = Version.class)
final class FailedCommand implements Callable<Integer> {

  static final int NO_SUCH_DELIVERY = 7;
  private static final int MOST = 10_000;
  private static final String NAMED =
      "Say which: --account, --message and --destination together narrow it down; or --all. See:"
          + " failed list%n%nExit codes: 0 done, 1 can't start, 2 misuse, 7 there is no such failed"
          + " delivery.";

  @ParentCommand private MailroomCommand mailroom;

  @Spec private CommandSpec spec;

  /** Which deliveries; the same for all three. */
  static final class Filter {
    @Option(names = "--account", paramLabel = "ID", description = "Only of this account.")
    private @Nullable String account;

    @Option(names = "--message", paramLabel = "ID", description = "Only of this message.")
    private @Nullable String message;

    @Option(names = "--destination", paramLabel = "NAME", description = "Only to this destination.")
    private @Nullable String destination;

    Selection selection() {
      return new Selection(account, message, destination);
    }

    boolean isEmpty() {
      return account == null && message == null && destination == null;
    }
  }

  @Override
  public Integer call() {
    return list(new Filter());
  }

  @Command(
      name = "list",
      description = "Lists them: what, where to, how often tried, and why not.",
      footerHeading = "%n",
      footer = "Exit codes: 0 done, 1 can't start, 2 misuse.",
      mixinStandardHelpOptions = true,
      versionProvider = Version.class)
  int list(@Mixin Filter filter) {
    try (ConfigurableApplicationContext context = mailroom.launcher().startWithoutRoutes()) {
      List<FailedDelivery> failed =
          context.getBean(FailedDeliveries.class).list(filter.selection(), MOST);
      var out = spec.commandLine().getOut();
      if (failed.isEmpty()) {
        out.println("No delivery has failed.");
      }
      for (FailedDelivery delivery : failed) {
        out.printf(
            "%s to %s, %d attempts, last %s%n  message  %s%n  subject  %s%n  received %s%n  cause  "
                + "  %s%n",
            delivery.account(),
            delivery.destination(),
            delivery.attempts(),
            delivery.since() == null ? "unknown" : delivery.since().truncatedTo(ChronoUnit.SECONDS),
            delivery.messageId(),
            printable(delivery.subject()),
            delivery.receivedAt() == null ? "unknown" : delivery.receivedAt(),
            delivery.error());
      }
      out.flush();
      return ImportCommand.ALL_IMPORTED;
    }
  }

  @Command(
      name = "retry",
      description = "Delivers them again with the account's next import, with all attempts anew.",
      footerHeading = "%n",
      footer = NAMED,
      mixinStandardHelpOptions = true,
      versionProvider = Version.class)
  int retry(
      @Mixin Filter filter,
      @Option(names = "--all", description = "Every failed delivery.") boolean all) {
    return change(
        filter,
        all,
        "%d deliveries will be tried again with the next import.%n",
        failed -> failed.retry(filter.selection()));
  }

  @Command(
      name = "discard",
      description =
          "Gives them up for good: the messages are marked once every other destination has them.",
      footerHeading = "%n",
      footer = NAMED,
      mixinStandardHelpOptions = true,
      versionProvider = Version.class)
  int discard(
      @Mixin Filter filter,
      @Option(names = "--all", description = "Every failed delivery.") boolean all) {
    return change(
        filter,
        all,
        "%d deliveries were given up for good.%n",
        failed -> failed.discard(filter.selection()));
  }

  private int change(
      Filter filter, boolean all, String told, ToIntFunction<FailedDeliveries> change) {
    if (filter.isEmpty() != all) {
      throw new CommandLine.ParameterException(
          spec.commandLine(), "Say which: --account, --message, --destination, or --all.");
    }
    try (ConfigurableApplicationContext context = mailroom.launcher().startWithoutRoutes()) {
      int changed = change.applyAsInt(context.getBean(FailedDeliveries.class));
      if (changed == 0) {
        spec.commandLine()
            .getErr()
            .println("mailroom: there is no such failed delivery. See: failed list");
        return NO_SUCH_DELIVERY;
      }
      spec.commandLine().getOut().printf(told, changed);
      spec.commandLine().getOut().flush();
      return ImportCommand.ALL_IMPORTED;
    }
  }

  /** What a mail says must not control the terminal. */
  private static String printable(@Nullable String subject) {
    return subject == null ? "(none)" : Printable.visible(subject);
  }
}
