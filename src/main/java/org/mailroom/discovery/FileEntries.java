package org.mailroom.discovery;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.mailroom.account.Accounts;
import org.mailroom.account.DiscoveredAccounts;
import org.mailroom.account.DiscoveredAccounts.Found;
import org.mailroom.account.DiscoveredId;
import org.mailroom.settings.ConfigurationException;
import org.springframework.stereotype.Component;

/**
 * Entries whose mailboxes a file lists. Each node reads its own file, as it reads its own
 * application.yaml, and reads it again when it has changed: an account's id is made of entry and
 * address alone, so that the nodes needn't agree on anything. One thread at a time calls it.
 */
@Component
class FileEntries {

  /** What tells a file from the same one before. */
  private record Seen(FileTime changed, long size) {}

  private final DiscoveredAccounts discovered;
  private final Accounts accounts;
  private final DiscoveryLog log = new DiscoveryLog();
  private final Map<String, Seen> seen = new HashMap<>();
  private final Map<String, Map<String, String>> present = new HashMap<>();

  /**
   * @throws ConfigurationException when there is no such file
   */
  FileEntries(DiscoveredAccounts discovered, Accounts accounts) {
    this.discovered = discovered;
    this.accounts = accounts;
    List<String> problems = new ArrayList<>();
    files()
        .forEach(
            (entry, file) -> {
              try {
                MailboxesFile.read(Objects.requireNonNull(file));
              } catch (IOException e) {
                problems.add(
                    "mailroom.accounts."
                        + entry
                        + ".mailboxes-file is '"
                        + file
                        + "': the file "
                        + e.getMessage()
                        + ". A file in UTF-8, an address a line, is needed");
              }
            });
    if (!problems.isEmpty()) {
      throw new ConfigurationException(problems);
    }
    look();
  }

  private Map<String, Path> files() {
    Map<String, Path> files = new HashMap<>();
    discovered
        .entries()
        .forEach(
            (entry, settings) -> {
              if (settings.mailboxesFile() != null) {
                files.put(entry, settings.mailboxesFile().toAbsolutePath().normalize());
              }
            });
    return files;
  }

  String count(String entry) {
    Path file = files().get(entry);
    try {
      MailboxesFile.Listed listed = MailboxesFile.read(Objects.requireNonNull(file));
      if (listed.wrong() != null) {
        throw new Discovery.NotToldException(
            listed.wrong()
                + " can't be read as an address or object id: correct it. "
                + listed.mailboxes().size()
                + " others are named.");
      }
      if (listed.mailboxes().isEmpty()) {
        throw new Discovery.NotToldException("it names no mailbox. Write an address a line.");
      }
      return "it names "
          + listed.mailboxes().size()
          + (listed.mailboxes().size() == 1 ? " mailbox" : " mailboxes");
    } catch (IOException e) {
      throw new Discovery.NotToldException(
          "it " + e.getMessage() + ". Put it back, or correct mailboxes-file.");
    }
  }

  /** Reads again what has changed. */
  final void look() {
    files()
        .forEach(
            (entry, file) -> {
              Seen now = see(file);
              if (now == null || !now.equals(seen.get(entry))) {
                seen.put(entry, now);
                read(entry, file);
              }
            });
  }

  private static @Nullable Seen see(Path file) {
    try {
      return new Seen(Files.getLastModifiedTime(file), Files.size(file));
    } catch (IOException gone) {
      return null;
    }
  }

  private void read(String entry, Path file) {
    Map<String, String> before = present.getOrDefault(entry, Map.of());
    MailboxesFile.Listed listed;
    try {
      listed = MailboxesFile.read(Objects.requireNonNull(file));
    } catch (IOException e) {
      tell(
          entry,
          file
              + " "
              + e.getMessage()
              + ": the mailboxes that it named are imported on. Put it back, or correct it.");
      return;
    }
    if (listed.mailboxes().isEmpty()) {
      tell(
          entry,
          file
              + " names no mailbox"
              + (before.isEmpty()
                  ? "."
                  : ", and named " + before.size() + " before: these are imported on.")
              + " Write an address a line; to import none of them any more, delete the entry.");
      return;
    }
    tell(
        entry,
        listed.wrong() == null
            ? null
            : file
                + ": "
                + listed.wrong()
                + " can't be read as an address or object id. The others are imported.");
    Map<String, String> ids = new HashMap<>();
    List<Found> found = new ArrayList<>();
    listed
        .mailboxes()
        .forEach(
            (key, mailbox) -> {
              String id =
                  DiscoveredId.of(
                      entry,
                      key,
                      candidate -> ids.containsKey(candidate) || isOfAnother(entry, candidate));
              ids.put(id, key);
              found.add(new Found(entry, id, mailbox));
            });
    discovered.set(entry, found);
    present.put(entry, listed.mailboxes());
    if (!before.isEmpty()) {
      log.changed(
          entry,
          listed.mailboxes().keySet().stream().filter(key -> !before.containsKey(key)).toList(),
          before.keySet().stream().filter(key -> !listed.mailboxes().containsKey(key)).toList());
    }
  }

  private boolean isOfAnother(String entry, String id) {
    return accounts.home(id).isPresent() && discovered.entryOf(id).filter(entry::equals).isEmpty();
  }

  private void tell(String entry, @Nullable String problem) {
    discovered.problem(entry, problem);
    log.problem(entry, problem);
  }
}
