package org.mailroom.settings;

import java.util.List;

/**
 * Settings that contradict each other. Each problem names the key, the value (never a secret) and
 * what is allowed.
 */
public final class ConfigurationException extends RuntimeException {

  private final List<String> problems;

  public ConfigurationException(List<String> problems) {
    super(String.join(System.lineSeparator(), problems));
    this.problems = List.copyOf(problems);
  }

  public List<String> problems() {
    return problems;
  }
}
