package org.mailroom.account;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** Tells a failure of the service's stream from a failure of the disk that it is written to. */
final class ServiceStream extends FilterInputStream {

  private boolean broken;

  ServiceStream(InputStream answer) {
    super(answer);
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
      return super.read(buffer, offset, length);
    } catch (IOException e) {
      broken = true;
      throw e;
    }
  }
}
