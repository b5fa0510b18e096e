package org.mailroom.export;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.mailroom.settings.Utc;

/**
 * Writes mails as an mbox of the kind mboxrd, bit by bit: each begins with a line {@code From }, a
 * line of a mail that would look like one gets a {@code >} before it, as does one that had one
 * already, so that a reader can take exactly one away again. Lines end with LF alone.
 */
final class MboxOutput extends OutputStream {

  private static final byte[] FROM = "From ".getBytes(StandardCharsets.US_ASCII);
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("EEE MMM ppd HH:mm:ss yyyy", Locale.ENGLISH);
  private static final String NOBODY = "MAILER-DAEMON";

  private final Sink out;

  /**
   * Whether it isn't decided yet what the line begins with: so many {@code >}, and so much of
   * {@code From }.
   */
  private boolean beginsLine = true;

  private long quotes;
  private int matched;
  private boolean carriageReturn;

  MboxOutput(OutputStream out) {
    this.out = new Sink(out);
  }

  /**
   * Knows whether a failure of writing a mail is that of writing, and not of reading what is
   * written.
   */
  private static final class Sink extends OutputStream {
    private final OutputStream to;
    private boolean failed;

    private Sink(OutputStream to) {
      this.to = to;
    }

    @Override
    public void write(int b) throws IOException {
      try {
        to.write(b);
      } catch (IOException e) {
        failed = true;
        throw e;
      }
    }

    @Override
    public void flush() throws IOException {
      to.flush();
    }
  }

  /** It can't be written any more. */
  boolean hasFailed() {
    return out.failed;
  }

  /**
   * @param sender its address; null where that isn't known
   * @param at when it was received; null where that isn't known
   */
  void begin(@Nullable String sender, @Nullable Instant at) throws IOException {
    String address =
        sender != null && sender.matches("[\\x21-\\x7e]+@[\\x21-\\x7e]+") ? sender : NOBODY;
    out.write(
        ("From " + address + " " + TIME.format(Utc.of(at == null ? Instant.EPOCH : at)) + "\n")
            .getBytes(StandardCharsets.US_ASCII));
  }

  /** Ends the mail: its last line, if that isn't ended, and an empty one. */
  void end() throws IOException {
    if (carriageReturn) {
      carriageReturn = false;
      put('\r');
    }
    boolean open = !beginsLine || quotes + matched > 0;
    decide();
    if (open) {
      out.write('\n');
    }
    out.write('\n');
    beginsLine = true;
  }

  @Override
  public void write(int value) throws IOException {
    int b = value & 0xff;
    if (carriageReturn) {
      carriageReturn = false;
      if (b != '\n') {
        put('\r');
      }
    }
    if (b == '\r') {
      carriageReturn = true;
    } else {
      put(b);
    }
  }

  private void put(int b) throws IOException {
    if (beginsLine) {
      if (matched == 0 && b == '>') {
        quotes++;
        return;
      }
      if (b == FROM[matched]) {
        matched++;
        if (matched == FROM.length) {
          out.write('>');
          decide();
        }
        return;
      }
      decide();
    }
    out.write(b);
    beginsLine = b == '\n';
  }

  /** What was held back is written. */
  private void decide() throws IOException {
    for (; quotes > 0; quotes--) {
      out.write('>');
    }
    out.write(FROM, 0, matched);
    matched = 0;
    beginsLine = false;
  }

  @Override
  public void flush() throws IOException {
    out.flush();
  }
}
