package org.mailroom.setup;

import java.util.List;
import org.mailroom.settings.Printable;

/** The shells that the lines are written for. */
public enum Shell {
  /** PowerShell with the modules Microsoft.Graph and ExchangeOnlineManagement. */
  POWERSHELL {
    @Override
    String quoted(String text) {
      StringBuilder quoted = new StringBuilder("'");
      // PowerShell takes typographic quotes for quotes, too
      plain(text)
          .codePoints()
          .forEach(
              point ->
                  quoted
                      .append(
                          "'\u2018\u2019\u201a\u201b".indexOf(point) < 0
                              ? ""
                              : Character.toString(point))
                      .appendCodePoint(point));
      return quoted.append("'").toString();
    }

    @Override
    List<SetupStep> steps(SetupPlan plan) {
      return new PowerShellSteps(plan).all();
    }
  },
  /**
   * The command {@code az} in a POSIX shell; for Exchange, which it has nothing for, PowerShell
   * from there.
   */
  AZ {
    @Override
    String quoted(String text) {
      return "'" + plain(text).replace("'", "'\\''") + "'";
    }

    @Override
    List<SetupStep> steps(SetupPlan plan) {
      return new AzSteps(plan).all();
    }
  };

  /**
   * A text as one word that the shell takes as it is, whatever is in it. Line breaks and other
   * control characters become spaces.
   */
  abstract String quoted(String text);

  abstract List<SetupStep> steps(SetupPlan plan);

  static String plain(String text) {
    return Printable.line(text);
  }
}
