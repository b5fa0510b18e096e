package org.mailroom.console;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpSession;
import java.io.IOException;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Ends the sessions of a user whose password was changed: who had the old one, and a stolen
 * session, is out within seconds. The sign-in page says why.
 */
final class PasswordChangedFilter extends OncePerRequestFilter {

  private final ConsoleUsers users;

  PasswordChangedFilter(ConsoleUsers users) {
    this.users = users;
  }

  @Override
  protected void doFilterInternal(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws ServletException, IOException {
    Authentication who = SecurityContextHolder.getContext().getAuthentication();
    if (who == null
        || !(who.getPrincipal() instanceof PasswordUser user)
        || users.isCurrent(user)) {
      chain.doFilter(request, response);
      return;
    }
    HttpSession session = request.getSession(false);
    if (session != null) {
      session.invalidate();
    }
    SecurityContextHolder.clearContext();
    response.sendRedirect(request.getContextPath() + "/login?changed");
  }
}
