package org.mailroom.delivery;

import java.util.regex.Pattern;
import org.apache.camel.http.base.HttpOperationFailedException;
import org.jspecify.annotations.Nullable;
import org.mailroom.routes.HttpAnswer;
import org.mailroom.settings.Causes;
import org.mailroom.settings.Printable;

/** Why a delivery failed, in a line: fit for a log and a table, without what a mail says. */
final class DeliveryError {

  /** Half a sentence or a whole one that says so. */
  private static final Pattern PROMISE =
      Pattern.compile(
          "(?<=[.;:]) ?[^.;:]*\\b(?:tries again|goes on|asks again) by itself(?:\\.|;(?= see|"
              + " check))?");

  private DeliveryError() {}

  static String inWords(@Nullable Exception why, int longest) {
    if (why == null) {
      return "no reason is known.";
    }
    return inShort(
        Causes.sentence(why)
            .map(Throwable::getMessage)
            .orElseGet(
                () ->
                    Causes.first(why, HttpOperationFailedException.class)
                            .map(HttpAnswer::inWords)
                            .orElseGet(() -> Causes.inShort(Causes.root(why)))
                        + "."),
        longest);
  }

  /**
   * The same once nothing is tried any more: without the promise that Mailroom goes on by itself.
   *
   * @param lookedAtAgain because the service was the cause, it is looked at again after some hours
   */
  static @Nullable String whenGivenUp(@Nullable String error, boolean lookedAtAgain) {
    if (error == null) {
      return null;
    }
    String cause = PROMISE.matcher(error).replaceAll("").strip();
    return lookedAtAgain
        ? cause + " The message is looked at again every six hours; failed retry does that at once."
        : cause;
  }

  /** The first line of a text, without control characters, and no longer than that. */
  static String inShort(@Nullable String text, int longest) {
    String line =
        text == null ? "no reason is known." : Printable.line(text.lines().findFirst().orElse(""));
    return line.length() <= longest ? line : line.substring(0, longest - 1) + "…";
  }
}
