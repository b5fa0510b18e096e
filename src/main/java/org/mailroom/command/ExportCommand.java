package org.mailroom.command;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.mailroom.console.CommandTrail;
import org.mailroom.export.MessageExport;
import org.mailroom.export.MessageExport.Format;
import org.mailroom.export.MessageExport.Result;
import org.mailroom.export.MessageExport.Selection;
import org.mailroom.settings.Causes;
import org.mailroom.settings.PrivateFolder;
import org.springframework.context.ConfigurableApplicationContext;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code mailroom export}: writes out what was imported, to be handed over. */
@Command(
    name = "export",
    description =
        "Writes out what was imported, earliest received first: to a file, or to the standard"
            + " output.",
    footerHeading = "%n",
    footer = {
      "jsonl: the documents as Mailroom keeps them, one a line, in UTF-8; contents of attachments"
          + " by their location on disk.",
      "mbox: mails with their attachments (mboxrd). Where message.eml is kept (content: mime) it is"
          + " that, else the mail is made of the document.",
      "What went to a queue or elsewhere alone is kept nowhere and can't be written; it is counted."
          + " The trail keeps who exported, when and how many.",
      "It opens no port and can run beside a running Mailroom.",
      "",
      "Exit codes: 0 all written, 1 can't start, 2 misuse, 9 not all could be read or written."
    },
    mixinStandardHelpOptions = true,
    versionProvider = Version.class)
final class ExportCommand implements Callable<Integer> {

  private static final int BUFFER = 1 << 16;

  @ParentCommand private MailroomCommand mailroom;

  @Spec private CommandSpec spec;

  @Option(
      names = "--since",
      paramLabel = "DATE",
      required = true,
      description =
          "What was received from DATE on. A day such as 2026-01-31, or a time such as"
              + " 2026-01-31T08:00 (of this machine's time zone) or 2026-01-31T08:00:00Z.")
  @SuppressWarnings("NullAway.Init") // required, so that picocli sets it
  private String since;

  @Option(
      names = "--until",
      paramLabel = "DATE",
      description = "Only what was received before DATE.")
  private @Nullable String until;

  @Option(
      names = "--account",
      paramLabel = "ID",
      description = "Only of this account, which may be one that is no longer in the settings.")
  private @Nullable String account;

  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      required = true,
      description = "${COMPLETION-CANDIDATES}, in small letters or capitals.")
  @SuppressWarnings("NullAway.Init") // required, so that picocli sets it
  private Format format;

  @Option(
      names = "--output",
      paramLabel = "FILE",
      description =
          "Write to this file, which only its owner may read. It is there when all is written; one"
              + " of that name is replaced. Without it: the standard output.")
  private @Nullable Path output;

  @Override
  public Integer call() throws IOException {
    Instant from = Dates.of(spec, "--since", since);
    Instant to = until == null ? null : Dates.of(spec, "--until", until);
    if (to != null && !from.isBefore(to)) {
      throw new CommandLine.ParameterException(spec.commandLine(), "--since isn't before --until.");
    }
    if (output != null
        && (Files.isDirectory(output)
            || !Files.isDirectory(Objects.requireNonNull(output.toAbsolutePath().getParent())))) {
      throw new CommandLine.ParameterException(
          spec.commandLine(), "--output " + output + " must be a file in a folder that is there.");
    }
    PrintStream data = System.out;
    // the log goes where it can't get into what is written
    System.setOut(System.err);
    try (ConfigurableApplicationContext context = mailroom.launcher().startWithoutRoutes()) {
      return run(context, new Selection(account, from, to), data);
    } finally {
      System.setOut(data);
    }
  }

  private int run(ConfigurableApplicationContext context, Selection selection, PrintStream data) {
    MessageExport export = context.getBean(MessageExport.class);
    var err = spec.commandLine().getErr();
    Result result;
    try {
      result =
          output == null
              ? write(export, selection, data)
              : toFile(output.toAbsolutePath(), export, selection);
    } catch (IOException e) {
      err.println(
          "mailroom: "
              + (output == null ? "the standard output" : output)
              + " can't be written ("
              + Causes.inShort(e)
              + "): the export isn't whole.");
      err.flush();
      return EraseCommand.NOT_ALL;
    }
    String what = result.written() == 1 ? "1 message" : result.written() + " messages";
    context
        .getBean(CommandTrail.class)
        .exported(
            account == null ? "messages of all accounts" : "messages of account " + account,
            what + " as " + format.name().toLowerCase(java.util.Locale.ROOT));
    err.println(
        "Exported "
            + what
            + "."
            + (result.notKept() == 0
                ? ""
                : " Of "
                    + result.notKept()
                    + " more nothing is kept that could be written: they went to other destinations"
                    + " alone, or their files are gone."));
    result
        .problems()
        .forEach(
            problem -> err.println("mailroom: " + problem + (problem.endsWith(".") ? "" : ".")));
    err.flush();
    return result.problems().isEmpty() ? ImportCommand.ALL_IMPORTED : EraseCommand.NOT_ALL;
  }

  private Result write(MessageExport export, Selection selection, OutputStream to)
      throws IOException {
    OutputStream buffered = new BufferedOutputStream(to, BUFFER);
    try (Progress progress = new Progress("Exporting")) {
      Result result = export.export(selection, format, buffered, progress::to);
      if (to instanceof PrintStream printed && printed.checkError()) {
        throw new IOException("whoever reads it has closed it");
      }
      return result;
    }
  }

  /** To a name beside it first, so that a file of that name is a whole one. */
  private Result toFile(Path file, MessageExport export, Selection selection) throws IOException {
    Path part = file.resolveSibling("." + UUID.randomUUID() + ".part");
    try {
      Result result;
      try (FileChannel channel =
          FileChannel.open(
              part,
              Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
              PrivateFolder.fileAttributes(part))) {
        result = write(export, selection, Channels.newOutputStream(channel));
        channel.force(true);
      }
      Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      return result;
    } finally {
      Files.deleteIfExists(part);
    }
  }
}
