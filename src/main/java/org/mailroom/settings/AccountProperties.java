package org.mailroom.settings;

import jakarta.validation.Valid;
import jakarta.validation.constraints.AssertTrue;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotEmpty;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * One mailbox to import, or many alike: what of it, with which credential, to where, and what
 * happens to a message afterwards.
 *
 * @param mailbox its address or object id
 * @param membersOf instead of a mailbox: the object id of a group, of whose members' mailboxes each
 *     becomes an account
 * @param mailboxesFile instead of a mailbox: a file that lists some
 * @param credential the name of the credential that opens it
 * @param folder well-known name, path ({@code Inbox/Tickets}; a slash in a name is {@code \/}) or
 *     id; by default the inbox
 * @param folders instead of one: several
 * @param recursive whether subfolders are read, too, those that are made later included
 * @param filter OData, on top of Mailroom's own paging conditions
 * @param pollEvery from the end of one import to the beginning of the next; by default {@code
 *     mailroom.poll-every}
 * @param pollAt instead: times, as second, minute, hour, day of the month, month, day of the week
 * @param zone whose clock these times are on; by default the machine's
 * @param content what is kept: the document, the original message, or both
 * @param replyText whether the part of a body that is new in its message is asked for, too
 * @param deliverTo names of destinations, at least one
 * @param maxSize what is larger is given up at once; between 1KB and 4GB
 * @param maxAge what was received longer ago is left alone, but for a backfill; between 1h and
 *     3650d
 * @param attachments whose contents are stored
 * @param afterImport what happens in the mailbox once every destination has a message
 * @param afterFailure what happens in the mailbox to a message that was given up; by default the
 *     category {@code Mailroom failed}
 */
public record AccountProperties(
    @Size(max = 320, message = "has at most 320 characters") String mailbox,
    @Size(max = 36, message = "has at most 36 characters") String membersOf,
    Path mailboxesFile,
    @NotBlank(message = "is missing: the name of one of mailroom.credentials") String credential,
    @Size(max = 1000, message = "has at most 1000 characters") String folder,
    @Size(max = 100, message = "has at most 100 folders")
        List<@Size(max = 1000, message = "of one has at most 1000 characters") String> folders,
    @DefaultValue("false") boolean recursive,
    @DefaultValue(UNREAD) @Size(max = 4000, message = "has at most 4000 characters") String filter,
    Duration pollEvery,
    @Size(max = 200, message = "has at most 200 characters") String pollAt,
    @Size(max = 100, message = "has at most 100 characters") String zone,
    @DefaultValue("json") @NotNull Content content,
    @DefaultValue("false") boolean replyText,
    @NotEmpty(message = "is missing: at least one of mailroom.destinations") List<String> deliverTo,
    DataSize maxSize,
    Duration maxAge,
    @DefaultValue @Valid AttachmentsKept attachments,
    @DefaultValue @Valid AfterImport afterImport,
    @Valid AfterFailure afterFailure) {

  static final String POLL_EVERY = "poll-every must be between 1s and 31d";

  private static final String UNREAD = "isRead eq false";

  private static final String INBOX = "inbox";

  @AssertTrue(
      message =
          "is missing: the address or object id of the mailbox; or members-of, or mailboxes-file")
  boolean isMailboxNamed() {
    return hasText(mailbox) || isDiscovered();
  }

  @AssertTrue(
      message = "and another of mailbox, members-of and mailboxes-file are both set: choose one")
  boolean isMailboxOrDiscovered() {
    return !isDiscovered() || (!hasText(mailbox) && (!hasText(membersOf) || mailboxesFile == null));
  }

  @AssertTrue(
      message =
          "members-of must be the object id of a group, such as"
              + " 22222222-3333-4444-5555-666666666666")
  boolean isMembersOfValid() {
    return !hasText(membersOf)
        || membersOf.strip().matches("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}");
  }

  /** It names no mailbox itself: which ones are meant is found out. */
  public boolean isDiscovered() {
    return hasText(membersOf) || mailboxesFile != null;
  }

  private static boolean hasText(String value) {
    return value != null && !value.isBlank();
  }

  @AssertTrue(message = "and folder are both set: choose one")
  boolean isFolderOrFolders() {
    return folder == null || folder.isBlank() || named().isEmpty();
  }

  private List<String> named() {
    return folders == null
        ? List.of()
        : folders.stream().map(String::strip).filter(name -> !name.isEmpty()).distinct().toList();
  }

  /** The folders to read, as they are written; the inbox where none is. */
  public List<String> foldersToRead() {
    return !named().isEmpty()
        ? named()
        : List.of(folder == null || folder.isBlank() ? INBOX : folder.strip());
  }

  @AssertTrue(message = "max-age must be between 1h and 3650d")
  boolean isMaxAgeValid() {
    return maxAge == null
        || (maxAge.compareTo(Duration.ofHours(1)) >= 0
            && maxAge.compareTo(Duration.ofDays(3650)) <= 0);
  }

  @AssertTrue(message = "max-size must be between 1KB and 4GB")
  boolean isMaxSizeValid() {
    return maxSize == null
        || (maxSize.compareTo(DataSize.ofKilobytes(1)) >= 0
            && maxSize.compareTo(DataSize.ofGigabytes(4)) <= 0);
  }

  @AssertTrue(
      message =
          "filter can only be 'isRead eq false' or empty where after-import changes nothing that"
              + " takes a message out of the listing: such a mailbox is read with the delta"
              + " query, which knows no other filter")
  boolean isFilterPossible() {
    return afterImport == null
        || !afterImport.isReadOnly()
        || filter == null
        || filter.isBlank()
        || filter.trim().equalsIgnoreCase(UNREAD);
  }

  @AssertTrue(message = POLL_EVERY)
  boolean isPollEveryValid() {
    return isPollable(pollEvery);
  }

  static boolean isPollable(Duration every) {
    return every == null
        || (every.compareTo(Duration.ofSeconds(1)) >= 0
            && every.compareTo(Duration.ofDays(31)) <= 0);
  }

  @AssertTrue(message = "and poll-every are both set: choose one")
  boolean isPolledOneWay() {
    return pollEvery == null || !isAtTimes();
  }

  @AssertTrue(
      message =
          "poll-at must be a cron expression of a time that comes, in six fields: second, minute,"
              + " hour, day of the month, month, day of the week, such as 0 0 6 * * MON-FRI")
  boolean isPollAtValid() {
    return PollAt.isReadable(pollAt, null);
  }

  @AssertTrue(message = "zone must be the name of a time zone, such as Europe/Amsterdam or UTC")
  boolean isZoneValid() {
    return zone == null || PollAt.isReadable("@daily", zone);
  }

  @AssertTrue(message = "goes with poll-at only: it says whose clock those times are on")
  boolean isZoneOfTimes() {
    return zone == null || zone.isBlank() || isAtTimes();
  }

  private boolean isAtTimes() {
    return pollAt != null && !pollAt.isBlank();
  }

  /** The times at which it is polled; null when it is polled at an interval. */
  public @Nullable PollAt times() {
    return isAtTimes() ? PollAt.parse(pollAt, zone) : null;
  }
}
