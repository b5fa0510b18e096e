package org.mailroom.account;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.function.LongConsumer;

/** Tells a failure of the service's stream from a failure of the disk that it is written to, and counts what passes. */
final class ServiceStream extends FilterInputStream {

  private final LongConsumer counted;
  private boolean broken;

  /**
   * @param counted gets the number of bytes of each piece that was read
   */
  ServiceStream(InputStream answer, LongConsumer counted) {
    super(answer);
    this.counted = counted;
  }

  boolean isBroken() {
    return broken;
  }

  @Override
  public int read() throws IOException {
    try {
      return super.read();
    } catch (IOException e) {
      broken = true;
      throw e;
    }
  }

  @Override
  public int read(byte[] buffer, int offset, int length) throws IOException {
    try {
      int read = super.read(buffer, offset, length);
      counted.accept(Math.max(0, read));
      return read;
    } catch (IOException e) {
      broken = true;
      throw e;
    }
  }
}
