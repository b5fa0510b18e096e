package org.mailroom.monitoring;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How an account does: what console, health, metrics and JMX tell about it.
 *
 * @param account its id
 * @param state in a word
 * @param until when the wait ends; null unless {@code state} is {@link State#WAITING}
 * @param reason cause and remedy in plain words; null when there is nothing to tell
 * @param running whether an import runs now
 * @param importing messages that the running import has imported so far; 0 without one
 * @param lastPoll when the last import ended; null before the first since the start
 * @param lastSuccess when the last import ended that read the mailbox to its end; null before the
 *     first since the start
 * @param lastTook how long the last import took; null before the first
 * @param nextPoll when it is due again; null while it is paused
 * @param backlog messages that the last import left: refused, waiting, given up, not marked; null
 *     while that isn't known
 * @param importedToday messages imported today by this machine's calendar, those of the running
 *     import included
 * @param failed deliveries that were given up and wait for a decision
 * @param isFailing whether the last import couldn't read the mailbox to its end
 * @param stalled whether the last success is longer ago than it may be
 */
public record AccountStatus(
    String account,
    @Nullable String mailbox,
    @Nullable String credential,
    State state,
    @Nullable Instant until,
    @Nullable String reason,
    boolean running,
    int importing,
    @Nullable Instant lastPoll,
    @Nullable Instant lastSuccess,
    @Nullable Duration lastTook,
    @Nullable Instant nextPoll,
    @Nullable Long backlog,
    long importedToday,
    long failed,
    boolean isFailing,
    boolean stalled) {

  /** What an account is at. */
  public enum State {
    IMPORTING("importing"),
    IDLE("idle"),
    /**
     * For the service, which asked for it, for a destination that is down, or to try again what was
     * refused: it goes on by itself.
     */
    WAITING("waiting"),
    /** Somebody has to do something; the reason says what. */
    NEEDS_ATTENTION("needs attention"),
    PAUSED("paused");

    private final String words;

    State(String words) {
      this.words = words;
    }

    /** The word, or two, for people. */
    public String inWords() {
      return words;
    }
  }
}
