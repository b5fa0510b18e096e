package org.mailroom.credential;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.mailroom.settings.ConfigurationException;
import org.mailroom.settings.MailroomProperties;
import org.mailroom.settings.PrivateFolder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * The secret key that is used now and those of earlier times: from the settings, or from a file in
 * {@code data-dir} that is made at the first start.
 */
@Component
final class SecretKeys {

  private static final Logger LOG = LoggerFactory.getLogger("mailroom.credential");

  private final String present;
  private final List<String> earlier;

  SecretKeys(MailroomProperties properties) {
    Path made = properties.dataDir().resolve("secret-key");
    List<String> others = new ArrayList<>(properties.previousSecretKeys());
    if (properties.secretKeyFile() != null) {
      present =
          read(
              properties.secretKeyFile(),
              "mailroom.secret-key-file = " + properties.secretKeyFile());
    } else if (properties.secretKey() != null && !properties.secretKey().isBlank()) {
      present = properties.secretKey().strip();
    } else {
      present = readOrMake(made);
    }
    if (Files.isReadable(made)) {
      // a site that sets a key of its own later can still read what it stored before
      others.add(read(made, made.toString()));
    }
    others.removeIf(present::equals);
    earlier = List.copyOf(others);
  }

  String present() {
    return present;
  }

  List<String> earlier() {
    return earlier;
  }

  private static String readOrMake(Path file) {
    if (!Files.exists(file)) {
      make(file);
    }
    return read(file, file.toString());
  }

  /** Whoever comes second, of two processes that start at once, takes the key of the first. */
  private static void make(Path file) {
    try {
      PrivateFolder.create(Objects.requireNonNull(file.toAbsolutePath().getParent()));
      FileAttribute<?>[] ownerOnly =
          FileSystems.getDefault().supportedFileAttributeViews().contains("posix")
              ? new FileAttribute<?>[] {
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
              }
              : new FileAttribute<?>[0];
      Path whole = Files.createTempFile(file.getParent(), "secret-key", ".new", ownerOnly);
      try {
        Files.writeString(whole, KeyDerivation.randomKey() + System.lineSeparator());
        Files.createLink(file, whole);
        LOG.info(
            "Secrets and tokens are encrypted under a new key in {}: keep a copy of it. Several"
                + " nodes need one mailroom.secret-key.",
            file);
      } catch (FileAlreadyExistsException anotherProcessWasFirst) {
        LOG.debug("{} is there already", file);
      } finally {
        Files.deleteIfExists(whole);
      }
    } catch (IOException | UnsupportedOperationException e) {
      throw new ConfigurationException(
          List.of(
              "mailroom.secret-key isn't set and no key can be made in "
                  + file
                  + ": "
                  + e
                  + ". Set mailroom.secret-key, or make mailroom.data-dir writable."));
    }
  }

  private static String read(Path file, String setting) {
    try {
      String key = Files.readString(file, StandardCharsets.UTF_8).strip();
      if (!key.isEmpty()) {
        return key;
      }
      throw new ConfigurationException(
          List.of(
              setting
                  + ": the file is empty. It must hold the secret key, such as: openssl rand"
                  + " -base64 32"));
    } catch (IOException e) {
      throw new ConfigurationException(
          List.of(setting + ": the file can't be read (" + e + "). It must hold the secret key."));
    }
  }
}
