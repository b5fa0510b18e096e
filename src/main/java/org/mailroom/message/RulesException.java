package org.mailroom.message;

/**
 * The site's hook {@code direct:rules} left something that Mailroom can't act on: the message's
 * failure.
 */
final class RulesException extends RuntimeException {

  RulesException(String did) {
    this(did, null);
  }

  RulesException(String did, Exception cause) {
    super(
        "the route direct:rules "
            + did
            + ". Correct it (routes/site); then deliver the message with: failed retry",
        cause);
  }
}
