package org.mailroom.listing;

import java.net.URI;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A page of messages as the service answered it.
 *
 * @param next {@code @odata.nextLink}, or null
 * @param delta {@code @odata.deltaLink}, or null
 * @param nameless how many things on it are no message with an id, and therefore can't be asked for
 */
record MessagePage(
    List<ListedMessage> messages, @Nullable URI next, @Nullable URI delta, int nameless) {

  /** How many positions of the listing it takes. */
  int size() {
    return messages.size() + nameless;
  }
}
