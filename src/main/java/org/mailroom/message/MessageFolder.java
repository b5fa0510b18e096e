package org.mailroom.message;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** The folder of one message below {@code mail-dir}. */
public final class MessageFolder {

  private final Path folder;

  MessageFolder(Path folder) {
    this.folder = folder;
  }

  /** The folder itself. */
  public Path path() {
    return folder;
  }

  public Path messageJson() {
    return folder.resolve("message.json");
  }

  public Path messageEml() {
    return folder.resolve("message.eml");
  }

  /**
   * @param position counts from 1
   * @param name display text of the mail
   */
  public Path attachment(int position, @Nullable String name) {
    Path attachments = folder.resolve("attachments");
    Path file = resolve(attachments, position + "-" + SafeFileName.of(name)).normalize();
    if (!attachments.equals(file.getParent())) {
      throw new IllegalStateException("an attachment's name leads out of its folder");
    }
    return file;
  }

  /**
   * In a locale without Unicode (LANG=C) Java can't spell every name; the attachment's own name
   * stays in the document.
   */
  private static Path resolve(Path folder, String name) {
    try {
      return folder.resolve(name);
    } catch (InvalidPathException notInThisLocale) {
      return folder.resolve(name.replaceAll("[^\\x20-\\x7E]", "_"));
    }
  }
}
