package org.mailroom.graph;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;

/**
 * JSON on its way from the wire to a parser, in which no string is longer than a limit: what
 * exceeds it is left out, and the JSON stays well-formed. A parser holds each string whole, so this
 * is what bounds its memory, whatever a mail brings.
 */
public final class BoundedStrings extends FilterInputStream {

  private final int limit;
  private final List<Long> cuts = new ArrayList<>();
  private long passed;
  private boolean inString;
  private int length;

  /** Bytes of an escape sequence that are still to come; it isn't cut in its middle. */
  private int escape;

  private boolean cutting;

  /**
   * @param limit of one string, in bytes between its quotes
   */
  public BoundedStrings(InputStream json, int limit) {
    super(json);
    this.limit = limit;
  }

  /** Whether a string was shortened between two positions of what was read from here. */
  public boolean hasCutBetween(long from, long to) {
    return cuts.stream().anyMatch(at -> at >= from && at < to);
  }

  /** Whether any string was shortened so far. */
  public boolean hasCut() {
    return !cuts.isEmpty();
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
    while (true) {
      int read = super.read(buffer, offset, wanted);
      if (read < 0) {
        return read;
      }
      int kept = keep(buffer, offset, read);
      if (kept > 0) {
        passed += kept;
        return kept;
      }
    }
  }

  /** What is left out is skipped by reading it. */
  @Override
  public long skip(long bytes) throws IOException {
    long left = bytes;
    byte[] scratch = new byte[(int) Math.min(8192, Math.max(1, bytes))];
    while (left > 0) {
      int read = read(scratch, 0, (int) Math.min(scratch.length, left));
      if (read < 0) {
        break;
      }
      left -= read;
    }
    return bytes - left;
  }

  @Override
  public boolean markSupported() {
    return false;
  }

  /** Moves the bytes that stay to the front and returns how many they are. */
  private int keep(byte[] buffer, int offset, int read) {
    int end = offset + read;
    int to = offset;
    for (int from = offset; from < end; from++) {
      if (to == from) {
        from = passUncut(buffer, from, end);
        to = from;
      }
      if (from < end && stays(buffer[from], passed + to - offset)) {
        buffer[to++] = buffer[from];
      }
    }
    return to - offset;
  }

  /**
   * Passes over what stays where it is, in fewer steps a byte: nearly all that ever comes. Returns
   * where something may have to be cut.
   */
  private int passUncut(byte[] buffer, int offset, int end) {
    int at = offset;
    while (at < end && !cutting && escape == 0) {
      int begin = at;
      if (!inString) {
        while (at < end && buffer[at] != '"') {
          at++;
        }
        inString = at < end;
        length = 0;
        at += inString ? 1 : 0;
        continue;
      }
      int most = (int) Math.min(end, (long) begin + limit - length);
      while (at < most && buffer[at] != '"' && buffer[at] != '\\') {
        at++;
      }
      length += at - begin;
      if (at < most && buffer[at] == '"') {
        inString = false;
        at++;
      } else if (at + 1 < most && buffer[at + 1] != 'u') {
        // an escape of two characters
        length += 2;
        at += 2;
      } else {
        return at;
      }
    }
    return at;
  }

  private boolean stays(byte b, long at) {
    if (!inString) {
      inString = b == '"';
      length = 0;
      return true;
    }
    if (escape > 0) {
      escape += b == 'u' && escape == 1 ? 3 : -1;
    } else if (b == '"') {
      inString = false;
      cutting = false;
      return true;
    } else if (!cutting && length >= limit && (b & 0xC0) != 0x80) {
      // between two characters
      cutting = true;
      cuts.add(at);
      escape = b == '\\' ? 1 : 0;
    } else if (b == '\\') {
      escape = 1;
    }
    length++;
    return !cutting;
  }
}
