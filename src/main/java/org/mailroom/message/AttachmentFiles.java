package org.mailroom.message;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/**
 * For routes of the site's: the stored content of an attachment, to be copied or sent. Threads:
 * any.
 */
@Component("attachmentFiles")
public final class AttachmentFiles {

  /**
   * Returns the file that holds the content. It is Mailroom's: copy it, and leave it where it is.
   *
   * @throws IllegalArgumentException when no content is stored, as of a reference
   */
  public File file(MailAttachment attachment) {
    return path(attachment).toFile();
  }

  /** The same for other beans. */
  static Path path(MailAttachment attachment) {
    if (attachment.location() == null) {
      throw new IllegalArgumentException(
          "no content of this attachment is stored: it is of kind " + attachment.kind());
    }
    return Path.of(attachment.location());
  }

  /**
   * Returns everything that is stored of a message though no destination has it yet: the contents
   * of its attachments, and the original where its account keeps that, as an attachment of the kind
   * {@code original}.
   *
   * @param message the variable of that name; null: without the original
   */
  public List<MailAttachment> stored(MailMessage document, @Nullable IncomingMessage message) {
    List<MailAttachment> stored = new ArrayList<>();
    if (document.attachments() != null) {
      document.attachments().stream()
          .filter(attachment -> attachment.location() != null)
          .forEach(stored::add);
    }
    if (message != null && message.original() != null) {
      stored.add(
          new MailAttachment(
              null,
              "original",
              "message.eml",
              "message/rfc822",
              null,
              false,
              null,
              null,
              message.original().toString(),
              null,
              null));
    }
    return stored;
  }

  /**
   * Takes a content away that is not to lie about, such as one with a virus, and deletes what else
   * is stored of its message: the original holds it, too, and the others may be like it. All of it
   * is fetched again when the message is.
   *
   * @param others what {@link #stored} returned
   * @param infected {@code quarantine}: it moves into a folder, named by its SHA-256; {@code drop}:
   *     it is deleted
   * @param folder for the quarantine; made when it isn't there
   * @return what became of it, in words
   * @throws IllegalArgumentException when {@code infected} is neither
   * @throws IOException when it can't be moved or deleted
   */
  public String takeAway(
      MailAttachment attachment,
      List<MailAttachment> others,
      @Nullable String infected,
      String folder)
      throws IOException {
    Path content = file(attachment).toPath();
    String became;
    switch (infected == null ? "" : infected.strip()) {
      case "drop" -> {
        Files.deleteIfExists(content);
        became = "its content was deleted";
      }
      case "quarantine" -> {
        Path target = Path.of(folder).resolve(sha256(content));
        Files.createDirectories(target.getParent());
        Files.move(content, target, StandardCopyOption.REPLACE_EXISTING);
        became = "its content is in quarantine as " + target.getFileName();
      }
      default ->
          throw new IllegalArgumentException(
              "what becomes of an infected content is '"
                  + infected
                  + "': allowed are quarantine, drop");
    }
    for (MailAttachment other : others) {
      Files.deleteIfExists(file(other).toPath());
    }
    return became;
  }

  private static String sha256(Path content) throws IOException {
    try (InputStream in =
        new DigestInputStream(
            Files.newInputStream(content), MessageDigest.getInstance("SHA-256"))) {
      in.transferTo(OutputStream.nullOutputStream());
      return HexFormat.of().formatHex(((DigestInputStream) in).getMessageDigest().digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java runtime has SHA-256", e);
    }
  }
}
