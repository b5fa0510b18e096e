package org.mailroom;

import java.util.ArrayList;
import java.util.List;
import org.mailroom.command.Launcher;
import org.mailroom.command.MailroomCommand;
import org.mailroom.command.OutOfMemory;
import org.mailroom.demo.DemoCommand;

/** The command line of Mailroom. */
public final class Mailroom {

  private Mailroom() {}

  /**
   * Runs a command and exits with its code. Arguments such as {@code --mailroom.poll-every=10s} are
   * settings and go to Spring; all others belong to the command.
   */
  public static void main(String[] arguments) {
    // only this machine may reach the port that an H2 database in use opens for a second process
    System.setProperty("h2.bindAddress", "127.0.0.1");
    OutOfMemory.endsTheProcess();
    List<String> settings = new ArrayList<>();
    List<String> words = new ArrayList<>();
    for (String argument : arguments) {
      (argument.matches("--[a-z][a-z0-9-]*\\.[^=]+(=.*)?") ? settings : words).add(argument);
    }
    Launcher launcher = new Launcher(MailroomApplication.class, settings);
    int code =
        MailroomCommand.run(words.toArray(String[]::new), launcher, new DemoCommand(launcher));
    if (code != MailroomCommand.STILL_RUNNING) {
      System.exit(code);
    }
  }
}
