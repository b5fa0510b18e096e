package org.mailroom.delivery;

import java.time.Duration;

/**
 * A delivery that failed.
 *
 * @param outcome what that means
 * @param way in which it failed, in a word: two failures with the same word failed in the same way
 * @param retryAfter how long the destination asks to wait; null when it doesn't say
 */
record Failure(Outcome outcome, String way, Duration retryAfter, Exception why) {}
