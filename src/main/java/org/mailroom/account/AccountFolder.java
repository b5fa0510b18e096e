package org.mailroom.account;

import org.jspecify.annotations.Nullable;

/**
 * A folder that an account reads.
 *
 * @param id its id or well-known name; what is remembered of it (positions) goes by this
 * @param path where it lies in the mailbox, as a site would write it; null where that isn't known
 *     yet
 * @param named the account names it; otherwise it lies below one that it names
 */
public record AccountFolder(String id, @Nullable String path, boolean named) {}
