package org.mailroom.credential;

import java.net.URI;
import java.time.Instant;

/**
 * A sign-in that has begun.
 *
 * @param authorizationUrl where to send the browser
 * @param state what comes back with the answer
 * @param browser a secret that the browser has to show when it comes back; the caller gives it to
 *     this browser alone, and to nobody else
 * @param expires when it is too late to come back
 */
public record SignInRequest(URI authorizationUrl, String state, String browser, Instant expires) {

  /** Never state or secret. */
  @Override
  public String toString() {
    return "sign-in at " + authorizationUrl.getHost();
  }
}
