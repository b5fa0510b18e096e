package org.mailroom.listing;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.mailroom.graph.Graph;
import org.mailroom.graph.GraphUris;
import org.mailroom.settings.MailroomProperties;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.annotation.Lazy;
import org.springframework.stereotype.Component;

/**
 * Finds the folders that accounts name: a well-known name, a path such as {@code Inbox/Tickets/Dutch} (a slash in a name is {@code \/}), or an id.
 * What was found is remembered, mailbox by mailbox, until it is forgotten. Safe for use by several threads.
 */
@Component("mailFolders")
public final class MailFolders {

  private record Key(String mailbox, String folder, boolean byItsId) {}

  private final Graph graph;
  private final GraphUris uris;
  private final ObjectMapper json;
  private final Map<Key, String> found = new ConcurrentHashMap<>();

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
   * @throws org.mailroom.graph.GraphException when there is no such folder, or the folders can't be listed
   */
  public String find(String mailbox, String credential, String folder) {
    return search(mailbox, credential, folder, false);
  }

  /**
   * Returns the id of a folder to move messages to; what is missing of its path is created.
   *
   * @throws org.mailroom.graph.GraphException when the folders can't be listed or created
   */
  public String findOrCreate(String mailbox, String credential, String folder) {
    return search(mailbox, credential, folder, true);
  }

  private String search(String mailbox, String credential, String folder, boolean creating) {
    Key key = new Key(mailbox, folder, creating);
    String known = found.get(key);
    if (known == null) {
      known = new FolderSearch(graph, uris, json, credential, mailbox, folder, creating).find();
      found.put(key, known);
    }
    return known;
  }

  /** The service says that a folder isn't there (any more): it is looked for again. */
  public void forget(String mailbox, String folder) {
    found.remove(new Key(mailbox, folder, false));
    found.remove(new Key(mailbox, folder, true));
  }
}
