package org.mailroom.message;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.springframework.stereotype.Component;
import org.springframework.util.unit.DataSize;

/**
 * For routes of the site's: the content of an attachment as the virus scanner clamd takes it over
 * TCP, and the name of the virus that it found. Threads: any.
 */
@Component("clamdStreams")
public final class ClamdStreams {

  private static final String COMMAND = "zINSTREAM\0";
  private static final int CHUNK = 64 * 1024;
  private static final int LONGEST_NAME = 100;
  private static final Pattern FOUND = Pattern.compile("stream: (.+) FOUND", Pattern.DOTALL);

  /**
   * Returns the command INSTREAM with the stored content of an attachment: chunks, each with its
   * length in front, and one of length zero. It is a text in ISO 8859-1, a character for each byte,
   * which an endpoint of camel-netty with {@code textline} and that encoding sends as it is. It is
   * in memory as a whole.
   *
   * @param maxSize such as {@code 25MB}; clamd cuts the connection of who sends more than its
   *     StreamMaxLength
   * @throws IllegalArgumentException when no content is stored, as of a reference
   * @throws IllegalStateException when the content is larger
   * @throws IOException when it can't be read
   */
  public String instream(MailAttachment attachment, String maxSize) throws IOException {
    Path file = AttachmentFiles.path(attachment);
    long size = Files.size(file);
    if (size > Math.min(DataSize.parse(maxSize).toBytes(), Integer.MAX_VALUE / 4)) {
      throw new IllegalStateException(
          (attachment.kind().equals("original") ? "an original of " : "an attachment of ")
              + size
              + " bytes is larger than what is scanned for viruses ("
              + maxSize
              + ")");
    }
    ByteArrayOutputStream stream =
        new ByteArrayOutputStream((int) (size + size / CHUNK * Integer.BYTES) + CHUNK);
    DataOutputStream out = new DataOutputStream(stream);
    out.writeBytes(COMMAND);
    try (InputStream content = Files.newInputStream(file)) {
      for (byte[] chunk = content.readNBytes(CHUNK);
          chunk.length > 0;
          chunk = content.readNBytes(CHUNK)) {
        out.writeInt(chunk.length);
        out.write(chunk);
      }
    }
    out.writeInt(0);
    return stream.toString(StandardCharsets.ISO_8859_1);
  }

  /** The name of the virus in clamd's answer, in one line. */
  public String virus(String answer) {
    Matcher found = FOUND.matcher(answer);
    String name = found.matches() ? found.group(1).replaceAll("[^\\x20-\\x7E]", "?") : "unknown";
    return name.length() > LONGEST_NAME ? name.substring(0, LONGEST_NAME) : name;
  }
}
