package org.mailroom;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A stand-in for the virus scanner clamd that speaks INSTREAM: it finds one virus, by a text in a
 * stream.
 */
final class Clamd implements AutoCloseable {

  /** What it finds; not the text that scanners of this machine look for. */
  static final String INFECTED = "this is the virus of the test";

  static final String VIRUS = "Win.Test.Mailroom-1";

  private final ServerSocket socket;
  private final List<byte[]> scanned = new CopyOnWriteArrayList<>();
  private volatile String always;

  Clamd(int port) throws IOException {
    socket = new ServerSocket(port, 50, InetAddress.getLoopbackAddress());
    Thread thread = new Thread(this::serve, "clamd");
    thread.setDaemon(true);
    thread.start();
  }

  int port() {
    return socket.getLocalPort();
  }

  /** What was streamed to it. */
  List<byte[]> scanned() {
    return scanned;
  }

  /** It answers so, whatever it gets; null: as it should. */
  void answers(String text) {
    always = text;
  }

  private void serve() {
    while (!socket.isClosed()) {
      try (Socket client = socket.accept()) {
        answer(new DataInputStream(client.getInputStream()), client.getOutputStream());
      } catch (IOException gone) {
        // the next one
      }
    }
  }

  private void answer(DataInputStream in, OutputStream out) throws IOException {
    StringBuilder command = new StringBuilder();
    for (int next = in.read(); next > 0; next = in.read()) {
      command.append((char) next);
    }
    if (!command.toString().equals("zINSTREAM")) {
      out.write("UNKNOWN COMMAND\0".getBytes(ISO_8859_1));
      return;
    }
    ByteArrayOutputStream stream = new ByteArrayOutputStream();
    for (int length = in.readInt(); length > 0; length = in.readInt()) {
      stream.write(in.readNBytes(length));
    }
    scanned.add(stream.toByteArray());
    String answer =
        always != null
            ? always
            : stream.toString(ISO_8859_1).contains(INFECTED)
                ? "stream: " + VIRUS + " FOUND"
                : "stream: OK";
    // in two pieces, as networks do
    out.write(answer.substring(0, 1).getBytes(ISO_8859_1));
    out.flush();
    out.write((answer.substring(1) + "\0").getBytes(ISO_8859_1));
    out.flush();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
