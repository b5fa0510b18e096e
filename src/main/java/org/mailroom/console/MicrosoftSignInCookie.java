package org.mailroom.console;

import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.ResponseCookie;
import org.springframework.web.util.WebUtils;

/**
 * The cookie by which the browser that left for Microsoft's sign-in is known when it comes back,
 * whichever node it comes back to. Over https its name begins with {@code __Host-}: a browser takes
 * such a one from this very host alone, over https, so that no neighbour can lay one there.
 */
final class MicrosoftSignInCookie {

  private static final String NAME = "mailroom-microsoft";
  private static final String OF_THIS_HOST_ALONE = "__Host-" + NAME;
  private static final Duration TIME_TO_COME_BACK = Duration.ofMinutes(15);

  /** So long is what is given; a longer one isn't ours. */
  private static final int LONGEST = 64;

  private final ConsoleAddress address;

  MicrosoftSignInCookie(ConsoleAddress address) {
    this.address = address;
  }

  void give(String secret, HttpServletRequest request, HttpServletResponse response) {
    write(secret, TIME_TO_COME_BACK, request, response);
  }

  /** What the browser shows; null when it shows nothing. */
  @Nullable String of(HttpServletRequest request) {
    Cookie shown = WebUtils.getCookie(request, name(request));
    return shown == null
            || shown.getValue() == null
            || shown.getValue().isEmpty()
            || shown.getValue().length() > LONGEST
        ? null
        : shown.getValue();
  }

  /** The browser forgets it. */
  void take(HttpServletRequest request, HttpServletResponse response) {
    write("", Duration.ZERO, request, response);
  }

  private void write(
      String value, Duration age, HttpServletRequest request, HttpServletResponse response) {
    response.addHeader(
        HttpHeaders.SET_COOKIE,
        ResponseCookie.from(name(request), value)
            .path("/")
            .maxAge(age)
            .httpOnly(true)
            .secure(isSecure(request))
            .sameSite("Lax")
            .build()
            .toString());
  }

  private String name(HttpServletRequest request) {
    return isSecure(request) ? OF_THIS_HOST_ALONE : NAME;
  }

  private boolean isSecure(HttpServletRequest request) {
    return request.isSecure() || address.isPublicAddressSecure();
  }
}
