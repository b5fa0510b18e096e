package org.mailroom.settings;

import java.io.Console;
import java.lang.reflect.Method;

/**
 * Whether somebody looks on: input and output are a terminal's, and not a file's or another
 * process's.
 */
public final class Terminal {

  private Terminal() {}

  /**
   * From Java 22 on there is a console where there is no terminal, too; it is asked by what Java 17
   * doesn't have.
   */
  @SuppressWarnings("SystemConsoleNull")
  public static boolean isThere() {
    Console console = System.console();
    if (console == null) {
      return false;
    }
    try {
      Method isTerminal = Console.class.getMethod("isTerminal");
      return (boolean) isTerminal.invoke(console);
    } catch (ReflectiveOperationException beforeJava22) {
      return true;
    }
  }
}
