package org.mailroom.console;

import jakarta.servlet.http.HttpServletRequest;
import java.util.HashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.autoconfigure.web.servlet.error.ErrorViewResolver;
import org.springframework.http.HttpStatus;
import org.springframework.security.core.Authentication;
import org.springframework.security.web.WebAttributes;
import org.springframework.security.web.csrf.CsrfException;
import org.springframework.stereotype.Component;
import org.springframework.ui.ExtendedModelMap;
import org.springframework.web.servlet.ModelAndView;

/**
 * The page that says that something can't be done: with the console's navigation for whoever is signed in, else with the way to the sign-in.
 * Machines that don't ask for HTML get JSON.
 */
@Component
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
final class ErrorPages implements ErrorViewResolver {

  private static final Logger LOG = LoggerFactory.getLogger("mailroom.console");

  private final ConsoleModel console;

  ErrorPages(ConsoleModel console) {
    this.console = console;
  }

  @Override
  public ModelAndView resolveErrorView(HttpServletRequest request, HttpStatus status, Map<String, Object> told) {
    Map<String, Object> model = new HashMap<>();
    model.put("code", status.value());
    model.put("staleForm", request.getAttribute(WebAttributes.ACCESS_DENIED_403) instanceof CsrfException);
    Authentication who = request.getUserPrincipal() instanceof Authentication known && known.isAuthenticated() ? known : null;
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
