package org.mailroom.message;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.io.JsonStringEncoder;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.ser.std.StdScalarSerializer;
import java.io.IOException;

/**
 * Writes texts so that the JSON is valid UTF-8: half of a surrogate pair, which broken mail has and
 * UTF-8 can't carry, becomes a JSON escape.
 */
final class WellFormedText extends StdScalarSerializer<String> {

  private static final long serialVersionUID = 1;

  WellFormedText() {
    super(String.class);
  }

  @Override
  public void serialize(String text, JsonGenerator generator, SerializerProvider provider)
      throws IOException {
    if (isWellFormed(text)) {
      generator.writeString(text);
    } else {
      generator.writeRawValue(
          '"' + escaped(new String(JsonStringEncoder.getInstance().quoteAsString(text))) + '"');
    }
  }

  private static boolean isWellFormed(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (Character.isSurrogate(text.charAt(i))) {
        if (!isPair(text, i)) {
          return false;
        }
        i++;
      }
    }
    return true;
  }

  private static boolean isPair(String text, int at) {
    return Character.isHighSurrogate(text.charAt(at))
        && at + 1 < text.length()
        && Character.isLowSurrogate(text.charAt(at + 1));
  }

  private static String escaped(String quoted) {
    StringBuilder escaped = new StringBuilder(quoted.length() + 16);
    for (int i = 0; i < quoted.length(); i++) {
      char c = quoted.charAt(i);
      if (!Character.isSurrogate(c)) {
        escaped.append(c);
      } else if (isPair(quoted, i)) {
        escaped.append(c).append(quoted.charAt(++i));
      } else {
        escaped.append(String.format("\\u%04x", (int) c));
      }
    }
    return escaped.toString();
  }
}
