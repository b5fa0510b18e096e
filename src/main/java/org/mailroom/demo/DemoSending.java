package org.mailroom.demo;

/**
 * How an answer goes out.
 *
 * @param bytesPerSecond of {@link Way#DRIPPED}
 */
record DemoSending(Way way, long bytesPerSecond) {

  /** The ways; all but the first three end the connection. */
  enum Way {
    /** With its length. */
    WHOLE,
    /** Without its length, in chunks, and properly ended. */
    CHUNKED,
    /** Whole, but slowly. */
    DRIPPED,
    /** Half of what the length says. */
    CUT,
    /** In chunks, without their end. */
    ABORTED,
    /** Not even a header. */
    SILENT
  }

  static final DemoSending WHOLE = of(Way.WHOLE);

  static DemoSending of(Way way) {
    return new DemoSending(way, 0);
  }

  boolean isWhole() {
    return way == Way.WHOLE || way == Way.CHUNKED || way == Way.DRIPPED;
  }
}
