package org.mailroom.console;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpSession;
import java.util.ArrayList;
import java.util.List;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.security.authentication.InternalAuthenticationServiceException;
import org.springframework.security.authentication.LockedException;
import org.springframework.security.oauth2.client.registration.ClientRegistration;
import org.springframework.security.oauth2.client.registration.ClientRegistrationRepository;
import org.springframework.security.oauth2.core.OAuth2AuthenticationException;
import org.springframework.security.web.WebAttributes;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;

/** The page on which people sign in. */
@Controller
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
final class SignInPage {

  private final List<ClientRegistration> providers = new ArrayList<>();
  private final ConsoleUsers users;

  SignInPage(ObjectProvider<ClientRegistrationRepository> registrations, ConsoleUsers users) {
    this.users = users;
    if (registrations.getIfAvailable() instanceof Iterable<?> several) {
      several.forEach(each -> providers.add((ClientRegistration) each));
    }
  }

  @GetMapping("/login")
  String show(HttpServletRequest request, Model model) {
    model.addAttribute("providers", providers);
    model.addAttribute("own", users.isPasswordOwn());
    model.addAttribute("changed", request.getParameter("changed") != null);
    model.addAttribute("out", request.getParameter("out") != null);
    model.addAttribute("problem", request.getParameter("error") == null ? null : problem(request.getSession(false)));
    return "login";
  }

  private static String problem(HttpSession session) {
    Object why = session == null ? null : session.getAttribute(WebAttributes.AUTHENTICATION_EXCEPTION);
    if (why instanceof LockedException locked) {
      return locked.getMessage();
    }
    if (why instanceof InternalAuthenticationServiceException) {
      return "Mailroom's database doesn't answer, so nobody can be signed in now. Try again in a moment.";
    }
    if (why instanceof OAuth2AuthenticationException openId) {
      String reason = openId.getError().getErrorCode();
      return "access_denied".equals(reason) && openId.getError().getDescription() != null && openId.getError().getDescription().contains("mailroom.console.allow")
          ? openId.getError().getDescription()
          : "Microsoft didn't sign you in (" + reason.replaceAll("[^A-Za-z0-9_.-]", "") + "). Try again; if it stays, check the settings below"
              + " spring.security.oauth2.client.";
    }
    return "Name or password is wrong.";
  }
}
