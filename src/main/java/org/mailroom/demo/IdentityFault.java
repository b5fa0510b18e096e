package org.mailroom.demo;

/** A refusal of the identity platform, as it answers it. */
final class IdentityFault extends RuntimeException {

  private final int status;
  private final String error;
  private final int number;
  private final String claims;

  IdentityFault(int status, String error, int number, String text) {
    this(status, error, number, text, null);
  }

  /**
   * @param claims what the next sign-in has to be asked for, as JSON, or null
   */
  IdentityFault(int status, String error, int number, String text, String claims) {
    super(text);
    this.claims = claims;
    this.status = status;
    this.error = error;
    this.number = number;
  }

  int status() {
    return status;
  }

  String error() {
    return error;
  }

  int number() {
    return number;
  }

  String claims() {
    return claims;
  }

  String description() {
    return "AADSTS" + number + ": " + getMessage();
  }
}
