package org.mailroom.console;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.URI;
import org.springframework.web.filter.OncePerRequestFilter;
import org.springframework.web.servlet.support.ServletUriComponentsBuilder;

/**
 * Keeps other sites' pages from calling operations of MBeans with the rights of whoever looks at
 * them: Jolokia takes GET requests for operations, too. Browsers say in Sec-Fetch-Site or Origin
 * where a request comes from; a page can't change either.
 */
final class SameOriginFilter extends OncePerRequestFilter {

  private final boolean bySession;

  /**
   * @param bySession the browser adds the session's cookie by itself, so that a request has to
   *     prove where it comes from; else it is only refused when it says that it comes from
   *     elsewhere
   */
  SameOriginFilter(boolean bySession) {
    this.bySession = bySession;
  }

  @Override
  protected boolean shouldNotFilter(HttpServletRequest request) {
    return bySession
        ? !ConsoleSecurity.isJolokia(request)
        : !ConsoleSecurity.isForMachines(request);
  }

  @Override
  protected void doFilterInternal(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws ServletException, IOException {
    String site = request.getHeader("Sec-Fetch-Site");
    String origin = request.getHeader("Origin");
    boolean ours =
        "same-origin".equals(site)
            || (site == null && origin != null && origin.equals(originOf(request)));
    boolean told = site != null || origin != null;
    if (ours
        || (!bySession && !told)
        || (!bySession && "none".equals(site))
        || (bySession && request.getUserPrincipal() == null)) {
      chain.doFilter(request, response);
    } else {
      response.sendError(HttpServletResponse.SC_FORBIDDEN);
    }
  }

  private static String originOf(HttpServletRequest request) {
    URI own = ServletUriComponentsBuilder.fromContextPath(request).build().toUri();
    return own.getScheme() + "://" + own.getAuthority();
  }
}
