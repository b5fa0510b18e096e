package org.mailroom.settings;

import jakarta.validation.constraints.AssertTrue;
import jakarta.validation.constraints.Size;
import java.util.List;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * What happens to a message in the mailbox once every destination has it.
 *
 * @param markAsRead without it, and without a move, nothing is changed and the mailbox is followed
 *     by the delta query
 * @param moveTo folder by well-known name, path or id; a path is created where it is missing
 * @param addCategories beside those that a message has
 * @param flag the follow-up flag to set, or null
 * @param delete to Deleted Items
 * @param categoriseFailures whether a message that was given up gets the category {@code Mailroom
 *     failed}
 */
public record AfterImport(
    @DefaultValue("true") boolean markAsRead,
    @Size(max = 1000, message = "has at most 1000 characters") String moveTo,
    @DefaultValue @Size(max = 25, message = "has at most 25 categories")
        List<@Size(max = 255, message = "of one has at most 255 characters") String> addCategories,
    Flag flag,
    @DefaultValue("false") boolean delete,
    @DefaultValue("true") boolean categoriseFailures) {

  @AssertTrue(message = "has both move-to and delete: choose one")
  boolean isMoveOrDelete() {
    return !delete || moveTo == null;
  }

  /** The message leaves the folder. */
  public boolean isLeaving() {
    return delete || moveTo != null;
  }

  /**
   * The folder that imported messages end in; null: they stay. A deleted message, too, only changes
   * its folder.
   */
  public String target() {
    return delete ? "deleteditems" : moveTo;
  }

  /**
   * Nothing takes an imported message out of the listing: what was imported has to be remembered
   * otherwise.
   */
  public boolean isReadOnly() {
    return !markAsRead && !isLeaving();
  }

  /** More than one request changes a message, so that a crash can come in between. */
  public boolean isInSteps() {
    return isLeaving();
  }

  /** Follow-up flags of Graph's followupFlag. */
  public enum Flag {
    FLAGGED("flagged"),
    COMPLETE("complete"),
    NOT_FLAGGED("notFlagged");

    private final String flagStatus;

    Flag(String flagStatus) {
      this.flagStatus = flagStatus;
    }

    public String flagStatus() {
      return flagStatus;
    }
  }
}
