package org.mailroom.console;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.mailroom.settings.ReservedConnections;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.stereotype.Component;
import org.springframework.web.filter.OncePerRequestFilter;

/** Whoever asks over HTTP doesn't wait for imports to give a connection to the database back. */
@Component
@Order(Ordered.HIGHEST_PRECEDENCE)
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
final class ReservedConnectionsFilter extends OncePerRequestFilter {

  private final ReservedConnections connections;

  ReservedConnectionsFilter(ReservedConnections connections) {
    this.connections = connections;
  }

  @Override
  protected void doFilterInternal(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws ServletException, IOException {
    connections.begin();
    try {
      chain.doFilter(request, response);
    } finally {
      connections.end();
    }
  }
}
