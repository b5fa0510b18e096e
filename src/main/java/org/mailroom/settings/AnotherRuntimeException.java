package org.mailroom.settings;

/** Another runtime works on this database, and two would import each message twice. */
public final class AnotherRuntimeException extends RuntimeException {

  /**
   * @param holder which one: its process, host and since when
   */
  public AnotherRuntimeException(String holder) {
    super("Another Mailroom runs on this database: " + holder + ". Two would import each message twice, so this one doesn't poll.");
  }

  /** What to do about it. */
  public static String remedy() {
    return "Stop one of the two, or give one a database of its own (spring.datasource.url). Commands such as import --once work beside it.";
  }
}
