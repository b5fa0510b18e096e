package org.mailroom.account;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How far one of several folders of an account was read by an import, or by its turns so far.
 *
 * @param folder its path where that is known, else its id
 * @param until of a backfill: everything that was received before is dealt with; else null
 */
public record FolderStanding(String folder, State state, @Nullable Instant until) {

  /** In the order in which a folder goes through them. */
  public enum State {
    TO_COME("to come"),
    IN_PART("in part"),
    READ("read to its end"),
    FAILED("can't be read");

    private final String words;

    State(String words) {
      this.words = words;
    }

    public String words() {
      return words;
    }
  }
}
