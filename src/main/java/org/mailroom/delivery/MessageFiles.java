package org.mailroom.delivery;

import java.io.IOException;
import org.apache.camel.Body;
import org.mailroom.message.AtomicFile;
import org.mailroom.message.MailMessage;
import org.mailroom.message.MailMessageJson;
import org.mailroom.message.MessageFolders;
import org.springframework.stereotype.Component;

/**
 * The file destination: {@code message.json} in the message's folder below {@code mail-dir}, next
 * to its attachments. Written to a temporary name, forced to disk and renamed, so that a reader
 * never sees half of it; a second delivery replaces the first.
 */
@Component("messageFiles")
public final class MessageFiles {

  private final MessageFolders folders;
  private final MailMessageJson json;

  MessageFiles(MessageFolders folders, MailMessageJson json) {
    this.folders = folders;
    this.json = json;
  }

  /**
   * @throws IOException when it can't be written; nothing is left behind then
   */
  public void write(@Body MailMessage message) throws IOException {
    AtomicFile.write(folders.of(message).messageJson(), json.toBytes(message));
  }
}
