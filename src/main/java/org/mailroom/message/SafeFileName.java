package org.mailroom.message;

import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A name for an attachment's file that every common file system takes and that leads nowhere else.
 */
final class SafeFileName {

  private static final int MOST_CHARACTERS = 120;

  /**
   * Leaves room for the position before it and a temporary suffix behind it, within the 255 bytes
   * of most file systems.
   */
  private static final int MOST_BYTES = 200;

  private static final int MOST_EXTENSION = 16;
  private static final String NAMELESS = "attachment";
  private static final Pattern DEVICE =
      Pattern.compile(
          "(?i)(con|prn|aux|nul|com[0-9\u00b9\u00b2\u00b3]|lpt[0-9\u00b9\u00b2\u00b3]|conin\\$|conout\\$|clock\\$)\\s*(\\..*)?");

  private SafeFileName() {}

  /**
   * @param name display text of a mail; may be null, a path, or hostile
   */
  static String of(@Nullable String name) {
    String normal = Normalizer.normalize(name == null ? "" : wellFormed(name), Normalizer.Form.NFC);
    StringBuilder safe = new StringBuilder(normal.length());
    normal
        .codePoints()
        .forEach(
            c -> {
              if (isSafe(c)) {
                safe.appendCodePoint(c);
              } else if (!isInvisible(c)) {
                safe.append('_');
              }
            });
    String trimmed = trim(shorten(trim(safe.toString())));
    if (trimmed.isEmpty()) {
      return NAMELESS;
    }
    return DEVICE.matcher(trimmed).matches() ? "_" + trimmed : trimmed;
  }

  /** Replaces halves of surrogate pairs. */
  private static String wellFormed(String text) {
    return new String(text.getBytes(StandardCharsets.UTF_16BE), StandardCharsets.UTF_16BE);
  }

  private static boolean isSafe(int c) {
    return "/\\:<>\"|?*".indexOf(c) < 0 && c != 0xFFFD && !isInvisible(c);
  }

  /** Control characters, and format characters such as those that turn the direction of text. */
  private static boolean isInvisible(int c) {
    int type = Character.getType(c);
    return type == Character.CONTROL
        || type == Character.FORMAT
        || type == Character.LINE_SEPARATOR
        || type == Character.PARAGRAPH_SEPARATOR
        || type == Character.UNASSIGNED
        || type == Character.PRIVATE_USE;
  }

  private static String trim(String name) {
    return name.replaceAll("^[.\\s]+|[.\\s]+$", "");
  }

  private static String shorten(String name) {
    int dot = name.lastIndexOf('.');
    String extension = dot > 0 && name.length() - dot <= MOST_EXTENSION ? name.substring(dot) : "";
    String stem = name.substring(0, name.length() - extension.length());
    while (stem.length() + extension.length() > MOST_CHARACTERS
        || bytes(stem) + bytes(extension) > MOST_BYTES) {
      stem = stem.substring(0, stem.offsetByCodePoints(stem.length(), -1));
    }
    return stem + extension;
  }

  private static int bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }
}
