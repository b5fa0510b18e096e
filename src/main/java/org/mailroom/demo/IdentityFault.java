package org.mailroom.demo;

/** A refusal of the identity platform, as it answers it. */
final class IdentityFault extends RuntimeException {

  private final int status;
  private final String error;
  private final int number;

  IdentityFault(int status, String error, int number, String text) {
    super(text);
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

  String description() {
    return "AADSTS" + number + ": " + getMessage();
  }
}
