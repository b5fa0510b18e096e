package org.mailroom.console;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.autoconfigure.web.servlet.error.ErrorViewResolver;
import org.springframework.http.HttpStatus;
import org.springframework.security.access.AccessDeniedException;
import org.springframework.security.core.Authentication;
import org.springframework.security.web.csrf.CsrfException;
import org.springframework.stereotype.Component;
import org.springframework.ui.ExtendedModelMap;
import org.springframework.web.servlet.ModelAndView;

/**
 * The page that says that something can't be done: with the console's navigation for whoever is
 * signed in, else with the way to the sign-in. Machines that don't ask for HTML get JSON.
 */
@Component
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
final class ErrorPages implements ErrorViewResolver {

  private static final Logger LOG = LoggerFactory.getLogger("mailroom.console");

  private static final String STALE_FORM = ErrorPages.class.getName() + ".staleForm";

  private final ConsoleModel console;

  ErrorPages(ConsoleModel console) {
    this.console = console;
  }

  /**
   * Tells the page why something was refused: a form of an earlier sign-in is nobody's missing
   * role.
   */
  static void refuse(
      HttpServletRequest request, HttpServletResponse response, AccessDeniedException why)
      throws IOException {
    if (why instanceof CsrfException) {
      request.setAttribute(STALE_FORM, true);
    }
    response.sendError(HttpStatus.FORBIDDEN.value());
  }

  @Override
  public ModelAndView resolveErrorView(
      HttpServletRequest request, HttpStatus status, Map<String, Object> told) {
    Map<String, Object> model = new HashMap<>();
    model.put("code", status.value());
    model.put("staleForm", request.getAttribute(STALE_FORM) != null);
    Authentication who =
        request.getUserPrincipal() instanceof Authentication known && known.isAuthenticated()
            ? known
            : null;
    try {
      ExtendedModelMap page = new ExtendedModelMap();
      console.addTo(page, request, who);
      model.putAll(page);
    } catch (RuntimeException nothingWorks) {
      LOG.debug("the navigation of an error page", nothingWorks);
    }
    return new ModelAndView(model.containsKey("navigation") ? "error-in" : "error", model, status);
  }
}
