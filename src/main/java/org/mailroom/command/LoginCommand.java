package org.mailroom.command;

import java.io.PrintWriter;
import java.util.concurrent.Callable;
import org.mailroom.account.Accounts;
import org.mailroom.credential.CredentialException;
import org.mailroom.credential.SignIns;
import org.mailroom.credential.SignedInUser;
import org.springframework.context.ConfigurableApplicationContext;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/**
 * {@code mailroom login}: signs in a delegated credential by device code, for a server without a
 * browser.
 */
@Command(
    name = "login",
    description = "Signs in a delegated credential by device code, for a server without a browser.",
    footerHeading = "%n",
    footer = {
      "It prints an address and a code, to be opened in any browser, and waits until somebody has"
          + " signed in.",
      "The app registration must allow public client flows (Authentication, Advanced settings).",
      "It opens no port; a Mailroom that runs meanwhile uses the new sign-in at once.",
      "",
      "Exit codes: 0 signed in, 1 can't start, 2 misuse, 6 not signed in (the reason is printed)."
    },
    mixinStandardHelpOptions = true,
    versionProvider = Version.class)
final class LoginCommand implements Callable<Integer> {

  static final int SIGNED_IN = 0;
  static final int NOT_SIGNED_IN = 6;

  @ParentCommand private MailroomCommand mailroom;

  @Spec private CommandSpec spec;

  @Parameters(
      paramLabel = "CREDENTIAL",
      description = "Its id; its grant-type is authorization-code.")
  private String credential;

  @Override
  public Integer call() {
    try (ConfigurableApplicationContext context = mailroom.launcher().startWithoutRoutes()) {
      PrintWriter out = spec.commandLine().getOut();
      try {
        SignedInUser user =
            context
                .getBean(SignIns.class)
                .byDeviceCode(
                    credential,
                    prompt -> {
                      out.printf(
                          "Open %s in a browser and enter the code %s within %d minutes.%n",
                          prompt.address(), prompt.userCode(), prompt.valid().toMinutes());
                      out.flush();
                    });
        out.printf("Signed in as %s.%n", user.userPrincipalName());
        if (!context.getBean(Accounts.class).isUsedFor(credential, user)) {
          out.println(
              "No account with this credential has that person's mailbox: only mailboxes that are"
                  + " shared with that person can be read.");
        }
        out.flush();
        return SIGNED_IN;
      } catch (CredentialException e) {
        spec.commandLine().getErr().println("mailroom: " + e.getMessage());
        return NOT_SIGNED_IN;
      }
    }
  }
}
