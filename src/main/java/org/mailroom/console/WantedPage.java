package org.mailroom.console;

import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.ResponseCookie;
import org.springframework.security.web.savedrequest.RequestCache;
import org.springframework.security.web.savedrequest.SavedRequest;
import org.springframework.security.web.savedrequest.SimpleSavedRequest;
import org.springframework.web.util.WebUtils;

/**
 * The page that somebody asked for before the sign-in, to lead there afterwards. The browser keeps
 * it: whoever isn't signed in takes no memory here. Only a path of the console is believed of what
 * comes back.
 */
final class WantedPage implements RequestCache {

  private static final String COOKIE = "mailroom-page";
  private static final int LONGEST = 1500;

  @Override
  public void saveRequest(HttpServletRequest request, HttpServletResponse response) {
    String path =
        request.getServletPath()
            + (request.getPathInfo() == null ? "" : request.getPathInfo())
            + (request.getQueryString() == null ? "" : "?" + request.getQueryString());
    boolean forPeople =
        "GET".equals(request.getMethod())
            && request.getHeader("X-Mailroom-Update") == null
            && !ConsoleSecurity.isJolokia(request);
    if (forPeople && isOurs(path)) {
      write(
          response,
          request,
          Base64.getUrlEncoder()
              .withoutPadding()
              .encodeToString(path.getBytes(StandardCharsets.UTF_8)),
          Duration.ofMinutes(30));
    }
  }

  @Override
  public @Nullable SavedRequest getRequest(
      HttpServletRequest request, HttpServletResponse response) {
    Cookie kept = WebUtils.getCookie(request, COOKIE);
    if (kept == null) {
      return null;
    }
    removeRequest(request, response);
    try {
      String path =
          new String(Base64.getUrlDecoder().decode(kept.getValue()), StandardCharsets.UTF_8);
      return isOurs(path) ? new SimpleSavedRequest(path) : null;
    } catch (IllegalArgumentException notBase64) {
      return null;
    }
  }

  /** Nothing of a request but its address is kept. */
  @Override
  public @Nullable HttpServletRequest getMatchingRequest(
      HttpServletRequest request, HttpServletResponse response) {
    return null;
  }

  @Override
  public void removeRequest(HttpServletRequest request, HttpServletResponse response) {
    write(response, request, "", Duration.ZERO);
  }

  /** A path on this server, not another one's address. */
  private static boolean isOurs(String path) {
    return path.length() <= LONGEST && path.matches("/(?![/\\\\])[!-~]*") && !path.contains("\\");
  }

  private static void write(
      HttpServletResponse response, HttpServletRequest request, String value, Duration age) {
    response.addHeader(
        HttpHeaders.SET_COOKIE,
        ResponseCookie.from(COOKIE, value)
            .path(request.getContextPath() + "/")
            .maxAge(age)
            .httpOnly(true)
            .secure(request.isSecure())
            .sameSite("Lax")
            .build()
            .toString());
  }
}
