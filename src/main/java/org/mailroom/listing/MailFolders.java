package org.mailroom.listing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.mailroom.account.Account;
import org.mailroom.account.AccountFolder;
import org.mailroom.graph.Graph;
import org.mailroom.graph.GraphException;
import org.mailroom.graph.GraphOperation;
import org.mailroom.graph.GraphUris;
import org.mailroom.settings.MailroomProperties;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.annotation.Lazy;
import org.springframework.stereotype.Component;

/**
 * Finds the folders that accounts name: a well-known name, a path such as {@code
 * Inbox/Tickets/Dutch} (a slash in a name is {@code \/}), or an id. What was found is remembered,
 * mailbox by mailbox, until it is forgotten. Safe for use by several threads.
 */
@Component("mailFolders")
public final class MailFolders {

  /** Far more than a mailbox is sorted by. */
  private static final int MOST_FOLDERS = 1000;

  /** Far deeper than folders lie. */
  private static final int DEEPEST = 50;

  private record Key(String mailbox, String folder, boolean byItsId) {}

  private record Found(String id, @Nullable String path) {}

  private record Place(String mailbox, String id) {}

  private final Graph graph;
  private final GraphUris uris;
  private final ObjectMapper json;
  private final Map<Key, Found> found = new ConcurrentHashMap<>();
  private final Map<Place, String> paths = new ConcurrentHashMap<>();

  @Autowired
  MailFolders(@Lazy Graph graph, MailroomProperties properties, ObjectMapper json) {
    this(graph, new GraphUris(properties.graphUrl()), json);
  }

  MailFolders(Graph graph, GraphUris uris, ObjectMapper json) {
    this.graph = graph;
    this.uris = uris;
    this.json = json;
  }

  /**
   * Returns the id, or the well-known name, of a folder to read.
   *
   * @throws org.mailroom.graph.GraphException when there is no such folder, or the folders can't be
   *     listed
   */
  public String find(String mailbox, String credential, String folder) {
    return search(mailbox, credential, folder, false).id();
  }

  /**
   * Returns the id of a folder to move messages to; what is missing of its path is created.
   *
   * @throws org.mailroom.graph.GraphException when the folders can't be listed or created
   */
  public String findOrCreate(String mailbox, String credential, String folder) {
    return search(mailbox, credential, folder, true).id();
  }

  /**
   * The folders that an account reads, each once, however often it is named: those that it names,
   * and where it is recursive those below them as they are now, without those that its messages are
   * moved to, which aren't read unless they are named. A single one by its well-known name costs no
   * request; subfolders are listed each time.
   *
   * @param target id of the folder that imported messages end in; null: they stay
   * @throws org.mailroom.graph.GraphException when none of the folders is there, or the folders
   *     can't be listed
   */
  public FoundFolders findAll(Account account, @Nullable String target) {
    if (account.folders().size() == 1 && !account.recursive()) {
      Found only = search(account.mailbox(), account.credential(), account.folders().get(0), false);
      return new FoundFolders(List.of(new AccountFolder(only.id(), only.path(), true)), List.of());
    }
    Map<String, AccountFolder> all = new LinkedHashMap<>();
    List<GraphException> missing = new ArrayList<>();
    for (String name : account.folders()) {
      try {
        Found named = search(account.mailbox(), account.credential(), name, false);
        boolean wellKnown = FolderPath.parse(name).names().isEmpty();
        // a well-known name and an id may mean the same folder
        String id =
            wellKnown
                ? search(account.mailbox(), account.credential(), name, true).id()
                : named.id();
        if (all.putIfAbsent(id, new AccountFolder(named.id(), named.path(), true)) == null
            && account.recursive()) {
          addBelow(account, target, id, named.path(), all);
        }
      } catch (GraphException refusal) {
        if (refusal.status() != 404) {
          throw refusal;
        }
        forget(account.mailbox(), name);
        missing.add(refusal);
      }
    }
    if (all.isEmpty()) {
      throw missing.get(0);
    }
    return new FoundFolders(List.copyOf(all.values()), missing);
  }

