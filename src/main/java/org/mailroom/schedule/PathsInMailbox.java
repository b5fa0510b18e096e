package org.mailroom.schedule;

import org.jspecify.annotations.Nullable;
import org.mailroom.account.Account;
import org.mailroom.listing.MailFolders;
import org.mailroom.message.FolderPaths;
import org.springframework.stereotype.Component;

/** Where the folders of messages lie that no listing brought. */
@Component
final class PathsInMailbox implements FolderPaths {

  private final MailFolders folders;

  PathsInMailbox(MailFolders folders) {
    this.folders = folders;
  }

  @Override
  public @Nullable String path(Account account, String folderId) {
    return folders.path(account, folderId);
  }
}
