package org.mailroom.listing;

/** What a filter demands of the read flag can't be told, so that it can't be left out of it. */
public final class UnclearFilterException extends IllegalArgumentException {

  UnclearFilterException(String filter) {
    super(
        "The filter '"
            + filter
            + "' says something of isRead that can't be left out to include read messages. Write it"
            + " as isRead eq false, joined with the rest by and / or; or ask for unread messages"
            + " only.");
  }
}
