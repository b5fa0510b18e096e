package org.mailroom.setup;

import java.util.ArrayList;
import java.util.List;

/**
 * Steps as the text of a script: what is said about them are comments, so that all of it may go
 * into a file, or be pasted.
 */
public final class SetupText {

  private static final int WIDTH = 100;

  private SetupText() {}

  /** All steps, numbered. */
  public static List<String> of(List<SetupStep> steps) {
    List<String> text = new ArrayList<>();
    int number = 0;
    for (SetupStep step : steps) {
      if (number++ > 0) {
        text.add("");
      }
      text.addAll(comment(number + ". " + step.title()));
      text.addAll(comment(step.why()));
      text.addAll(step.lines());
    }
    return text;
  }

  /** Comments, wrapped; both shells have the same. */
  static List<String> comment(String words) {
    List<String> lines = new ArrayList<>();
    StringBuilder line = new StringBuilder();
    for (String word : Shell.plain(words).split(" +")) {
      if (line.length() > 0 && line.length() + word.length() >= WIDTH) {
        lines.add("# " + line);
        line.setLength(0);
      }
      line.append(line.length() == 0 || word.isEmpty() ? "" : " ").append(word);
    }
    if (line.length() > 0) {
      lines.add("# " + line);
    }
    return lines;
  }
}
