package org.mailroom.console;

import jakarta.servlet.http.HttpServletRequest;
import java.util.ArrayList;
import java.util.List;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.security.oauth2.client.registration.ClientRegistration;
import org.springframework.security.oauth2.client.registration.ClientRegistrationRepository;
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
    model.addAttribute("problem", SignInFailure.sentence(request));
    return "login";
  }
}
