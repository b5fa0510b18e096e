package org.mailroom.console;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.springframework.security.web.csrf.CookieCsrfTokenRepository;
import org.springframework.security.web.csrf.CsrfToken;
import org.springframework.security.web.csrf.CsrfTokenRepository;
import org.springframework.security.web.csrf.HttpSessionCsrfTokenRepository;

/**
 * The token that proves that a form is the console's own: in the session of somebody who is signed
 * in. Who isn't has no session, so that asking for pages costs no memory: there the token is in a
 * cookie of its own.
 */
final class FormTokens implements CsrfTokenRepository {

  private final HttpSessionCsrfTokenRepository inSession = new HttpSessionCsrfTokenRepository();
  private final CookieCsrfTokenRepository inCookie = new CookieCsrfTokenRepository();

  FormTokens(ConsoleAddress address) {
    inCookie.setCookieName("mailroom-form");
    inCookie.setCookieCustomizer(
        cookie -> {
          cookie.httpOnly(true).sameSite("Lax");
          if (address.isPublicAddressSecure()) {
            cookie.secure(true);
          }
        });
  }

  @Override
  public CsrfToken generateToken(HttpServletRequest request) {
    return of(request).generateToken(request);
  }

  @Override
  public void saveToken(CsrfToken token, HttpServletRequest request, HttpServletResponse response) {
    of(request).saveToken(token, request, response);
  }

  @Override
  public CsrfToken loadToken(HttpServletRequest request) {
    return of(request).loadToken(request);
  }

  private CsrfTokenRepository of(HttpServletRequest request) {
    return request.getSession(false) == null ? inCookie : inSession;
  }
}
