package org.mailroom.graph;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URI;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;

/**
 * Finds the folder that an account names: a well-known name, a path such as {@code Inbox/Tickets/Dutch}, or an id. A path is walked
 * folder by folder, and each listing of child folders page by page (the service lists ten at a time). Names compare without regard to
 * case, as in Exchange. For a folder to move messages to, what is missing of a path is created.
 */
public final class FolderSearch {

  private static final Set<String> WELL_KNOWN = Set.of("archive", "clutter", "conflicts", "conversationhistory", "deleteditems", "drafts",
      "inbox", "junkemail", "localfailures", "msgfolderroot", "outbox", "recoverableitemsdeletions", "scheduled", "searchfolders",
      "sentitems", "serverfailures", "syncissues");

  private static final String FOLDERS_PER_PAGE = "100";

  private final GraphUris uris;
  private final String mailbox;
  private final String wanted;
  private final Deque<String> path;
  private String parent;
  private URI page;
  private final Set<URI> followed = new HashSet<>();
  private final boolean createMissing;
  private boolean byId;
  private boolean creating;
  private String found;

  /**
   * @param createMissing whether the missing part of a path is created
   */
  FolderSearch(GraphUris uris, String mailbox, String wanted, boolean createMissing) {
    this.uris = uris;
    this.mailbox = mailbox;
    this.createMissing = createMissing;
    this.wanted = wanted;
    this.path = new ArrayDeque<>(Arrays.stream(wanted.split("/")).map(String::trim).filter(name -> !name.isEmpty()).toList());
    String first = path.peek() == null ? "" : path.peek().toLowerCase(Locale.ROOT);
    if (WELL_KNOWN.contains(first)) {
      path.remove();
      parent = first;
    } else if (wanted.matches("[A-Za-z0-9+/_=-]{60,}")) {
      path.clear();
      parent = wanted;
    }
    descend();
  }

  /** Still looking: ask for {@link #nextPage}. */
  public boolean isUnderway() {
    return found == null;
  }

  /** The folder's id or well-known name, once found. */
  public String found() {
    return found;
  }

  URI nextPage() {
    return page;
  }

  /** The next request creates a folder; {@link #newFolder} is its body. */
  boolean isCreating() {
    return creating;
  }

  ObjectNode newFolder(ObjectMapper json) {
    return json.createObjectNode().put("displayName", path.element());
  }

  /** Somebody created the folder meanwhile, or an answer was lost: look again. */
  public boolean lookAgain(GraphException refusal) {
    if (!creating || refusal.status() != 409) {
      return false;
    }
    descend();
    return true;
  }

  private void descend() {
    creating = false;
    if (path.isEmpty() && parent != null && createMissing && WELL_KNOWN.contains(parent)) {
      // whoever moves messages has to recognise the folder by its id
      byId = true;
      page = uris.of("users", mailbox, "mailFolders", parent);
    } else if (path.isEmpty() && parent != null) {
      found = parent;
    } else if (parent == null) {
      page = uris.of(GraphUris.options("$top", FOLDERS_PER_PAGE), "users", mailbox, "mailFolders");
    } else {
      page = uris.of(GraphUris.options("$top", FOLDERS_PER_PAGE), "users", mailbox, "mailFolders", parent, "childFolders");
    }
  }

  /**
   * Takes an answer to {@link #nextPage}.
   *
   * @throws GraphException when there is no such folder, or a next link leads elsewhere
   */
  void accept(JsonNode answer) {
    if (creating) {
      parent = answer.path("id").asText();
      path.remove();
      descend();
      return;
    }
    if (byId) {
      found = answer.path("id").asText(wanted);
      return;
    }
    for (JsonNode folder : answer.path("value")) {
      if (path.element().equalsIgnoreCase(folder.path("displayName").asText())) {
        parent = folder.path("id").asText();
        path.remove();
        descend();
        return;
      }
    }
    String next = answer.path("@odata.nextLink").asText(null);
    if (next != null) {
      follow(next);
    } else if (createMissing) {
      creating = true;
      page = parent == null ? uris.of("users", mailbox, "mailFolders") : uris.of("users", mailbox, "mailFolders", parent, "childFolders");
    } else if (parent == null && path.size() == 1) {
      // not a name at the top level: the site may have written a short id
      byId = true;
      page = uris.of("users", mailbox, "mailFolders", wanted);
    } else {
      throw missing();
    }
  }

  private void follow(String next) {
    URI link = GraphUris.link(next);
    if (!uris.owns(link)) {
      throw new GraphException("find folder of " + mailbox, 0, "MailroomForeignNextLink", null, null, "host " + link.getHost(), null);
    }
    if (!followed.add(link)) {
      throw new GraphException("find folder of " + mailbox, 0, "MailroomEndlessListing", null, null, "the same next link again", null);
    }
    page = link;
  }

  private GraphException missing() {
    return new GraphException("find folder of " + mailbox, 404, "MailroomFolderNotFound", null, null, "folder '" + path.element() + "' of '" + wanted + "'", null);
  }
}
