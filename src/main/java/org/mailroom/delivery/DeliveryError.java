package org.mailroom.delivery;

import org.apache.camel.http.base.HttpOperationFailedException;
import org.mailroom.routes.HttpAnswer;
import org.mailroom.settings.Causes;

/** Why a delivery failed, in a line: fit for a log and a table, without what a mail says. */
final class DeliveryError {

  private DeliveryError() {}

  static String inWords(Exception why, int longest) {
    if (why == null) {
      return "no reason is known.";
    }
    return inShort(Causes.sentence(why).map(Throwable::getMessage).orElseGet(() -> Causes.first(why, HttpOperationFailedException.class).map(HttpAnswer::inWords)
        .orElseGet(() -> Causes.inShort(Causes.root(why))) + "."), longest);
  }

  /** The first line of a text, without control characters, and no longer than that. */
  static String inShort(String text, int longest) {
    String line = text == null ? "no reason is known." : text.lines().findFirst().orElse("").replaceAll("\\p{Cntrl}", " ");
    return line.length() <= longest ? line : line.substring(0, longest - 1) + "…";
  }
}