  private void addBelow(
      Account account,
      @Nullable String target,
      String parent,
      @Nullable String path,
      Map<String, AccountFolder> all) {
    for (JsonNode child : search(account).children(parent)) {
      String id = child.path("id").asText("");
      String childPath =
          path == null
              ? null
              : path + "/" + FolderPath.escaped(child.path("displayName").asText(""));
      if (id.isEmpty()
          || all.containsKey(id)
          || id.equals(target)
          || isMovedTo(account, childPath)) {
        continue;
      }
      if (all.size() >= MOST_FOLDERS) {
        throw new GraphException(
            GraphOperation.FIND_FOLDER,
            account.mailbox(),
            0,
            "MailroomEndlessListing",
            "more than "
                + MOST_FOLDERS
                + " folders below "
                + account.folder()
                + "; name those that are to be read, without recursive",
            null);
      }
      all.put(id, new AccountFolder(id, childPath, false));
      if (child.path("childFolderCount").asInt(1) > 0) {
        addBelowIfThere(account, target, id, childPath, all);
      }
    }
  }

  /** Somebody may have deleted it since it was listed. */
  private void addBelowIfThere(
      Account account,
      @Nullable String target,
      String parent,
      @Nullable String path,
      Map<String, AccountFolder> all) {
    try {
      addBelow(account, target, parent, path, all);
    } catch (GraphException refusal) {
      if (refusal.status() != 404) {
        throw refusal;
      }
    }
  }

  private static boolean isMovedTo(Account account, @Nullable String path) {
    return path != null
        && (FolderPath.isSamePath(path, account.afterImport().moveTo())
            || (account.afterFailure() != null
                && FolderPath.isSamePath(path, account.afterFailure().moveTo())));
  }

  /**
   * Where a folder lies in an account's mailbox, from a well-known name that the account uses, or
   * the top of the mailbox, on; null when the service doesn't tell. It is asked once for each
   * folder.
   */
  public @Nullable String path(Account account, String id) {
    Place place = new Place(account.mailbox(), id);
    String known = paths.get(place);
    if (known == null) {
      try {
        known = askForPath(account, id);
      } catch (GraphException notTold) {
        return null;
      }
      if (known != null) {
        paths.put(place, known);
      }
    }
    return known;
  }

  private @Nullable String askForPath(Account account, String id) {
    Map<String, String> beginnings = new HashMap<>();
    for (String name : account.folders()) {
      String wellKnown = FolderPath.parse(name).wellKnown();
      if (wellKnown != null) {
        beginnings.put(
            search(account.mailbox(), account.credential(), wellKnown, true).id(), wellKnown);
      }
    }
    String path = "";
    String at = id;
    for (int depth = 0; depth < DEEPEST; depth++) {
      if (beginnings.containsKey(at)) {
        return beginnings.get(at) + path;
      }
      JsonNode folder = search(account).folder(at);
      path = "/" + FolderPath.escaped(folder.path("displayName").asText("")) + path;
      String parent = folder.path("parentFolderId").asText("");
      if (parent.isEmpty() || parent.equals(root(account))) {
        return path.substring(1);
      }
      at = parent;
    }
    return null;
  }

  /** Id of the folder that holds all others; empty where the service doesn't know it. */
  private String root(Account account) {
    Key key = new Key(account.mailbox(), FolderPath.ROOT, true);
    Found known = found.get(key);
    if (known == null) {
      try {
        known = new Found(search(account).folder(FolderPath.ROOT).path("id").asText(""), null);
      } catch (GraphException refusal) {
        if (refusal.status() != 404 && refusal.status() != 400) {
          throw refusal;
        }
        known = new Found("", null);
      }
      found.put(key, known);
    }
    return known.id();
  }

  private FolderSearch search(Account account) {
    return new FolderSearch(
        graph, uris, json, account.credential(), account.mailbox(), account.folder(), false);
  }

  private Found search(String mailbox, String credential, String folder, boolean creating) {
    Key key = new Key(mailbox, folder, creating);
    Found known = found.get(key);
    if (known == null) {
      FolderSearch search =
          new FolderSearch(graph, uris, json, credential, mailbox, folder, creating);
      known = new Found(search.find(), search.path());
      found.put(key, known);
    }
    return known;
  }

  /**
   * The well-known name that a folder is written by, in small letters; empty for a path or an id.
   */
  public static Optional<String> wellKnownName(String folder) {
    FolderPath path = FolderPath.parse(folder);
    return path.names().isEmpty() ? Optional.ofNullable(path.wellKnown()) : Optional.empty();
  }

  /** The service says that a folder isn't there (any more): it is looked for again. */
  public void forget(String mailbox, String folder) {
    found.remove(new Key(mailbox, folder, false));
    found.remove(new Key(mailbox, folder, true));
  }
}
