package org.mailroom.check;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;
import org.mailroom.settings.MailroomProperties;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.stereotype.Component;

/**
 * Looks at the way to a server below TCP's surface: name, proxy, certificate, clock. Libraries hide
 * whose certificate they refused, so this talks to the socket itself; no credential goes over it.
 */
@Component
final class TlsProbe {

  private static final int PATIENCE_MILLIS = 10_000;

  /**
   * What a server showed.
   *
   * @param date its clock; null when it didn't tell
   */
  record Seen(String certificate, @Nullable Instant date) {}

  private final MailroomProperties properties;
  private final SslBundles bundles;

  TlsProbe(MailroomProperties properties, SslBundles bundles) {
    this.properties = properties;
    this.bundles = bundles;
  }

  /** Returns the addresses of the host that is connected to: the proxy's where there is one. */
  String resolve(URI url) throws CheckFailure {
    String host = properties.proxy() == null ? url.getHost() : properties.proxy().getHost();
    try {
      return host
          + " is "
          + Arrays.stream(InetAddress.getAllByName(host))
              .map(InetAddress::getHostAddress)
              .limit(4)
              .collect(Collectors.joining(", "));
    } catch (UnknownHostException e) {
      throw new CheckFailure(
          "the name " + host + " can't be resolved.",
          "Check it for typing errors, and this machine's DNS"
              + (properties.proxy() == null
                  ? "; where only a proxy may reach the internet, set mailroom.proxy."
                  : "."));
    }
  }

  /** Shakes hands as the requests do, and asks for nothing but the headers of the front page. */
  Seen shakeHands(URI url) throws CheckFailure {
    try (Socket socket = connect(url)) {
      if (!"https".equalsIgnoreCase(url.getScheme())) {
        return new Seen("no TLS: the address is http", date(socket, url));
      }
      try (SSLSocket tls = secure(socket, url, trusted())) {
        X509Certificate certificate = (X509Certificate) tls.getSession().getPeerCertificates()[0];
        return new Seen(inWords(certificate), date(tls, url));
      } catch (SSLException refused) {
        throw refused(url, refused);
      }
    } catch (IOException e) {
      throw new CheckFailure(
          e.getClass().getSimpleName() + ": " + e.getMessage() + ".",
          "Check the network, firewall and mailroom.proxy, and that the address is right.");
    }
  }

  private CheckFailure refused(URI url, SSLException refused) {
    String remedy =
        "If it is your company's proxy or private CA, define its certificate below"
            + " spring.ssl.bundle.pem and name that bundle in mailroom.ssl-bundle; if not, somebody"
            + " is listening in.";
    try (Socket socket = connect(url);
        SSLSocket tls = secure(socket, url, anybody())) {
      X509Certificate shown = (X509Certificate) tls.getSession().getPeerCertificates()[0];
      return new CheckFailure(
          "the certificate isn't trusted. It is "
              + inWords(shown)
              + " ("
              + refused.getMessage()
              + ").",
          remedy);
    } catch (IOException | CheckFailure nothingShown) {
      return new CheckFailure("the handshake failed: " + refused.getMessage() + ".", remedy);
    }
  }

  private Socket connect(URI url) throws IOException, CheckFailure {
    URI proxy = properties.proxy();
    URI first = proxy == null ? url : proxy;
    Socket socket = new Socket();
    try {
      socket.connect(new InetSocketAddress(first.getHost(), port(first)), PATIENCE_MILLIS);
      socket.setSoTimeout(PATIENCE_MILLIS);
      if (proxy != null && "https".equalsIgnoreCase(url.getScheme())) {
        tunnel(socket, url);
      }
      return socket;
    } catch (IOException | CheckFailure e) {
      socket.close();
      throw e;
    }
  }

