package org.mailroom.demo;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import javax.net.ssl.SSLContext;

/**
 * A small HTTPS server on loopback, a thread for each connection: its answers can be as wrong as a
 * test wants them, down to the date.
 */
final class DemoServer implements AutoCloseable {

  /** Answers a request; one that it doesn't answer whole ends the connection. */
  interface Handler {
    void handle(DemoExchange exchange) throws IOException, InterruptedException;
  }

  private static final int BACKLOG = 1000;

  private final ServerSocket socket;
  private final ExecutorService threads;
  private final Set<Socket> connections = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  /**
   * Takes the port; nothing is answered yet.
   *
   * @param port 0 for any that is free
   */
  DemoServer(SSLContext tls, int port, ExecutorService threads) throws IOException {
    this.socket =
        tls.getServerSocketFactory()
            .createServerSocket(port, BACKLOG, InetAddress.getLoopbackAddress());
    this.threads = threads;
  }

  int port() {
    return socket.getLocalPort();
  }

  void start(Handler handler) {
    threads.execute(
        () -> {
          while (!closed) {
            try {
              Socket connection = socket.accept();
              connections.add(connection);
              threads.execute(() -> serve(connection, handler));
            } catch (IOException closing) {
              // it is looked whether the server was closed
            }
          }
        });
  }

  private void serve(Socket connection, Handler handler) {
    try (connection) {
      connection.setTcpNoDelay(true);
      InputStream in = new BufferedInputStream(connection.getInputStream());
      OutputStream out = connection.getOutputStream();
      DemoExchange exchange;
      do {
        exchange = DemoExchange.read(in, out);
        if (exchange != null) {
          handler.handle(exchange);
        }
      } while (exchange != null && exchange.isAnswered() && !closed);
    } catch (IOException gone) {
      // the client has closed the connection, or the tenant has
      return;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      connections.remove(connection);
    }
  }

  @Override
  public void close() {
    closed = true;
    quietly(socket);
    connections.forEach(DemoServer::quietly);
  }

  private static void quietly(AutoCloseable connection) {
    try {
      connection.close();
    } catch (Exception closedAlready) {
      return;
    }
  }
}
