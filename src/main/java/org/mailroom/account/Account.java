package org.mailroom.account;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.mailroom.settings.AccountProperties;
import org.mailroom.settings.AfterFailure;
import org.mailroom.settings.AfterImport;
import org.mailroom.settings.AttachmentsKept;
import org.mailroom.settings.Content;
import org.mailroom.settings.PollAt;
import org.springframework.util.unit.DataSize;

/**
 * One mailbox to import.
 *
 * @param id its name below {@code mailroom.accounts}
 * @param mailbox address or object id
 * @param credential the name of the credential that opens it
 * @param folders well-known names, paths or ids; at least one
 * @param recursive whether their subfolders are read, too
 * @param filter OData condition on top of the paging's own; may be empty
 * @param pollEvery from the end of one import to the beginning of the next; where there is {@code
 *     pollAt}, until what one left is tried again
 * @param pollAt when it is polled instead; null: at the interval
 * @param content what is kept of a message
 * @param replyText whether the part of each body that is new in its message is asked for, too
 * @param deliverTo names of destinations
 * @param maxSize of body and attachments together; a larger message is given up at once. Null: any
 * @param maxAge what was received longer ago is left alone, by the service's clock; null: nothing
 *     is too old
 * @param attachments whose contents are stored
 * @param afterImport what happens to a message once every destination has it
 * @param afterFailure what happens to a message that was given up; null: what {@code afterImport}
 *     says of failures
 */
public record Account(
    String id,
    String mailbox,
    String credential,
    List<String> folders,
    boolean recursive,
    String filter,
    Duration pollEvery,
    @Nullable PollAt pollAt,
    Content content,
    boolean replyText,
    List<String> deliverTo,
    DataSize maxSize,
    Duration maxAge,
    AttachmentsKept attachments,
    AfterImport afterImport,
    AfterFailure afterFailure) {

  /**
   * @param mailbox that the settings name, or that was found by them
   * @param pollEvery how often it is polled where the settings don't say so
   */
  static Account of(String id, String mailbox, AccountProperties settings, Duration pollEvery) {
    return new Account(
        id,
        mailbox,
        settings.credential(),
        settings.foldersToRead(),
        settings.recursive(),
        settings.filter(),
        settings.pollEvery() == null ? pollEvery : settings.pollEvery(),
        settings.times(),
        settings.content(),
        settings.replyText(),
        settings.deliverTo().stream().distinct().toList(),
        settings.maxSize(),
        settings.maxAge(),
        settings.attachments(),
        settings.afterImport(),
        settings.afterFailure());
  }

  /** Its folders in words. */
  public String folder() {
    return String.join(", ", folders) + (recursive ? " with subfolders" : "");
  }

  /** Something may be changed in the mailbox, which takes the permission for it. */
  public boolean changesMailbox() {
    return !afterImport.isReadOnly() || afterFailure != null;
  }
}
