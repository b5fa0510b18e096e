package org.mailroom.console;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.security.authentication.LockedException;
import org.springframework.security.core.AuthenticationException;
import org.springframework.security.web.AuthenticationEntryPoint;

/** Asks machines for a password: 401 with a challenge, 429 while there were too many wrong ones. */
final class ScraperEntryPoint implements AuthenticationEntryPoint {

  @Override
  public void commence(
      HttpServletRequest request, HttpServletResponse response, AuthenticationException why)
      throws IOException {
    HttpStatus status =
        why instanceof LockedException ? HttpStatus.TOO_MANY_REQUESTS : HttpStatus.UNAUTHORIZED;
    if (status == HttpStatus.UNAUTHORIZED) {
      response.setHeader(
          HttpHeaders.WWW_AUTHENTICATE, "Basic realm=\"Mailroom\", charset=\"UTF-8\"");
    }
    response.setStatus(status.value());
    response.setContentType("text/plain;charset=UTF-8");
    response
        .getWriter()
        .println(
            why instanceof LockedException
                ? why.getMessage()
                : "Sign in with HTTP Basic, as for the console.");
  }
}
