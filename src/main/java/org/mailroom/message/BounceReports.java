package org.mailroom.message;

import jakarta.mail.MessagingException;
import jakarta.mail.internet.MimeUtility;
import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.mailroom.message.MailMessage.Bounce;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a bounce says about the message that wasn't delivered: from its delivery report, where that
 * was stored as an attachment or with the original, else from the header {@code
 * X-Failed-Recipients}, else from its text for people. Nothing is asked of the service for it, and
 * nothing is read of any other message. What can't be read is left out.
 */
final class BounceReports {

  private static final Logger LOG = LoggerFactory.getLogger("mailroom.import");

  private static final int MOST_OF_AN_ORIGINAL = 4 * 1024 * 1024;
  private static final int MOST_OF_A_REPORT = 256 * 1024;
  private static final int LONGEST_LINE = 4000;
  private static final String ENCODING = "content-transfer-encoding:";
  private static final List<String> TYPES =
      List.of("message/delivery-status", "message/global-delivery-status");

  private BounceReports() {}

  /**
   * Completes the document of a bounce; every other one is left as it is.
   *
   * @param original where the original lies; null where it isn't kept
   */
  static MailMessage complete(MailMessage message, @Nullable Path original) {
    if (!AutoSubmission.BOUNCE.equals(message.autoSubmitted())) {
      return message;
    }
    DeliveryReport report = report(message.attachments(), original);
    if (report != null && report.isOfSuccess()) {
      return message.withReport(AutoSubmission.GENERATED, null);
    }
    Bounce told = report == null ? null : report.bounce();
    return message.withReport(
        AutoSubmission.BOUNCE,
        told != null ? told : BounceText.of(message.bodyText(), failed(message)));
  }

  private static List<String> failed(MailMessage message) {
    List<String> addresses = new ArrayList<>();
    for (String value : new MailHeaders(message.headers()).values("X-Failed-Recipients")) {
      for (String each : value.split("[,;\\s]+", DeliveryReport.MOST_RECIPIENTS + 2)) {
        if (DeliveryReport.isAddress(each)
            && addresses.size() < DeliveryReport.MOST_RECIPIENTS
            && !addresses.contains(each)) {
          addresses.add(each);
        }
      }
    }
    return addresses;
  }

  private static @Nullable DeliveryReport report(
      @Nullable List<MailAttachment> attachments, @Nullable Path original) {
    for (MailAttachment attachment :
        attachments == null ? List.<MailAttachment>of() : attachments) {
      DeliveryReport report =
          attachment.location() != null && mayBeReport(attachment)
              ? read(Path.of(attachment.location()), false)
              : null;
      if (report != null) {
        return report;
      }
    }
    return original == null ? null : read(original, true);
  }

  /** Mail programs give the report a name of its own where they don't show it. */
  private static boolean mayBeReport(MailAttachment attachment) {
    String type =
        attachment.contentType() == null ? "" : attachment.contentType().toLowerCase(Locale.ROOT);
    String name = attachment.name() == null ? "" : attachment.name().toLowerCase(Locale.ROOT);
    return TYPES.stream().anyMatch(type::startsWith)
        || (type.startsWith("text/") && (name.equals("details.txt") || name.startsWith("att0")));
  }

  private static @Nullable DeliveryReport read(Path file, boolean isOriginal) {
    try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
      Lines lines = new Lines(in, isOriginal ? MOST_OF_AN_ORIGINAL : MOST_OF_A_REPORT);
      String encoding = isOriginal ? lines.passTo(TYPES) : "";
      return encoding == null
          ? null
          : DeliveryReport.of(decoded(lines.part(MOST_OF_A_REPORT), encoding));
    } catch (IOException | MessagingException | IllegalArgumentException e) {
      LOG.debug("a delivery report can't be read", e);
      return null;
    }
  }

  /** The lines of a part as they were before it was encoded; attachments come decoded. */
  private static List<String> decoded(List<String> lines, String encoding)
      throws IOException, MessagingException {
    byte[] raw = String.join("\r\n", lines).getBytes(StandardCharsets.ISO_8859_1);
    byte[] bytes =
        switch (encoding) {
          case "base64" -> base64(String.join("", lines).replaceAll("\\s", ""));
          case "quoted-printable" ->
              MimeUtility.decode(new ByteArrayInputStream(raw), encoding).readAllBytes();
          default -> raw;
        };
    // letters of ASCII, in a newer report of UTF-8
    return new String(bytes, StandardCharsets.UTF_8).lines().toList();
  }

  /** What is whole of it: a long report is cut. */
  private static byte[] base64(String text) {
    return Base64.getMimeDecoder().decode(text.substring(0, text.length() - text.length() % 4));
  }

  /** Lines of a file, of which long ones are cut, up to a number of bytes. */
  private static final class Lines {

    private final InputStream in;
    private int left;

    Lines(InputStream in, int most) {
      this.in = in;
      this.left = most;
    }

    /** The next line; null at the end. */
    @Nullable String next() throws IOException {
      StringBuilder line = new StringBuilder();
      int c = -1;
      while (left > 0 && (c = in.read()) >= 0 && c != '\n') {
        left--;
        if (line.length() < LONGEST_LINE) {
          line.append((char) c);
        }
      }
      if (c < 0 && line.isEmpty()) {
        return null;
      }
      left--;
      int end = line.length();
      return end > 0 && line.charAt(end - 1) == '\r' ? line.substring(0, end - 1) : line.toString();
    }

    /**
     * Passes over everything to the part of one of these types, its header included.
     *
     * @return how its content is encoded, in small letters; null where there is no such part
     */
    @Nullable String passTo(List<String> types) throws IOException {
      boolean found = false;
      String encoding = "";
      String field = "";
      for (String line = next(); line != null; line = next()) {
        boolean isFolded = !line.isBlank() && Character.isWhitespace(line.charAt(0));
        if (isFolded && field.length() < LONGEST_LINE) {
          field += line;
          continue;
        }
        String small = field.toLowerCase(Locale.ROOT);
        found |= types.contains(value(small, "content-type:"));
        encoding = small.startsWith(ENCODING) ? value(small, ENCODING) : encoding;
        field = line;
        if (line.isBlank()) {
          if (found) {
            return encoding;
          }
          encoding = "";
        }
      }
      return null;
    }

    /** The first word of a field, or nothing where it is another one. */
    private static String value(String field, String name) {
      return field.startsWith(name)
          ? field.substring(name.length()).strip().split("[;\\s]", 2)[0]
          : "";
    }

    /** What follows up to the end of the part, a letter for each byte. */
    List<String> part(int most) throws IOException {
      List<String> lines = new ArrayList<>();
      int size = 0;
      for (String line = next();
          line != null && !line.startsWith("--") && size < most;
          line = next()) {
        lines.add(line);
        size += line.length();
      }
      return lines;
    }
  }
}
