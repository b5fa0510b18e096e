package org.mailroom.demo;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A request as it came over the wire (HTTP/1.1), and the way back. */
final class DemoExchange {

  private static final int DRIPS_PER_SECOND = 10;

  /** What is no longer, in bytes, is no quicker packed. */
  private static final int A_PACKET = 1400;

  private final String method;
  private final URI uri;
  private final Map<String, String> headers;
  private final byte[] body;
  private final InputStream in;
  private final OutputStream out;
  private boolean answered;

  private DemoExchange(
      String method,
      URI uri,
      Map<String, String> headers,
      byte[] body,
      InputStream in,
      OutputStream out) {
    this.method = method;
    this.uri = uri;
    this.headers = headers;
    this.body = body;
    this.in = in;
    this.out = out;
  }

  /**
   * Reads the next request of a connection; null when the client has closed it, or sends what isn't
   * HTTP.
   */
  static DemoExchange read(InputStream in, OutputStream out) throws IOException {
    String first = line(in);
    String[] words = first == null ? new String[0] : first.split(" ");
    if (words.length != 3) {
      return null;
    }
    Map<String, String> headers = new LinkedHashMap<>();
    for (String line = line(in); line != null && !line.isEmpty(); line = line(in)) {
      int colon = line.indexOf(':');
      headers.putIfAbsent(
          line.substring(0, Math.max(0, colon)).toLowerCase(Locale.ROOT),
          line.substring(colon + 1).strip());
    }
    if ("100-continue".equalsIgnoreCase(headers.get("expect"))) {
      out.write("HTTP/1.1 100 Continue\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      out.flush();
    }
    byte[] body =
        "chunked".equalsIgnoreCase(headers.get("transfer-encoding"))
            ? chunks(in)
            : in.readNBytes(Integer.parseInt(headers.getOrDefault("content-length", "0")));
    try {
      return new DemoExchange(words[0], new URI(words[1]), headers, body, in, out);
    } catch (URISyntaxException e) {
      return null;
    }
  }

  private static byte[] chunks(InputStream in) throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (int size = Integer.parseInt(line(in).strip(), 16);
        size > 0;
        size = Integer.parseInt(line(in).strip(), 16)) {
      all.write(in.readNBytes(size));
      line(in);
    }
    line(in);
    return all.toByteArray();
  }

  private static String line(InputStream in) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int next = in.read(); next != '\n'; next = in.read()) {
      if (next < 0) {
        return null;
      }
      if (next != '\r') {
        line.append((char) next);
      }
    }
    return line.toString();
  }

  String method() {
    return method;
  }

  URI uri() {
    return uri;
  }

  /** Method and address, as the request line has them. */
  String line() {
    return method + " " + uri;
  }

  /** Names in lower case; of those that come more than once the first. */
  Map<String, String> headers() {
    return headers;
  }

  byte[] body() {
    return body;
  }

  /** Whether the answer went out whole, so that the connection is good for another request. */
  boolean isAnswered() {
    return answered;
  }

  /**
   * Sends an answer in its way.
   *
   * @param named further headers; a name that the answer itself has wins
   */
  void send(DemoAnswer answer, Map<String, String> named) throws IOException, InterruptedException {
    DemoSending sending = answer.sending();
    if (sending.way() == DemoSending.Way.SILENT) {
      awaitClose();
      return;
    }
    byte[] plain = answer.content();
    boolean packed = plain.length > A_PACKET && isPacked(answer);
    byte[] content = packed ? packed(plain) : plain;
    boolean chunked =
        sending.way() == DemoSending.Way.CHUNKED || sending.way() == DemoSending.Way.ABORTED;
    Map<String, String> all = new LinkedHashMap<>(named);
    all.putAll(answer.headers());
    if (answer.contentType() != null) {
      // the type of an attachment is what the mail says
      all.put("Content-Type", answer.contentType().replaceAll("[^\\x20-\\x7E]", ""));
    }
    if (packed) {
      all.put("Content-Encoding", "gzip");
      all.put("Vary", "Accept-Encoding");
    }
    if (chunked) {
      all.put("Transfer-Encoding", "chunked");
    } else if (answer.status() != 204) {
      all.put("Content-Length", Integer.toString(content.length));
    }
    StringBuilder head =
        new StringBuilder(
            "HTTP/1.1 " + answer.status() + (answer.status() < 300 ? " OK\r\n" : " Refused\r\n"));
    all.forEach((name, value) -> head.append(name).append(": ").append(value).append("\r\n"));
    byte[] start = head.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1);
    switch (sending.way()) {
      case CUT -> write(start, content, content.length / 2);
      case ABORTED -> write(start, chunk(content), chunk(content).length);
      case CHUNKED -> {
        write(start, chunk(content), chunk(content).length);
        write("0\r\n\r\n".getBytes(StandardCharsets.US_ASCII), new byte[0], 0);
      }
      case DRIPPED -> {
        write(start, new byte[0], 0);
        drip(content, sending.bytesPerSecond());
      }
      default -> write(start, content, content.length);
    }
    answered = sending.isWhole();
  }

  /** JSON is, for clients that can unpack it; contents of mail aren't. */
  private boolean isPacked(DemoAnswer answer) {
    return answer.contentType() != null
        && answer.contentType().startsWith("application/json")
        && headers.getOrDefault("accept-encoding", "").contains("gzip");
  }

  private static byte[] packed(byte[] content) throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream(content.length / 4 + 64);
    try (OutputStream gzip = new QuickGzip(packed)) {
      gzip.write(content);
    }
    return packed.toByteArray();
  }

  private static byte[] chunk(byte[] content) throws IOException {
    ByteArrayOutputStream chunk = new ByteArrayOutputStream();
    if (content.length > 0) {
      chunk.write(
          (Integer.toHexString(content.length) + "\r\n").getBytes(StandardCharsets.US_ASCII));
      chunk.write(content);
      chunk.write("\r\n".getBytes(StandardCharsets.US_ASCII));
    }
    return chunk.toByteArray();
  }

  /** Small answers go out in one piece. */
  private void write(byte[] start, byte[] content, int length) throws IOException {
    if (length > 64 * 1024) {
      out.write(start);
      out.write(content, 0, length);
    } else {
      byte[] all = java.util.Arrays.copyOf(start, start.length + length);
      System.arraycopy(content, 0, all, start.length, length);
      out.write(all);
    }
    out.flush();
  }

  private void drip(byte[] content, long bytesPerSecond) throws IOException, InterruptedException {
    int piece = (int) Math.max(1, bytesPerSecond / DRIPS_PER_SECOND);
    long pause = TimeUnit.SECONDS.toNanos(piece) / Math.max(1, bytesPerSecond);
    for (int at = 0; at < content.length; at += piece) {
      TimeUnit.NANOSECONDS.sleep(pause);
      out.write(content, at, Math.min(piece, content.length - at));
      out.flush();
    }
  }

  /** No answer ever: until the client gives up. */
  private void awaitClose() throws IOException {
    in.transferTo(OutputStream.nullOutputStream());
  }
}
