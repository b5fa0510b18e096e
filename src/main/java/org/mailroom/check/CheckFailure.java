package org.mailroom.check;

/** A step failed: what came back, and how to mend it. */
final class CheckFailure extends Exception {

  private final String remedy;

  CheckFailure(String told, String remedy) {
    super(told);
    this.remedy = remedy;
  }

  String remedy() {
    return remedy;
  }
}
