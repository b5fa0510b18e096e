package org.mailroom.credential;

/** The token that a request went out with; what shows exchange properties shows nothing of it. */
public final class SentToken {

  /** The exchange property that holds it. */
  public static final String PROPERTY = "sentToken";

  private final String authorization;

  SentToken(String authorization) {
    this.authorization = authorization;
  }

  String authorization() {
    return authorization;
  }

  /** Never the token. */
  @Override
  public String toString() {
    return "the token that was sent";
  }
}
