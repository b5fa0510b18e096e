package org.mailroom.routes;

import java.util.regex.Pattern;
import org.apache.camel.http.base.HttpOperationFailedException;

/**
 * What a server answered to a request that failed, in a line: its status, and the beginning of its
 * text, for that mostly says why. Without control characters, tags and addresses, and without what
 * looks like a secret, for some servers repeat what they were sent.
 */
public final class HttpAnswer {

  /** So many characters of a text are looked at, and so many are told. */
  private static final int LOOKED_AT = 8000;

  private static final int LONGEST = 300;

  private static final Pattern UNSEEN =
      Pattern.compile("(?is)<(script|style|head)\\b.*?</\\1\\s*>|<[^>]*>");

  /** What follows the name of a secret. */
  private static final Pattern NAMED_SECRET =
      Pattern.compile(
          "(?i)((?:authorization|api[-_ ]?key|access[-_"
              + " ]?key|token|secret|passw(?:or)?d|signature|credentials?)\"?\\s*[:=]?\\s*\"?'?(?:(?:bearer|basic|hmac-\\w+)\\s+)?)"
              + "(?=[^\\s\"'<>&;,]*[0-9=:])[^\\s\"'<>&;,]{6,}");

  private static final Pattern BEARER =
      Pattern.compile("(?i)\\b(bearer|basic)\\s+[A-Za-z0-9+/=._~-]{8,}");

  /**
   * A token or a hash: long, of letters and digits, and not the id of a request that somebody may
   * have to name.
   */
  private static final Pattern OPAQUE =
      Pattern.compile(
          "(?![0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}\\b)\\b(?=[A-Za-z0-9+_=.-]*[0-9])(?=[A-Za-z0-9+_=.-]*[A-Za-z])[A-Za-z0-9+_=.-]{32,}");

  private static final String HIDDEN = "…";

  private HttpAnswer() {}

  /** {@code HTTP 422 Unprocessable Entity: subject is missing}. */
  public static String inWords(HttpOperationFailedException failure) {
    String reason =
        failure.getStatusText() == null || failure.getStatusText().isBlank()
            ? ""
            : " " + readable(failure.getStatusText(), 60);
    String moved =
        failure.getRedirectLocation() == null || failure.getRedirectLocation().isBlank()
            ? ""
            : ", it has moved";
    String text =
        failure.getResponseBody() == null ? "" : readable(failure.getResponseBody(), LONGEST);
    return "HTTP " + failure.getStatusCode() + reason + moved + (text.isEmpty() ? "" : ": " + text);
  }

  private static String readable(String text, int longest) {
    String seen =
        UNSEEN.matcher(text.substring(0, Math.min(text.length(), LOOKED_AT))).replaceAll(" ");
    String plain = seen.replaceAll("[\\p{Cntrl}\\p{Cf}\\p{Cs}\\s]+", " ").strip();
    plain = BEARER.matcher(plain).replaceAll("$1 " + HIDDEN);
    plain = NAMED_SECRET.matcher(plain).replaceAll("$1" + HIDDEN);
    plain = OPAQUE.matcher(plain).replaceAll(HIDDEN);
    return plain.length() <= longest ? plain : plain.substring(0, longest - 1).strip() + HIDDEN;
  }
}
