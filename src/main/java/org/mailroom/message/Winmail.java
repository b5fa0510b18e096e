package org.mailroom.message;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.poi.hmef.Attachment;
import org.apache.poi.hmef.HMEFMessage;
import org.apache.poi.hmef.attribute.MAPIAttribute;
import org.apache.poi.hmef.attribute.MAPIStringAttribute;
import org.apache.poi.hmef.attribute.TNEFProperty;
import org.apache.poi.hsmf.datatypes.MAPIProperty;
import org.jspecify.annotations.Nullable;

/**
 * The files in a {@code winmail.dat}: what Outlook packs a mail into for others who have Outlook
 * (TNEF), where Exchange didn't unpack it on its way.
 */
final class Winmail {

  /** It is held in memory while it is read. */
  static final long LARGEST = 25_000_000;

  private static final int MOST_FILES = 200;

  /**
   * A file in it.
   *
   * @param name display text, or null
   * @param contentType null where it isn't told
   */
  record Packed(@Nullable String name, @Nullable String contentType, byte[] content) {}

  private Winmail() {}

  static boolean is(MailAttachment attachment) {
    String type =
        attachment.contentType() == null ? "" : attachment.contentType().toLowerCase(Locale.ROOT);
    return attachment.kind().equals("file")
        && (type.startsWith("application/ms-tnef")
            || type.startsWith("application/vnd.ms-tnef")
            || "winmail.dat".equalsIgnoreCase(attachment.name()));
  }

  /**
   * @throws IOException when it can't be read, is none, is broken or too large
   */
  static List<Packed> read(Path file) throws IOException {
    if (Files.size(file) > LARGEST) {
      throw new IOException("it is larger than " + LARGEST + " bytes");
    }
    try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
      List<Packed> files = new ArrayList<>();
      for (Attachment attachment : new HMEFMessage(in).getAttachments()) {
        if (files.size() < MOST_FILES && hasContent(attachment)) {
          String name =
              attachment.getLongFilename() != null
                  ? attachment.getLongFilename()
                  : attachment.getFilename();
          files.add(new Packed(plain(name), type(attachment), attachment.getContents()));
        }
      }
      return files;
    } catch (RuntimeException broken) {
      // the library's own word for what isn't as it should be
      throw new IOException(broken);
    }
  }

  /** An attached item has none that is a file. */
  private static boolean hasContent(Attachment attachment) {
    return attachment.getAttribute(TNEFProperty.ID_ATTACHDATA) != null;
  }

  private static @Nullable String type(Attachment attachment) {
    MAPIAttribute type = attachment.getMAPIAttribute(MAPIProperty.ATTACH_MIME_TAG);
    return type instanceof MAPIStringAttribute text ? plain(text.getDataString()) : null;
  }

  /** Texts end with a zero. */
  private static @Nullable String plain(@Nullable String text) {
    if (text == null) {
      return null;
    }
    int end = text.indexOf(0);
    String plain = end < 0 ? text : text.substring(0, end);
    return plain.isBlank() ? null : plain;
  }
}
