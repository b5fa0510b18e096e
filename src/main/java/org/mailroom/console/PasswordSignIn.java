package org.mailroom.console;

import java.time.Clock;
import org.springframework.security.authentication.AuthenticationProvider;
import org.springframework.security.authentication.BadCredentialsException;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.authentication.dao.DaoAuthenticationProvider;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.userdetails.UserDetails;
import org.springframework.security.web.authentication.WebAuthenticationDetails;

/**
 * Signs in by password, with {@link LoginAttempts}. Raises {@link TooManyAttempts}, which says how
 * long to wait, without looking at the password.
 */
final class PasswordSignIn implements AuthenticationProvider {

  private final ConsoleUsers users;
  private final Trail trail;
  private final DaoAuthenticationProvider passwords;
  private final LoginAttempts attempts;

  PasswordSignIn(ConsoleUsers users, Trail trail, Clock clock) {
    this.users = users;
    this.trail = trail;
    this.passwords = new DaoAuthenticationProvider(users);
    this.passwords.setPasswordEncoder(users.password().encoder());
    this.attempts = new LoginAttempts(clock);
  }

  @Override
  public Authentication authenticate(Authentication asked) {
    String address =
        asked.getDetails() instanceof WebAuthenticationDetails details
            ? details.getRemoteAddress()
            : "unknown";
    LoginAttempts.Wait wait = attempts.toWait(asked.getName(), address);
    if (!wait.isOver()) {
      throw new TooManyAttempts(wait);
    }
    try {
      Authentication signedIn = passwords.authenticate(asked);
      attempts.succeeded(asked.getName(), address);
      return marked(signedIn);
    } catch (BadCredentialsException wrong) {
      attempts.failed(asked.getName(), address);
      LoginAttempts.Wait next = attempts.toWait(asked.getName(), address);
      // what isn't a user's name may be a password that somebody typed into the wrong field
      trail.record(
          users.isKnown(asked.getName()) ? asked.getName() : "an unknown user",
          Trail.Action.SIGN_IN_FAILED,
          "the console",
          "name or password is wrong"
              + (next.isOver()
                  ? ""
                  : "; "
                      + (next.ofUser() ? "that user" : "that address")
                      + " waits "
                      + next.seconds()
                      + " s"));
      throw wrong;
    }
  }

  /** With a mark of the very hash that the password was compared with. */
  private Authentication marked(Authentication signedIn) {
    UserDetails user = (UserDetails) signedIn.getPrincipal();
    var marked =
        UsernamePasswordAuthenticationToken.authenticated(
            new PasswordUser(user.getUsername(), users.mark(user)),
            null,
            signedIn.getAuthorities());
    marked.setDetails(signedIn.getDetails());
    return marked;
  }

  @Override
  public boolean supports(Class<?> authentication) {
    return UsernamePasswordAuthenticationToken.class.isAssignableFrom(authentication);
  }
}
