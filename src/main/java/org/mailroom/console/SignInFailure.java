package org.mailroom.console;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.springframework.security.authentication.InternalAuthenticationServiceException;
import org.springframework.security.core.AuthenticationException;
import org.springframework.security.oauth2.core.OAuth2AuthenticationException;
import org.springframework.security.web.authentication.AuthenticationFailureHandler;

/**
 * Why a sign-in failed, told in the address of the sign-in page by a word of a few, so that nobody
 * needs a session for it. Whoever makes up such an address is told no more than these sentences.
 */
final class SignInFailure implements AuthenticationFailureHandler {

  private static final String UNKNOWN = "unknown";

  private final Trail trail;

  SignInFailure(Trail trail) {
    this.trail = trail;
  }

  @Override
  public void onAuthenticationFailure(
      HttpServletRequest request, HttpServletResponse response, AuthenticationException why)
      throws IOException {
    if (why instanceof OAuth2AuthenticationException openId) {
      trail.record(
          UNKNOWN,
          Trail.Action.SIGN_IN_FAILED,
          "the console",
          "by OpenID Connect: " + openId.getError().getErrorCode());
    }
    response.sendRedirect(request.getContextPath() + "/login?error=" + reason(why));
  }

  private static String reason(AuthenticationException why) {
    if (why instanceof TooManyAttempts tooMany) {
      return (tooMany.howLong().ofUser() ? "user" : "address")
          + "&wait="
          + tooMany.howLong().seconds();
    }
    if (why instanceof InternalAuthenticationServiceException) {
      return "database";
    }
    if (why instanceof OAuth2AuthenticationException openId) {
      return OpenIdSignIn.NOT_ALLOWED.equals(openId.getError().getErrorCode())
          ? "not-allowed"
          : "provider&code=" + word(openId.getError().getErrorCode());
    }
    return "password";
  }

  /**
   * What is asked for by {@code /login?error=…}, in a sentence; null when there is nothing to tell.
   */
  static @Nullable String sentence(HttpServletRequest request) {
    String error = request.getParameter("error");
    if (error == null) {
      return null;
    }
    return switch (error) {
      case "address", "user" ->
          new LoginAttempts.Wait(
                  java.time.Duration.ofSeconds(number(request.getParameter("wait"))),
                  error.equals("user"))
              .inWords();
      case "database" ->
          "Mailroom's database doesn't answer, so nobody can be signed in now. Try again in a"
              + " moment.";
      case "not-allowed" ->
          "You are signed in at Microsoft, but you may not enter this console. Ask its"
              + " administrator for one of the roles of mailroom.console, or for your object id in"
              + " mailroom.console.allow.";
      case "provider" ->
          "Microsoft didn't sign you in ("
              + word(request.getParameter("code"))
              + "). Try again; if it stays, check the settings below"
              + " spring.security.oauth2.client.";
      default -> "Name or password is wrong.";
    };
  }

  private static long number(String text) {
    return text != null && text.matches("\\d{1,4}") ? Math.max(1, Long.parseLong(text)) : 1;
  }

  private static String word(String text) {
    String word = text == null ? "" : text.replaceAll("[^A-Za-z0-9_.-]", "");
    return word.substring(0, Math.min(60, word.length()));
  }
}
