package org.mailroom.settings;

import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * The messages of libraries as people read them: without names of classes, statements of SQL, and
 * numbers that only a driver knows.
 */
final class PlainCause {

  /** What frameworks put before and behind the words of a database. */
  private static final Pattern NOISE =
      Pattern.compile(
          "\\b\\w*StatementCallback; |bad SQL grammar \\[[^\\]]*\\](?:; ?)?|uncategorized"
              + " SQLException[^;]*; |SQL \\[[^\\]]*\\]; |Batch entry \\d+ .*? was aborted: |; SQL"
              + " statement:.*|;? ?nested exception is.*|\\s*Call getNextException.*|"
              + " \\[\\d{5}-\\d{3}\\]| \\[[0-9A-Z]{5}/\\d+\\]|\\bERROR: ",
          Pattern.DOTALL);

  /** A qualified name of a class with its colon. */
  private static final Pattern CLASS_NAME =
      Pattern.compile("\\b(?:[a-z][\\w]*\\.){2,}[A-Z]\\w*(?:Exception|Error)?: ");

  /** Whose message alone isn't a sentence. */
  private static final Map<String, String> NAMES_A_THING =
      Map.of(
          "UnknownHostException",
          "there is no host ",
          "NoSuchFileException",
          "there is no file ",
          "AccessDeniedException",
          "access is denied to ",
          "FileAlreadyExistsException",
          "there is already a file ",
          "NotDirectoryException",
          "no folder is ",
          "DirectoryNotEmptyException",
          "the folder isn't empty: ",
          "ClassNotFoundException",
          "there is no class ");

  /**
   * What a library adds beyond that nobody reads; and a pattern takes its time for each character.
   */
  private static final int LONGEST = 4000;

  private PlainCause() {}

  /** One message, without a full stop. */
  static String of(String message) {
    String bounded = message.length() > LONGEST ? message.substring(0, LONGEST) : message;
    String plain =
        CLASS_NAME
            .matcher(NOISE.matcher(bounded.replaceAll("\\R", " ")).replaceAll(""))
            .replaceAll("");
    return plain.replaceAll("\\s+", " ").replaceFirst("[.;:,\\s]+$", "").strip();
  }

  /** What a failure says; where it says nothing, what it is called. */
  static String of(Throwable failure) {
    String name = failure.getClass().getSimpleName();
    String message =
        failure.getMessage() == null ? "" : of(failure.getMessage().lines().findFirst().orElse(""));
    if (message.isEmpty()) {
      return inWords(name);
    }
    String thing = NAMES_A_THING.get(name);
    // "7" or "host": a word alone says too little
    return thing != null && !message.contains(": ")
        ? thing + message
        : message.contains(" ") ? message : inWords(name) + ": " + message;
  }

  /** {@code NullPointerException}: null pointer. */
  private static String inWords(String name) {
    String words =
        name.replaceFirst("(Exception|Error)$", "")
            .replaceAll("(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ")
            .toLowerCase(Locale.ROOT)
            .strip();
    return words.isEmpty() ? "it doesn't say why" : words;
  }
}
