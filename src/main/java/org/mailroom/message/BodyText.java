package org.mailroom.message;

import org.jspecify.annotations.Nullable;

/** The text of a body: of HTML what a reader sees of it, of text the text as it is. */
final class BodyText {

  /** More than anybody reads; the body itself is delivered whole. */
  static final int MOST_CHARACTERS = 1_000_000;

  private BodyText() {}

  /**
   * @return null when there is no body, or it is of a type that nobody has heard of
   */
  static @Nullable String of(MailMessage.@Nullable Body body) {
    if (body == null || body.content() == null || body.contentType() == null) {
      return null;
    }
    return switch (body.contentType()) {
      case "text" -> body.content();
      case "html" -> HtmlText.of(body.content(), MOST_CHARACTERS);
      default -> null;
    };
  }
}
