package org.mailroom.console;

import org.springframework.security.authentication.LockedException;

/**
 * A sign-in that wasn't looked at, for too many have failed before it; the message says how long to
 * wait.
 */
final class TooManyAttempts extends LockedException {

  private final transient LoginAttempts.Wait wait;

  TooManyAttempts(LoginAttempts.Wait wait) {
    super(wait.inWords());
    this.wait = wait;
  }

  LoginAttempts.Wait howLong() {
    return wait;
  }
}
