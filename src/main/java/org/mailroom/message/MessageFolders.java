package org.mailroom.message;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * Where a message's files lie: {@code {mail-dir}/{account}/{yyyy}/{MM}/{dd}/{key}}. The day is that
 * of its reception in UTC, the key is derived from its id alone, so that a second delivery lands on
 * the first.
 */
public final class MessageFolders {

  private static final int KEY_BYTES = 16;

  private final Path mail;

  /**
   * @param mailDir {@code mailroom.mail-dir}
   */
  public MessageFolders(Path mailDir) {
    this.mail = mailDir.toAbsolutePath().normalize();
  }

  /** What lies below it is mail. */
  public Path root() {
    return mail;
  }

  public MessageFolder of(MailMessage message) {
    return of(
        message.account(),
        message.id(),
        message.receivedAt() != null ? message.receivedAt() : message.sentAt());
  }

  /**
   * @param time when it was received, else sent; null files it under 1970
   */
  public MessageFolder of(String account, String messageId, @Nullable Instant time) {
    LocalDate day = LocalDate.ofInstant(time == null ? Instant.EPOCH : time, ZoneOffset.UTC);
    return new MessageFolder(
        mail.resolve(account)
            .resolve(String.format("%04d", day.getYear()))
            .resolve(String.format("%02d", day.getMonthValue()))
            .resolve(String.format("%02d", day.getDayOfMonth()))
            .resolve(key(messageId)));
  }

  /**
   * A name made of a message id: ids are case-sensitive and hold slashes, file names are neither on
   * every file system.
   */
  public String key(String messageId) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(messageId.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(Arrays.copyOf(digest, KEY_BYTES));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java runtime has SHA-256", e);
    }
  }
}
