package org.mailroom.message;

import org.jspecify.annotations.Nullable;
import org.mailroom.account.Account;

/** Tells where a folder lies. */
@FunctionalInterface
public interface FolderPaths {

  /**
   * The path of a folder in the account's mailbox; null when the service doesn't tell.
   *
   * @param folderId as the message says it
   */
  @Nullable String path(Account account, String folderId);
}
