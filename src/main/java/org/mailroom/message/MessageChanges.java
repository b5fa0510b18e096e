package org.mailroom.message;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/**
 * Changed copies of a {@link MailMessage}, for the site's route {@code direct:rules}: {@code
 * messageChanges.withText(${body}, ${variable.text})}. What the mail says is taken as it is and
 * never evaluated.
 */
@Component("messageChanges")
public final class MessageChanges {

  /** The message with another text, of the same kind: html stays html. */
  public MailMessage withText(MailMessage message, String text) {
    return message.with(message.subject(), body(message, text));
  }

  /** The message with another subject. */
  public MailMessage withSubject(MailMessage message, String subject) {
    return message.with(subject, message.body());
  }

  /**
   * The message with something else for whatever a pattern finds in its subject and its text.
   *
   * @param pattern a regular expression of Java's
   * @param replacement as it is
   */
  public MailMessage replaced(MailMessage message, String pattern, String replacement) {
    Pattern found = Pattern.compile(pattern);
    MailMessage.Body body = message.body();
    return message.with(
        replaced(found, message.subject(), replacement),
        body == null ? null : body(message, replaced(found, body.content(), replacement)));
  }

  private static @Nullable String replaced(
      Pattern found, @Nullable String text, String replacement) {
    return text == null
        ? null
        : found.matcher(text).replaceAll(Matcher.quoteReplacement(replacement));
  }

  private static MailMessage.Body body(MailMessage message, @Nullable String text) {
    return new MailMessage.Body(
        message.body() == null ? "text" : message.body().contentType(), text);
  }
}
