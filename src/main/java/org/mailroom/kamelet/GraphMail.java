package org.mailroom.kamelet;

import java.util.Map;
import org.mailroom.account.Account;
import org.mailroom.account.Accounts;
import org.mailroom.delivery.Destinations;
import org.mailroom.marking.MailUpdate;
import org.mailroom.marking.MailUpdates;
import org.mailroom.message.AttachmentContents;
import org.mailroom.message.MessageFolders;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * What the endpoints of {@link GraphMailComponent} ask of Mailroom. Safe for use by several
 * threads.
 */
@Component
final class GraphMail {

  private static final Logger LOG = LoggerFactory.getLogger("mailroom.routes");

  private final Accounts accounts;
  private final Destinations destinations;
  private final MailUpdates updates;
  private final AttachmentContents attachments;
  private final MessageFolders folders;
  private final MailReplies replies;

  GraphMail(
      Accounts accounts,
      Destinations destinations,
      MailUpdates updates,
      AttachmentContents attachments,
      MessageFolders folders,
      MailReplies replies) {
    this.accounts = accounts;
    this.destinations = destinations;
    this.updates = updates;
    this.attachments = attachments;
    this.folders = folders;
    this.replies = replies;
  }

  /**
   * A route begins to read a mailbox: it becomes an account, whose one destination is that route.
   *
   * @param name of account and destination
   * @param endpoint what the route begins with
   * @param fields as in {@code application.yaml}
   * @throws org.mailroom.settings.SettingsRejectedException with what is wrong with them
   */
  void begin(String name, String endpoint, Map<String, String> fields) {
    destinations.addOfRoute(name, endpoint);
    Account account = accounts.addOfRoute(name, fields);
    accounts.all().stream()
        .filter(other -> !other.id().equals(name) && isSameFolder(account, other))
        .forEach(
            other ->
                LOG.warn(
                    "account {}, which a route reads, and account {} read the same folder of {}: a"
                        + " message goes to both, or only to the one that sees it before the other"
                        + " has marked it. Let one of them read it and deliver to both.",
                    name,
                    other.id(),
                    account.mailbox()));
  }

  private static boolean isSameFolder(Account one, Account other) {
    return one.mailbox().equalsIgnoreCase(other.mailbox())
        && one.folder().equalsIgnoreCase(other.folder());
  }

  /** The route is stopped or paused: its mailbox isn't read any more. */
  void end(String name) {
    accounts.removeOfRoute(name);
  }

  void update(MailUpdate update) {
    updates.make(update);
  }

  MailReplies.Result reply(MailReplies.Wanted wanted) {
    return replies.reply(wanted);
  }

  AttachmentContents.Content attachment(AttachmentContents.Wanted wanted) {
    return attachments.get(wanted);
  }

  /**
   * A file name that nothing else has, made of the message's id and what the mail calls its
   * attachment.
   */
  String fileName(AttachmentContents.Wanted wanted, AttachmentContents.Content content) {
    return folders.key(wanted.messageId() + "/" + wanted.attachmentId()) + "-" + content.safeName();
  }
}
