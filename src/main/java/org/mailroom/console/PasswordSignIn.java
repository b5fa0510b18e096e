package org.mailroom.console;

import java.time.Clock;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.security.authentication.AuthenticationProvider;
import org.springframework.security.authentication.BadCredentialsException;
import org.springframework.security.authentication.LockedException;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.authentication.dao.DaoAuthenticationProvider;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.userdetails.UserDetails;
import org.springframework.security.web.authentication.WebAuthenticationDetails;

/** Signs in by password, with {@link LoginAttempts}. Raises {@link LockedException}, which says how long to wait, without looking at the password. */
final class PasswordSignIn implements AuthenticationProvider {

  private static final Logger LOG = LoggerFactory.getLogger("mailroom.console");

  private final ConsoleUsers users;
  private final DaoAuthenticationProvider passwords;
  private final LoginAttempts attempts;

  PasswordSignIn(ConsoleUsers users, Clock clock) {
    this.users = users;
    this.passwords = new DaoAuthenticationProvider(users);
    this.passwords.setPasswordEncoder(users.password().encoder());
    this.attempts = new LoginAttempts(clock);
  }

  @Override
  public Authentication authenticate(Authentication asked) {
    String address = asked.getDetails() instanceof WebAuthenticationDetails details ? details.getRemoteAddress() : "unknown";
    Duration wait = attempts.toWait(asked.getName(), address);
    if (!wait.isZero()) {
      throw new LockedException("Too many failed attempts from your address. Try again in " + inWords(wait) + ".");
    }
    try {
      Authentication signedIn = passwords.authenticate(asked);
      attempts.succeeded(asked.getName(), address);
      return marked(signedIn);
    } catch (BadCredentialsException wrong) {
      attempts.failed(asked.getName(), address);
      Duration next = attempts.toWait(asked.getName(), address);
      if (!next.isZero()) {
        LOG.warn("console: several sign-ins in a row failed from {}; that address waits {}", address, inWords(next));
      }
      throw wrong;
    }
  }

  /** With a mark of the very hash that the password was compared with. */
  private Authentication marked(Authentication signedIn) {
    UserDetails user = (UserDetails) signedIn.getPrincipal();
    var marked = UsernamePasswordAuthenticationToken.authenticated(new PasswordUser(user.getUsername(), users.mark(user.getPassword())), null, signedIn.getAuthorities());
    marked.setDetails(signedIn.getDetails());
    return marked;
  }

  private static String inWords(Duration wait) {
    long seconds = Math.max(1, (wait.toMillis() + 999) / 1000);
    return seconds < 120 ? seconds + " seconds" : (seconds + 59) / 60 + " minutes";
  }

  @Override
  public boolean supports(Class<?> authentication) {
    return UsernamePasswordAuthenticationToken.class.isAssignableFrom(authentication);
  }
}
