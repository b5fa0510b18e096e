package org.mailroom;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Stands between a client and a server on this machine, so that the server can be out of reach, or
 * an answer get lost.
 */
final class TcpProxy implements AutoCloseable {

  private final ServerSocket listening;
  private final int target;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private final AtomicInteger answersToLose = new AtomicInteger();
  private volatile String askedFor = "";
  private final Object mute = new Object();
  private boolean hanging;
  private volatile boolean down;
  private volatile String hangsAt;

  TcpProxy(int target) throws IOException {
    this.target = target;
    this.listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    run(this::accept);
  }

  int port() {
    return listening.getLocalPort();
  }

  void down() {
    down = true;
    open.forEach(TcpProxy::close);
  }

  void up() {
    down = false;
  }

  /**
   * From now on connections are taken and nothing is passed on, in either direction, as of a server
   * whose processes are stopped.
   */
  void hang() {
    synchronized (mute) {
      hanging = true;
    }
  }

  /** What was held up goes on its way. */
  void goOn() {
    hangsAt = null;
    synchronized (mute) {
      hanging = false;
      mute.notifyAll();
    }
  }

  /** The same, once a request that contains this text comes. */
  void hangAt(String text) {
    hangsAt = text;
  }

  boolean isHanging() {
    synchronized (mute) {
      return hanging;
    }
  }

  private void awaitGoOn() throws IOException {
    synchronized (mute) {
      while (hanging) {
        try {
          mute.wait();
        } catch (InterruptedException e) {
          throw new IOException(e);
        }
      }
    }
  }

  /**
   * Passes the next requests that contain this text on, waits for their answers, and cuts the
   * connection instead of handing them back.
   */
  void loseAnswersTo(String text, int times) {
    askedFor = text;
    answersToLose.set(times);
  }

  int answersStillToLose() {
    return answersToLose.get();
  }

  private void accept() throws IOException {
    while (!listening.isClosed()) {
      Socket client = listening.accept();
      if (down) {
        close(client);
        continue;
      }
      Socket server = new Socket(InetAddress.getLoopbackAddress(), target);
      open.add(client);
      open.add(server);
      boolean[] lose = new boolean[1];
      run(
          () ->
              pass(client, server, client.getInputStream(), server.getOutputStream(), lose, true));
      run(
          () ->
              pass(client, server, server.getInputStream(), client.getOutputStream(), lose, false));
    }
  }

  private void pass(
      Socket client,
      Socket server,
      InputStream from,
      OutputStream to,
      boolean[] lose,
      boolean request)
      throws IOException {
    byte[] buffer = new byte[64 * 1024];
    try {
      for (int read = from.read(buffer); read >= 0; read = from.read(buffer)) {
        if (request
            && answersToLose.get() > 0
            && new String(buffer, 0, read, StandardCharsets.ISO_8859_1).contains(askedFor)
            && answersToLose.getAndDecrement() > 0) {
          lose[0] = true;
        }
        if (!request && lose[0]) {
          return;
        }
        if (request
            && hangsAt != null
            && new String(buffer, 0, read, StandardCharsets.ISO_8859_1).contains(hangsAt)) {
          hang();
        }
        awaitGoOn();
        to.write(buffer, 0, read);
        to.flush();
      }
    } finally {
      close(client);
      close(server);
      open.remove(client);
      open.remove(server);
    }
  }

  private interface Step {
    void run() throws IOException;
  }

  private static void run(Step step) {
    Thread thread =
        new Thread(
            () -> {
              try {
                step.run();
              } catch (IOException closed) {
                return;
              }
            },
            "tcp-proxy");
    thread.setDaemon(true);
    thread.start();
  }

  private static void close(Socket socket) {
    try {
      socket.close();
    } catch (IOException alreadyClosed) {
      return;
    }
  }

  @Override
  public void close() throws IOException {
    listening.close();
    down();
    goOn();
  }
}
