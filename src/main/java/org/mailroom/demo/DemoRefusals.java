package org.mailroom.demo;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** What the identity platform refuses on purpose. */
final class DemoRefusals {

  private final Queue<String> deviceCodeAnswers = new ConcurrentLinkedQueue<>();
  private volatile IdentityFault tokens;
  private volatile IdentityFault signIns;
  private volatile String demandedOfPerson;

  /** Every token request is refused like this from now on; null: no longer. */
  void refuse(IdentityFault fault) {
    tokens = fault;
  }

  /** Every sign-in comes back with this; null: no longer. */
  void refuseSignIns(IdentityFault fault) {
    signIns = fault;
  }

  /** Refresh tokens are refused until somebody has signed in with these claims, as JSON. */
  void demandOfPerson(String claims) {
    demandedOfPerson = claims;
  }

  void signedInWith(String claims) {
    if (claims != null && claims.equals(demandedOfPerson)) {
      demandedOfPerson = null;
    }
  }

  /**
   * OAuth 2.0 errors that the next requests with a device code are answered with, in their order.
   */
  Queue<String> deviceCodeAnswers() {
    return deviceCodeAnswers;
  }

  /** Nothing is refused any more. */
  void clear() {
    deviceCodeAnswers.clear();
    tokens = null;
    signIns = null;
    demandedOfPerson = null;
  }

  void ofTokens() {
    if (tokens != null) {
      throw tokens;
    }
  }

  void ofSignIns() {
    if (signIns != null) {
      throw signIns;
    }
  }

  void ofRefreshTokens() {
    if (demandedOfPerson != null) {
      throw new IdentityFault(
          400,
          "interaction_required",
          50076,
          "Due to a configuration change made by your administrator, you must use multi-factor"
              + " authentication.",
          demandedOfPerson);
    }
  }

  void ofDeviceCodes() {
    String error = deviceCodeAnswers.poll();
    if (error != null) {
      throw new IdentityFault(400, error, 70016, "OAuth 2.0 device flow error: " + error + ".");
    }
  }
}
