package org.mailroom.console;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What somebody changed, for the trail: the names of fields, and of those that are no secret the
 * values.
 */
final class Changes {

  private static final Set<String> SECRET =
      Set.of("client-secret", "certificate.content", "certificate.password");
  private static final int LONGEST = 100;

  private Changes() {}

  /** Of what was new. */
  static String entered(Map<String, String> fields) {
    return between(Map.of(), fields);
  }

  /**
   * @param before without what is secret
   * @param after as it was entered; a secret that wasn't stays as it is
   */
  static String between(Map<String, String> before, Map<String, String> after) {
    List<String> changed =
        new TreeSet<>(after.keySet())
            .stream()
                .filter(key -> !Objects.equals(text(before.get(key)), text(after.get(key))))
                .map(key -> SECRET.contains(key) ? key : key + " = " + shown(text(after.get(key))))
                .toList();
    return changed.isEmpty() ? "nothing was changed" : String.join("; ", changed);
  }

  private static String text(@Nullable String value) {
    return value == null ? "" : value.strip();
  }

  private static String shown(String value) {
    return value.isEmpty()
        ? "nothing"
        : value.length() > LONGEST ? value.substring(0, LONGEST) + "…" : value;
  }
}
