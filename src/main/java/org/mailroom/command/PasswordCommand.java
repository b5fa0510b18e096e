package org.mailroom.command;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.concurrent.Callable;
import org.mailroom.console.AdminPassword;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.JdbcTemplate;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code mailroom password}: a new password for the console. */
@Command(
    name = "password",
    description =
        "Makes a new password for the console's user admin, and prints it. The old one holds no"
            + " longer.",
    footerHeading = "%n",
    footer = {
      "It runs beside a running Mailroom, which takes the new password within seconds. Whoever is"
          + " signed in stays signed in.",
      "Where spring.security.user.password is set, that one counts.",
      "",
      "Exit codes: 0 done, 1 can't start, or the password is too short, 2 misuse."
    },
    mixinStandardHelpOptions = true,
    versionProvider = Version.class)
final class PasswordCommand implements Callable<Integer> {

  @ParentCommand private MailroomCommand mailroom;

  @Spec private CommandSpec spec;

  @Option(
      names = "--stdin",
      description = "Read the new password from the standard input, a line, instead of making one.")
  private boolean stdin;

  @Override
  public Integer call() throws IOException {
    String given =
        stdin
            ? new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))
                .readLine()
            : null;
    if (stdin && given == null) {
      throw new CommandException("there is no password on the standard input.");
    }
    try (ConfigurableApplicationContext context = mailroom.launcher().startWithoutRoutes()) {
      AdminPassword password =
          new AdminPassword(context.getBean(JdbcTemplate.class), context.getBean(Clock.class));
      var out = spec.commandLine().getOut();
      if (given != null) {
        password.set(given);
        out.println("The console's user " + AdminPassword.USER + " has a new password.");
      } else {
        out.println(
            "The console's user is "
                + AdminPassword.USER
                + ", the new password "
                + password.renew());
      }
      out.flush();
      return ImportCommand.ALL_IMPORTED;
    }
  }
}
