package org.mailroom.check;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.mailroom.graph.MailboxGates;
import org.springframework.stereotype.Component;

/**
 * The folders of a mailbox, for somebody who chooses one: one level at a time, each asked for once,
 * and no more than {@link #MOST} of it. Nothing is changed. Safe for use by several threads.
 */
@Component
public final class MailboxFolders {

  private static final int PER_PAGE = 100;

  /** Of one level; whoever has more writes the path. */
  private static final int MOST = 500;

  /**
   * A folder.
   *
   * @param path as an account's settings name it: the names from the top of the mailbox on, a slash
   *     in a name as {@code \/}
   * @param children how many folders it has itself
   */
  public record Folder(
      String id, String name, String path, long children, long messages, long unread) {}

  /**
   * The folders within another one.
   *
   * @param cut whether there are more than are told here
   */
  public record Level(List<Folder> folders, boolean cut) {}

  private final GraphQuestions graph;
  private final MailboxGates gates;

  MailboxFolders(GraphQuestions graph, MailboxGates gates) {
    this.graph = graph;
    this.gates = gates;
  }

  /**
   * Lists the folders within another one.
   *
   * @param parent its id, or null for the top of the mailbox
   * @param path of that folder; empty at the top
   * @throws NotListedException while the mailbox is throttled
   * @throws org.mailroom.credential.CredentialException when there is no token
   * @throws org.mailroom.graph.GraphException when the mailbox can't be read
   */
  public Level within(String credential, String mailbox, @Nullable String parent, String path) {
    gates
        .closedUntil(mailbox)
        .ifPresent(
            end -> {
              throw new NotListedException(
                  "The service throttles "
                      + mailbox
                      + ": nothing is sent to it before "
                      + end.truncatedTo(ChronoUnit.SECONDS)
                      + ". Try again then, or write the folder's path.");
            });
    List<Folder> folders = new ArrayList<>();
    while (true) {
      JsonNode page = graph.folders(credential, mailbox, parent, folders.size(), PER_PAGE);
      for (JsonNode folder : page.path("value")) {
        String name = folder.path("displayName").asText("");
        folders.add(
            new Folder(
                folder.path("id").asText(""),
                name,
                (path.isEmpty() ? "" : path + "/") + name.replace("/", "\\/"),
                folder.path("childFolderCount").asLong(),
                folder.path("totalItemCount").asLong(),
                folder.path("unreadItemCount").asLong()));
      }
      boolean more = page.hasNonNull("@odata.nextLink") && !page.path("value").isEmpty();
      if (!more || folders.size() >= MOST) {
        return new Level(List.copyOf(folders), more);
      }
    }
  }

  /** The folders can't be listed now; the message says why and what to do. */
  public static final class NotListedException extends RuntimeException {
    NotListedException(String message) {
      super(message);
    }
  }
}