  private void tunnel(Socket socket, URI url) throws IOException, CheckFailure {
    String target = url.getHost() + ":" + port(url);
    write(socket, "CONNECT " + target + " HTTP/1.1\r\nHost: " + target + "\r\n\r\n");
    String status = line(socket);
    String header = status;
    while (header != null && !header.isEmpty()) {
      header = line(socket);
    }
    if (status == null || !status.matches("HTTP/1\\.[01] 200.*")) {
      throw new CheckFailure(
          "the proxy "
              + properties.proxy().getHost()
              + ":"
              + properties.proxy().getPort()
              + " refuses: "
              + (status == null ? "it closed the connection" : status)
              + ".",
          "Have it let "
              + url.getHost()
              + " through, without a password, and check mailroom.proxy.");
    }
  }

  /** Reads a line byte by byte: what follows belongs to the handshake. */
  private static @Nullable String line(Socket socket) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int read = socket.getInputStream().read();
        read != '\n';
        read = socket.getInputStream().read()) {
      if (read < 0) {
        return line.isEmpty() ? null : line.toString();
      }
      if (read != '\r') {
        line.append((char) read);
      }
    }
    return line.toString();
  }

  private static SSLSocket secure(Socket socket, URI url, SSLContext context) throws IOException {
    SSLSocket tls =
        (SSLSocket) context.getSocketFactory().createSocket(socket, url.getHost(), port(url), true);
    SSLParameters parameters = tls.getSSLParameters();
    parameters.setEndpointIdentificationAlgorithm("HTTPS");
    tls.setSSLParameters(parameters);
    tls.startHandshake();
    return tls;
  }

  private SSLContext trusted() throws IOException {
    try {
      return properties.sslBundle() == null || properties.sslBundle().isBlank()
          ? SSLContext.getDefault()
          : bundles.getBundle(properties.sslBundle()).createSslContext();
    } catch (GeneralSecurityException e) {
      throw new IOException(e);
    }
  }

  /** Only to see a certificate that was refused: nothing is sent. */
  private static SSLContext anybody() throws IOException {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(
          null,
          new TrustManager[] {
            new X509ExtendedTrustManager() {
              @Override
              public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {}

              @Override
              public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {}

              @Override
              public void checkClientTrusted(
                  X509Certificate[] chain, String type, javax.net.ssl.SSLEngine engine) {}

              @Override
              public void checkServerTrusted(
                  X509Certificate[] chain, String type, javax.net.ssl.SSLEngine engine) {}

              @Override
              public void checkClientTrusted(X509Certificate[] chain, String type) {}

              @Override
              public void checkServerTrusted(X509Certificate[] chain, String type) {}

              @Override
              public X509Certificate[] getAcceptedIssuers() {
                return new X509Certificate[0];
              }
            }
          },
          new SecureRandom());
      return context;
    } catch (GeneralSecurityException e) {
      throw new IOException(e);
    }
  }

  private static @Nullable Instant date(Socket socket, URI url) throws IOException {
    write(
        socket,
        "HEAD / HTTP/1.1\r\nHost: "
            + url.getHost()
            + "\r\nUser-Agent: Mailroom/1.0\r\nConnection: close\r\n\r\n");
    BufferedReader answer =
        new BufferedReader(
            new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1));
    for (String line = answer.readLine();
        line != null && !line.isEmpty();
        line = answer.readLine()) {
      if (line.toLowerCase(Locale.ROOT).startsWith("date:")) {
        try {
          return ZonedDateTime.parse(line.substring(5).trim(), DateTimeFormatter.RFC_1123_DATE_TIME)
              .toInstant();
        } catch (DateTimeException notADate) {
          return null;
        }
      }
    }
    return null;
  }

  private static void write(Socket socket, String text) throws IOException {
    OutputStream out = socket.getOutputStream();
    out.write(text.getBytes(StandardCharsets.US_ASCII));
    out.flush();
  }

  private static String inWords(X509Certificate certificate) {
    return "of "
        + certificate.getSubjectX500Principal().getName()
        + ", issued by "
        + certificate.getIssuerX500Principal().getName()
        + ", valid until "
        + certificate.getNotAfter().toInstant();
  }

  private static int port(URI url) {
    return url.getPort() >= 0 ? url.getPort() : "http".equalsIgnoreCase(url.getScheme()) ? 80 : 443;
  }
}
