package org.mailroom.console;

import java.io.Serializable;
import org.springframework.security.core.AuthenticatedPrincipal;

/**
 * Who signed in by password.
 *
 * @param mark of the password that counted then: when another one counts, the session ends
 */
record PasswordUser(String name, String mark) implements AuthenticatedPrincipal, Serializable {

  @Override
  public String getName() {
    return name;
  }
}
