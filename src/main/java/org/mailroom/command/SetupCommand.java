package org.mailroom.command;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.mailroom.credential.Credential;
import org.mailroom.credential.Credentials;
import org.mailroom.setup.SetupText;
import org.mailroom.setup.Shell;
import org.mailroom.setup.TenantSetup;
import org.springframework.context.ConfigurableApplicationContext;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code mailroom setup}: the lines with which an administrator sets the tenant up. */
@Command(
    name = "setup",
    description =
        "Prints the exact lines that set the tenant up for this site's credentials and mailboxes;"
            + " it runs none of them.",
    footerHeading = "%n",
    footer = {
      "The application, its certificate, its permission for just these mailboxes (RBAC",
      "for Applications), admin consent, and a test of it. Names, addresses and ids are",
      "those of the settings. What isn't a line to run is a comment, so that",
      "setup --shell powershell > setup.ps1 makes a script. It may be run again.",
      "",
      "Exit codes: 0 printed, 1 can't start, 2 misuse."
    },
    mixinStandardHelpOptions = true,
    versionProvider = Version.class)
final class SetupCommand implements Callable<Integer> {

  private static final int PRINTED = 0;

  /** What is printed for before there is a credential. */
  private static final String NEW = "mailroom";

  @ParentCommand private MailroomCommand mailroom;

  @Spec private CommandSpec spec;

  @Option(
      names = "--credential",
      paramLabel = "ID",
      description = "Only this credential; may be repeated.")
  private List<String> credentialIds = new ArrayList<>();

  @Option(
      names = "--shell",
      paramLabel = "SHELL",
      description = "powershell or az; without it both.")
  private @Nullable Shell shell;

  @Option(
      names = "--mailbox",
      paramLabel = "ADDRESS",
      description = "These mailboxes instead of those of the accounts; may be repeated.")
  private List<String> mailboxes = new ArrayList<>();

  @Option(
      names = "--permission",
      paramLabel = "NAME",
      description = "Mail.ReadWrite, Mail.Read or Mail.Send, instead of what the accounts need.")
  private @Nullable String permission;

  @Option(
      names = "--all-mailboxes",
      description = "Admin consent to every mailbox of the tenant, instead of these alone.")
  private boolean allMailboxes;

  @Override
  public Integer call() {
    if (permission != null && !TenantSetup.permissions().contains(permission)) {
      throw new CommandLine.ParameterException(
          spec.commandLine(),
          "--permission is '"
              + permission
              + "': allowed are "
              + String.join(", ", TenantSetup.permissions())
              + ".");
    }
    try (ConfigurableApplicationContext context = mailroom.launcher().startQuietly()) {
      List<String> known =
          context.getBean(Credentials.class).list().stream().map(Credential::id).toList();
      for (String id : credentialIds) {
        if (!known.contains(id)) {
          throw new CommandLine.ParameterException(
              spec.commandLine(),
              "There is no credential '" + id + "'. Known: " + String.join(", ", known) + ".");
        }
      }
      print(
          context.getBean(TenantSetup.class),
          credentialIds.isEmpty()
              ? known.isEmpty() ? List.of(NEW) : known
              : credentialIds.stream().distinct().toList(),
          known.isEmpty());
    }
    return PRINTED;
  }

  private void print(TenantSetup setup, List<String> credentials, boolean none) {
    PrintWriter out = spec.commandLine().getOut();
    TenantSetup.Wish wish = new TenantSetup.Wish(mailboxes, permission, allMailboxes);
    if (none) {
      out.println(
          "# No credential is configured yet: these lines are for a new one, an application with a"
              + " certificate.");
    }
    for (Iterator<String> each = credentials.iterator(); each.hasNext(); ) {
      String id = each.next();
      boolean nobodys = wish.mailboxes().isEmpty() && setup.mailboxes(id).isEmpty();
      for (Shell one : shell == null ? Shell.values() : new Shell[] {shell}) {
        out.println(
            "# ==== credential "
                + id
                + (one == Shell.AZ ? ", for az in a POSIX shell ====" : ", for PowerShell ===="));
        for (String entry : wish.mailboxes().isEmpty() ? setup.untold(id) : List.<String>of()) {
          out.println(
              "# Whose mailboxes entry "
                  + entry
                  + " stands for isn't known yet: permit it to ask for them, start Mailroom, then"
                  + " run setup again.");
        }
        if (nobodys && setup.untold(id).isEmpty()) {
          out.println("# No account uses it: name its mailboxes by --mailbox ADDRESS.");
        }
        SetupText.of(setup.steps(id, one, wish)).forEach(out::println);
        out.println();
      }
    }
    out.flush();
  }
}
