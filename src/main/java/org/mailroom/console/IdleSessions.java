package org.mailroom.console;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpSession;
import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Ends sessions that nobody has used for {@code server.servlet.session.timeout}. What a page's
 * script asks for by itself is no use: a browser that somebody left open doesn't stay signed in for
 * ever.
 */
final class IdleSessions extends OncePerRequestFilter {

  private static final String USED = IdleSessions.class.getName() + ".used";

  private final Clock clock;

  IdleSessions(Clock clock) {
    this.clock = clock;
  }

  @Override
  protected void doFilterInternal(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws ServletException, IOException {
    HttpSession session = request.getSession(false);
    if (session != null) {
      Instant now = clock.instant();
      Instant used = session.getAttribute(USED) instanceof Instant known ? known : now;
      if (session.getMaxInactiveInterval() > 0
          && !now.isBefore(used.plusSeconds(session.getMaxInactiveInterval()))) {
        session.invalidate();
      } else {
        session.setAttribute(USED, isByScript(request) ? used : now);
      }
    }
    chain.doFilter(request, response);
  }

  private static boolean isByScript(HttpServletRequest request) {
    return request.getHeader("X-Mailroom-Update") != null || ConsoleSecurity.isJolokia(request);
  }
}
