package org.mailroom.delivery;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A delivery that failed.
 *
 * @param outcome what that means
 * @param way in which it failed, in a word: two failures with the same word failed in the same way
 * @param retryAfter how long the destination asks to wait; null when it doesn't say
 */
record Failure(Outcome outcome, String way, @Nullable Duration retryAfter, Exception why) {}
