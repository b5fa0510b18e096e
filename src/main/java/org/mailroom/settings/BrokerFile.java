package org.mailroom.settings;

import java.io.IOException;
import java.io.Reader;
import java.io.Writer;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;

/**
 * Where a running Mailroom's embedded broker listens, if it has a port, for the commands beside it:
 * a file in {@code data-dir} that only its owner reads.
 */
public final class BrokerFile {

  private static final int PATIENCE_MILLIS = 1000;

  /** Where the broker listens, and with what it lets in. */
  record Address(String url, String user, String password) {}

  private final Path file;

  public BrokerFile(Path dataDir) {
    this.file = dataDir.resolve("broker.properties");
  }

  public void write(String url, String user, String password) throws IOException {
    delete();
    Properties properties = new Properties();
    properties.setProperty("url", url);
    properties.setProperty("user", user);
    properties.setProperty("password", password);
    boolean posix = file.getFileSystem().supportedFileAttributeViews().contains("posix");
    FileAttribute<?>[] ownerOnly =
        posix
            ? new FileAttribute<?>[] {
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
            }
            : new FileAttribute<?>[0];
    try (var channel =
            Files.newByteChannel(
                file, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), ownerOnly);
        Writer writer =
            java.nio.channels.Channels.newWriter(
                channel, java.nio.charset.StandardCharsets.UTF_8)) {
      properties.store(writer, "The embedded broker of the Mailroom that runs here");
    }
  }

  public void delete() throws IOException {
    Files.deleteIfExists(file);
  }

  /**
   * Returns the address of a broker that answers; empty where no Mailroom runs, or one that died
   * left the file behind.
   */
  Optional<Address> running() {
    Properties properties = new Properties();
    try (Reader reader = Files.newBufferedReader(file)) {
      properties.load(reader);
    } catch (IOException noSuchFile) {
      return Optional.empty();
    }
    URI url = URI.create(properties.getProperty("url", "tcp://127.0.0.1:1"));
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(url.getHost(), url.getPort()), PATIENCE_MILLIS);
      return Optional.of(
          new Address(
              url.toString(), properties.getProperty("user"), properties.getProperty("password")));
    } catch (IOException nobodyListens) {
      return Optional.empty();
    }
  }
}
