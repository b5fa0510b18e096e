package org.mailroom.message;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.function.LongConsumer;

/**
 * What the service sends, on its way to the disk: counted while it passes, looked at when it ends,
 * and told from a failure of the disk. At its end it fails when it isn't whole, so that whoever
 * writes it leaves nothing behind.
 */
final class ServiceStream extends FilterInputStream {

  /** Looks at what came, once, at the end. */
  @FunctionalInterface
  interface Whole {
    /**
     * @param beginning the first bytes, at most a thousand
     * @throws IncompleteAnswerException when it isn't what was asked for
     */
    void require(byte[] beginning, long length) throws IncompleteAnswerException;
  }

  private static final int BEGINNING = 1000;

  private final LongConsumer admit;
  private final Whole whole;
  private byte[] beginning = new byte[0];
  private long passed;
  private boolean broken;

  /**
   * @param admit gets the number of bytes so far, and raises what it has against them
   */
  ServiceStream(InputStream answer, LongConsumer admit, Whole whole) {
    super(answer);
    this.admit = admit;
    this.whole = whole;
  }

  /** The failure is that of the service's stream. */
  boolean isBroken() {
    return broken;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
  }

  @Override
  public int read(byte[] buffer, int offset, int length) throws IOException {
    try {
      int read = super.read(buffer, offset, length);
      if (read < 0) {
        whole.require(beginning, passed);
        return read;
      }
      remember(buffer, offset, read);
      passed += read;
      admit.accept(passed);
      return read;
    } catch (IOException e) {
      broken = true;
      throw e;
    }
  }

  private void remember(byte[] buffer, int offset, int read) {
    int more = Math.min(BEGINNING - beginning.length, read);
    if (more > 0) {
      int before = beginning.length;
      beginning = Arrays.copyOf(beginning, before + more);
      System.arraycopy(buffer, offset, beginning, before, more);
    }
  }
}
