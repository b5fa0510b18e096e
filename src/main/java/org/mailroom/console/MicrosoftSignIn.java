package org.mailroom.console;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpSession;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.mailroom.account.Accounts;
import org.mailroom.check.MailboxProbe;
import org.mailroom.credential.CredentialException;
import org.mailroom.credential.Credentials;
import org.mailroom.credential.SignInAnswer;
import org.mailroom.credential.SignInRequest;
import org.mailroom.credential.SignIns;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.http.HttpStatus;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.server.ResponseStatusException;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/**
 * The key button: to Microsoft's sign-in and back, to whichever node. The state is bound to a
 * cookie of the browser that left.
 */
@Controller
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
final class MicrosoftSignIn {

  /** The redirect URI to register; anything else there is refused by Entra ID. */
  static final String CALLBACK = "/OAuth2Callback";

  private static final int NAMED = 5;

  private static final String CREDENTIAL = MicrosoftSignIn.class.getName() + ".credential";

  private final SignIns signIns;
  private final Credentials credentials;
  private final Accounts accounts;
  private final MailboxProbe probe;
  private final ConsoleAddress address;
  private final MicrosoftSignInCookie cookie;
  private final Attention attention;
  private final Trail trail;

  MicrosoftSignIn(
      SignIns signIns,
      Credentials credentials,
      Accounts accounts,
      MailboxProbe probe,
      ConsoleAddress address,
      Attention attention,
      Trail trail) {
    this.signIns = signIns;
    this.credentials = credentials;
    this.accounts = accounts;
    this.probe = probe;
    this.address = address;
    this.cookie = new MicrosoftSignInCookie(address);
    this.attention = attention;
    this.trail = trail;
  }

  /**
   * A page that leads on to Microsoft: a redirect of a form's answer would need an exception in the
   * content security policy.
   */
  @PostMapping("/credentials/{id}/sign-in")
  String leave(
      @PathVariable String id,
      HttpServletRequest request,
      HttpServletResponse response,
      HttpSession session,
      Model model,
      RedirectAttributes told) {
    if (credentials.find(id).isEmpty()) {
      throw new ResponseStatusException(HttpStatus.NOT_FOUND);
    }
    try {
      SignInRequest begun =
          signIns.begin(
              id,
              URI.create(address.redirectUri(request)),
              Trail.nameOf(SecurityContextHolder.getContext().getAuthentication()));
      cookie.give(begun.browser(), request, response);
      session.setAttribute(CREDENTIAL, id);
      model.addAttribute("address", begun.authorizationUrl().toString());
      model.addAttribute("host", begun.authorizationUrl().getHost());
      return "leave";
    } catch (CredentialException e) {
      told.addFlashAttribute("problem", e.getMessage());
      told.addAttribute("id", id);
      return "redirect:/credentials/{id}";
    }
  }

  /**
   * Which of the credential's accounts this person can't open, found out at once and not by the
   * next import; null when none.
   */
  private @Nullable String closed(SignIns.Completed completed) {
    List<MailboxProbe.Closed> closed =
        probe.closed(
            accounts.all().stream()
                .filter(account -> account.credential().equals(completed.credential()))
                .toList());
    if (closed.isEmpty()) {
      return null;
    }
    MailboxProbe.Closed first = closed.get(0);
    String more =
        closed.size() == 1
            ? ""
            : " The same holds for "
                + closed.stream()
                    .skip(1)
                    .limit(NAMED)
                    .map(MailboxProbe.Closed::mailbox)
                    .collect(Collectors.joining(", "))
                + (closed.size() > NAMED + 1 ? " and " + (closed.size() - NAMED - 1) + " more" : "")
                + ".";
    return completed.user().userPrincipalName()
        + " can’t open "
        + first.mailbox()
        + ", the mailbox of account "
        + first.account()
        + ": "
        + first.why()
        + more
        + " Sign in as the mailbox’s owner; or share the mailbox with this person, and add"
        + " Mail.ReadWrite.Shared to the scope.";
  }

  @GetMapping(CALLBACK)
  String comeBack(
      @RequestParam Map<String, String> parameters,
      HttpServletRequest request,
      HttpServletResponse response,
      Model model,
      RedirectAttributes told) {
    HttpSession session = request.getSession(false);
    String browser = cookie.of(request);
    SignInAnswer answer = SignInAnswer.of(parameters);
    if (browser == null && address.otherName(request).isPresent()) {
      return "redirect:"
          + address.otherName(request).get()
          + CALLBACK
          + "?"
          + request.getQueryString();
    }
    try {
      SignIns.Completed completed = signIns.complete(browser, answer);
      cookie.take(request, response);
      attention.changed();
      // another node than the one that the browser left doesn't know who that was
      trail.record(
          request.getUserPrincipal() == null && completed.by() != null
              ? completed.by()
              : Trail.nameOf(SecurityContextHolder.getContext().getAuthentication()),
          Trail.Action.CONSENTED,
          "credential " + completed.credential(),
          completed.user().userPrincipalName());
      told.addFlashAttribute("done", completed.user().userPrincipalName() + " is signed in.");
      String closed = closed(completed);
      if (closed != null) {
        told.addFlashAttribute("problem", closed);
      }
      told.addAttribute("id", completed.credential());
      return "redirect:/credentials/{id}";
    } catch (CredentialException e) {
      response.setStatus(HttpStatus.BAD_REQUEST.value());
      model.addAttribute("reason", e.getMessage());
      model.addAttribute("credential", session == null ? null : session.getAttribute(CREDENTIAL));
      // who is signed in to the console sees its navigation, too
      return model.containsAttribute("navigation") ? "not-signed-in-here" : "not-signed-in";
    }
  }
}
