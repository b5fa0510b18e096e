package org.mailroom.command;

import org.jspecify.annotations.Nullable;

/**
 * Ends the process when a thread has died of a lack of memory: what it did nobody else does, and a
 * supervisor starts Mailroom anew. That is what {@code -XX:+ExitOnOutOfMemoryError} does for every
 * such error, which a jar can't ask for by itself.
 */
public final class OutOfMemory implements Thread.UncaughtExceptionHandler {

  /** As with the JVM's own switch. */
  static final int EXIT_CODE = 3;

  private final Thread.@Nullable UncaughtExceptionHandler others;

  private OutOfMemory(Thread.@Nullable UncaughtExceptionHandler others) {
    this.others = others;
  }

  /** Watches all threads of the process that don't have a handler of their own. */
  public static void endsTheProcess() {
    Thread.setDefaultUncaughtExceptionHandler(
        new OutOfMemory(Thread.getDefaultUncaughtExceptionHandler()));
  }

  @Override
  public void uncaughtException(Thread thread, Throwable failure) {
    if (isLackOfMemory(failure)) {
      try {
        System.err.println(
            "Out of memory: a thread has died, so Mailroom ends. Give Java more memory (-Xmx) and"
                + " start it again; nothing is lost.");
      } finally {
        // not exit: what runs at an exit needs memory as well
        Runtime.getRuntime().halt(EXIT_CODE);
      }
    }
    if (others != null) {
      others.uncaughtException(thread, failure);
    } else {
      failure.printStackTrace();
    }
  }

  private static boolean isLackOfMemory(Throwable failure) {
    // a plain loop: little may be allocated here
    for (Throwable cause = failure;
        cause != null;
        cause = cause.getCause() == cause ? null : cause.getCause()) {
      if (cause instanceof OutOfMemoryError) {
        return true;
      }
    }
    return false;
  }
}
