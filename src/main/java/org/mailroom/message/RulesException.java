package org.mailroom.message;

import org.jspecify.annotations.Nullable;

/**
 * The site's hook {@code direct:rules} left something that Mailroom can't act on: the message's
 * failure.
 */
final class RulesException extends RuntimeException {

  RulesException(String did) {
    this(did, null);
  }

  RulesException(String did, @Nullable Exception cause) {
    super(
        "the route direct:rules "
            + did
            + ". Correct it (routes/site); then deliver the message with: failed retry",
        cause);
  }
}
