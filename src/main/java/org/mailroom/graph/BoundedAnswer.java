package org.mailroom.graph;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.mailroom.settings.Limits;

/**
 * The bytes of an answer on their way from the wire. They have to come at a least rate, measured
 * over the time that is spent waiting for them: a reader that is slow itself isn't blamed on the
 * service. When the time of the whole request is over, reading ends with that as the reason. One
 * thread reads.
 */
final class BoundedAnswer extends FilterInputStream {

  /** The connection that the answer comes over. */
  interface Connection {

    /** Closes it at once; whoever reads from it is woken by an exception. */
    void discard();

    /** The bound that it was closed for, in words; null while none was reached. */
    @Nullable String boundReached();

    /** The reader has what it wants: what is left of the answer has only a moment. */
    void hurry();

    /** The answer was read to its end, or is read no more. */
    void ended();
  }

  /**
   * So much of what isn't read is still taken from the wire, so that the connection can serve
   * again.
   */
  private static final int REST = 32 * 1024;

  private static final double NANOS = 1e9;

  private final Connection connection;
  private final long leastBytesPerSecond;
  private final long judgedAfter;
  private final String tooSlow;
  private final LongSupplier nanos;
  private long bytes;
  private long waited;
  private boolean begun;
  private boolean atEnd;
  private boolean closed;

  BoundedAnswer(InputStream answer, Connection connection, Limits limits) {
    this(answer, connection, limits, System::nanoTime);
  }

  BoundedAnswer(InputStream answer, Connection connection, Limits limits, LongSupplier nanos) {
    super(answer);
    this.connection = connection;
    this.leastBytesPerSecond = limits.leastRate().toBytes();
    this.judgedAfter = limits.leastRateAfter().toNanos();
    this.tooSlow =
        "less than "
            + leastBytesPerSecond
            + " bytes a second for "
            + TimeInWords.of(limits.leastRateAfter());
    this.nanos = nanos;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
  }

  @Override
  public int read(byte[] buffer, int offset, int wanted) throws IOException {
    if (wanted == 0) {
      return 0;
    }
    if (atEnd) {
      return -1;
    }
    long from = nanos.getAsLong();
    int read;
    try {
      read = super.read(buffer, offset, wanted);
    } catch (IOException | RuntimeException e) {
      throw reason(e);
    }
    if (read < 0) {
      atEnd = true;
      connection.ended();
      if (connection.boundReached() != null) {
        throw new AnswerCutException(String.valueOf(connection.boundReached()));
      }
      return read;
    }
    bytes += read;
    judge(nanos.getAsLong() - from);
    return read;
  }

  private IOException reason(Exception e) {
    connection.ended();
    if (connection.boundReached() != null) {
      return new AnswerCutException(String.valueOf(connection.boundReached()));
    }
    return e instanceof IOException trouble ? trouble : new IOException(e.getMessage(), e);
  }

  /**
   * The first bytes may take as long as the service thinks about its answer: that is silence, which
   * is bounded elsewhere.
   */
  private void judge(long waitedForThese) throws AnswerCutException {
    if (!begun) {
      begun = true;
      bytes = 0;
      return;
    }
    waited += waitedForThese;
    if (waited < judgedAfter) {
      return;
    }
    if (bytes < leastBytesPerSecond * (waited / NANOS)) {
      connection.ended();
      connection.discard();
      atEnd = true;
      throw new AnswerCutException(tooSlow);
    }
    // each stretch is judged by itself: what came fast before is no credit
    waited = 0;
    bytes = 0;
  }

  @Override
  public long skip(long wanted) throws IOException {
    byte[] scratch = new byte[(int) Math.max(1, Math.min(8192, wanted))];
    long left = wanted;
    while (left > 0) {
      int read = read(scratch, 0, (int) Math.min(scratch.length, left));
      if (read < 0) {
        break;
      }
      left -= read;
    }
    return wanted - left;
  }

  @Override
  public boolean markSupported() {
    return false;
  }

  /**
   * Gives the connection back when little is left to be read, and closes it otherwise. Raises
   * nothing: what was read was read.
   */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    try {
      if (!atEnd && !isAtEndSoon()) {
        connection.ended();
        connection.discard();
      }
      super.close();
    } catch (IOException | RuntimeException e) {
      // the connection is gone, which is what closing means
      connection.discard();
    } finally {
      connection.ended();
    }
  }

  private boolean isAtEndSoon() throws IOException {
    connection.hurry();
    byte[] scratch = new byte[8192];
    for (int rest = 0; rest < REST; ) {
      int read = read(scratch, 0, scratch.length);
      if (read < 0) {
        return atEnd;
      }
      rest += read;
    }
    return false;
  }
}
