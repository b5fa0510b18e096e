package org.mailroom.delivery;

import java.time.OffsetDateTime;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.mailroom.message.IncomingMessage;
import org.mailroom.message.MailMessage.EmailAddress;
import org.mailroom.settings.Utc;

/**
 * What a person recognises a message by, cut to what the table {@code ledger_message} holds. Each
 * part is null where it isn't known.
 *
 * @param sender the address
 * @param senderName as the mail gives it
 * @param folder the path of the folder that it was listed in
 */
record Envelope(
    @Nullable String subject,
    @Nullable String sender,
    @Nullable String senderName,
    @Nullable String internetMessageId,
    @Nullable OffsetDateTime receivedAt,
    @Nullable Boolean attachments,
    @Nullable String folder) {

  static final Envelope UNKNOWN = new Envelope(null, null, null, null, null, null, null);

  private static final Pattern NO_CHARACTERS = Pattern.compile("[\\x00\\p{Cs}]");
  private static final int LONGEST = 500;
  private static final int LONGEST_ADDRESS = 320;

  /** As the site's rules left it, where they have seen it. */
  static Envelope of(IncomingMessage message) {
    EmailAddress from = message.from();
    return new Envelope(
        cut(message.shownSubject(), LONGEST),
        from == null ? null : cut(from.address(), LONGEST_ADDRESS),
        from == null ? null : cut(from.name(), LONGEST_ADDRESS),
        cut(message.internetMessageId(), LONGEST),
        Utc.of(message.receivedAt()),
        message.isContentSeen() ? message.hasAttachments() : null,
        cut(message.folder(), LONGEST));
  }

  /** Of a message of which only that much is known. */
  static Envelope of(@Nullable String subject, @Nullable OffsetDateTime receivedAt) {
    return new Envelope(subject, null, null, null, receivedAt, null, null);
  }

  /** There is something to recognise it by. */
  boolean isKnown() {
    return subject != null || sender != null || senderName != null;
  }

  /** A half of a pair of surrogates is no character: a database refuses it. */
  private static @Nullable String cut(@Nullable String text, int longest) {
    if (text == null) {
      return null;
    }
    String shown = text.length() <= longest ? text : text.substring(0, longest);
    return mayHaveNoCharacters(shown) ? NO_CHARACTERS.matcher(shown).replaceAll("\uFFFD") : shown;
  }

  /** A look that is quicker than the pattern: each delivery of each message is cut. */
  private static boolean mayHaveNoCharacters(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == 0 || Character.isSurrogate(c)) {
        return true;
      }
    }
    return false;
  }
}
