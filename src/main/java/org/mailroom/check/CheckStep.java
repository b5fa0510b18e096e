package org.mailroom.check;

import org.jspecify.annotations.Nullable;
import org.mailroom.settings.Printable;

/**
 * One step of a check.
 *
 * @param name such as DNS, TLS, token, mailbox
 * @param tried what was tried
 * @param told what came back, or why it couldn't be tried
 * @param remedy how to mend it; null where nothing is to be mended, or {@code told} says it already
 */
public record CheckStep(
    String name, Outcome outcome, String tried, @Nullable String told, @Nullable String remedy) {

  /** How a step ended. */
  public enum Outcome {
    OK("ok"),
    FAILED("failed"),
    /** It couldn't be tried. */
    SKIPPED("not tried");

    private final String words;

    Outcome(String words) {
      this.words = words;
    }

    public String inWords() {
      return words;
    }
  }

  static CheckStep ok(String name, String tried, String told) {
    return new CheckStep(name, Outcome.OK, tried, told, null);
  }

  static CheckStep failed(
      String name, String tried, @Nullable String told, @Nullable String remedy) {
    return new CheckStep(name, Outcome.FAILED, tried, told, remedy);
  }

  static CheckStep skipped(String name, String tried, @Nullable String why) {
    return new CheckStep(name, Outcome.SKIPPED, tried, why, null);
  }

  public boolean isFailed() {
    return outcome == Outcome.FAILED;
  }

  /** One line, without control characters. */
  public String inWords() {
    String line = name + ": " + tried + ": " + told + (remedy == null ? "" : " " + remedy);
    return Printable.line(line);
  }
}
