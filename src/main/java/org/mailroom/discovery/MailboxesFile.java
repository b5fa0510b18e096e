package org.mailroom.discovery;

import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A list of mailboxes in a file: an address, or an object id, a line; what follows a {@code #} is a
 * comment.
 */
final class MailboxesFile {

  private static final int LONGEST_LINE = 320;
  private static final int MOST_BYTES = 16 * 1024 * 1024;
  private static final int MOST_TOLD = 3;
  private static final Pattern MAILBOX =
      Pattern.compile(
          "[^\\s@,;<>\"]+@[^\\s@,;<>\"]+\\.[^\\s@,;<>\"]+|[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}");

  /**
   * What a file says.
   *
   * @param mailboxes by what they are recognised by, in the order of the file
   * @param wrong lines that are neither address nor comment, in words; null when there is none
   */
  record Listed(Map<String, String> mailboxes, @Nullable String wrong) {}

  private MailboxesFile() {}

  /**
   * Reads a file.
   *
   * @throws IOException when it can't be read; its message is a clause: {@code isn't there}
   */
  static Listed read(Path file) throws IOException {
    Map<String, String> mailboxes = new LinkedHashMap<>();
    List<String> wrong = new ArrayList<>();
    int number = 0;
    for (String line : lines(file)) {
      number++;
      String mailbox = line.replace("\uFEFF", "").replaceFirst("(^|\\s)#.*", "").strip();
      if (mailbox.isEmpty()) {
        continue;
      }
      if (mailbox.length() <= LONGEST_LINE && MAILBOX.matcher(mailbox).matches()) {
        mailboxes.putIfAbsent(mailbox.toLowerCase(Locale.ROOT), mailbox);
      } else {
        wrong.add("line " + number);
      }
    }
    return new Listed(
        mailboxes,
        wrong.isEmpty()
            ? null
            : String.join(", ", wrong.subList(0, Math.min(MOST_TOLD, wrong.size())))
                + (wrong.size() > MOST_TOLD ? " and " + (wrong.size() - MOST_TOLD) + " more" : ""));
  }

  private static List<String> lines(Path file) throws IOException {
    if (Files.isDirectory(file)) {
      throw new IOException("is a folder");
    }
    try {
      if (Files.size(file) > MOST_BYTES) {
        throw new IOException("is larger than 16 MB");
      }
      return Files.readAllLines(file, StandardCharsets.UTF_8);
    } catch (NoSuchFileException missing) {
      throw new IOException("isn't there", missing);
    } catch (MalformedInputException otherCharacters) {
      throw new IOException("isn't UTF-8", otherCharacters);
    } catch (AccessDeniedException forbidden) {
      throw new IOException("can't be read by the user that Mailroom runs as", forbidden);
    }
  }
}
