package org.mailroom.delivery;

/** Why a delivery failed, in a line: fit for a log and a table, without what a mail says. */
final class DeliveryError {

  private DeliveryError() {}

  static String inWords(Exception why, int longest) {
    if (why == null) {
      return "no reason is known.";
    }
    Throwable root = why;
    while (root.getCause() != null && root.getCause() != root && !isSentence(root)) {
      root = root.getCause();
    }
    String message = root.getMessage() == null ? "" : ": " + firstLine(root.getMessage());
    String text = isSentence(root) ? firstLine(root.getMessage()) : root.getClass().getSimpleName() + message.replaceFirst("[.\\s]+$", "") + ".";
    return text.length() <= longest ? text : text.substring(0, longest - 1) + "…";
  }

  /** What Mailroom raises itself says what happened and what to do. */
  private static boolean isSentence(Throwable failure) {
    return failure.getClass().getName().startsWith("org.mailroom.") && failure.getMessage() != null;
  }

  private static String firstLine(String text) {
    return text.lines().findFirst().orElse("").replaceAll("\\p{Cntrl}", " ");
  }
}
