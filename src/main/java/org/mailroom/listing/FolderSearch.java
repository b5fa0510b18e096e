package org.mailroom.listing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.mailroom.graph.BoundedStrings;
import org.mailroom.graph.Graph;
import org.mailroom.graph.GraphException;
import org.mailroom.graph.GraphOperation;
import org.mailroom.graph.GraphRequest;
import org.mailroom.graph.GraphUris;
import org.mailroom.graph.WrongAnswerException;
import org.mailroom.settings.Printable;

/**
 * One search for a folder. A path is walked folder by folder, and each listing of child folders
 * page by page (the service lists ten at a time by itself). What isn't found by name may be an id.
 * For a folder to move messages to, what is missing of a path is created.
 */
final class FolderSearch {

  private static final String FOLDERS_PER_PAGE = "100";

  private static final int MOST_REQUESTS = 200;

  private static final int NAMES_TOLD = 10;

  private static final int LONGEST_NAME_TOLD = 60;

  /** Ids, names and links. */
  private static final int LONGEST_TEXT = 64 * 1024;

  private final Graph graph;
  private final GraphUris uris;
  private final ObjectMapper json;
  private final String credential;
  private final String mailbox;
  private final String wanted;
  private final boolean creating;
  private final List<String> namesThere = new ArrayList<>();
  private int requests;

  /** As far as it was walked, by the names that the folders have. */
  private final List<String> path = new ArrayList<>();

  private @Nullable String nameFound;

  /**
   * @param creating whether what is missing of the path is created
   */
  FolderSearch(
      Graph graph,
      GraphUris uris,
      ObjectMapper json,
      String credential,
      String mailbox,
      String wanted,
      boolean creating) {
    this.graph = graph;
    this.uris = uris;
    this.json = json;
    this.credential = credential;
    this.mailbox = mailbox;
    this.wanted = wanted;
    this.creating = creating;
  }

  /**
   * Returns the id of the folder; a well-known name is as good as one, but for whoever has to
   * recognise the folder by its id.
   *
   * @throws GraphException when there is no such folder, or folders can't be listed
   */
  String find() {
    FolderPath wantedPath = FolderPath.parse(wanted);
    if (wantedPath.wellKnown() != null) {
      path.add(wantedPath.wellKnown());
    }
    if (wantedPath.names().isEmpty() && wantedPath.wellKnown() != null) {
      return creating ? byId(wantedPath.wellKnown()) : wantedPath.wellKnown();
    }
    String parent = wantedPath.wellKnown();
    for (String name : wantedPath.names()) {
      String child = child(parent, name);
      if (child == null
          && (isLikeAnId() || (!creating && wantedPath.names().size() == 1 && parent == null))) {
        String id = byIdOrNull();
        if (id != null) {
          path.clear();
          return id;
        }
      }
      if (child == null && !creating) {
        throw missing(name, parent);
      }
      path.add(FolderPath.escaped(child != null && nameFound != null ? nameFound : name));
      parent = child != null ? child : create(parent, name);
    }
    if (parent == null) {
      throw missing(wanted, null);
    }
    return parent;
  }

  /**
   * The path of the folder that was found, by the names that the folders have; null when it was
   * found by its id.
   */
  @Nullable String path() {
    return path.isEmpty() ? null : String.join("/", path);
  }

  /** The folders right below a folder. */
  List<JsonNode> children(String parent) {
    List<JsonNode> children = new ArrayList<>();
    walk(
        parent,
        folder -> {
          children.add(folder);
          return false;
        });
    return children;
  }

  /** A folder by its id or well-known name. */
  JsonNode folder(String id) {
    return ask(
        GraphRequest.get(
            GraphOperation.FIND_FOLDER,
            credential,
            mailbox,
            uris.of("users", mailbox, "mailFolders", id),
            this::readFolder));
  }

  private boolean isLikeAnId() {
    return wanted.matches("[A-Za-z0-9+/_=-]{60,}");
  }

  /** Returns the id of the child of that name; null when there is none. */
  private @Nullable String child(@Nullable String parent, String name) {
    namesThere.clear();
    String[] id = new String[1];
    walk(
        parent,
        folder -> {
          String displayName = folder.path("displayName").asText("");
          boolean isIt =
              !folder.path("id").asText("").isEmpty() && FolderPath.isSame(name, displayName);
          if (isIt) {
            id[0] = folder.path("id").asText();
            nameFound = displayName;
          } else if (namesThere.size() < NAMES_TOLD) {
            namesThere.add(displayName);
          }
          return isIt;
        });
    return id[0];
  }

  /** Shows the folders right below a folder, page by page, until one is accepted. */
  private void walk(@Nullable String parent, Predicate<JsonNode> accepted) {
    Set<URI> followed = new HashSet<>();
    URI page = children(parent, GraphUris.options("$top", FOLDERS_PER_PAGE));
    while (true) {
      JsonNode answer =
          ask(
              GraphRequest.get(
                  GraphOperation.FIND_FOLDER, credential, mailbox, page, this::readPage));
      for (JsonNode folder : answer.path("value")) {
        if (accepted.test(folder)) {
          return;
        }
      }
      String next = answer.path("@odata.nextLink").asText(null);
      if (next == null) {
        return;
      }
      followed.add(page);
      page = ownLink(next);
      if (followed.contains(page)) {
        throw failed(0, "MailroomEndlessListing", "the same next link again");
      }
    }
  }

  private URI ownLink(String next) {
    URI link = GraphUris.link(next);
    if (!uris.owns(link)) {
      throw failed(0, "MailroomForeignNextLink", "host " + link.getHost());
    }
    return link;
  }

  /**
   * Creates a folder; one that is there already (somebody else made it, or the answer that told of
   * it was lost) is looked for again.
   */
  private String create(@Nullable String parent, String name) {
    String content = json.createObjectNode().put("displayName", name).toString();
    try {
      return ask(GraphRequest.post(
              GraphOperation.CREATE_FOLDER,
              credential,
              mailbox,
              children(parent, Map.of()),
              content,
              this::readFolder))
          .path("id")
          .asText();
    } catch (GraphException refusal) {
      String there = refusal.status() == 409 ? child(parent, name) : null;
      if (there == null) {
        throw refusal;
      }
      return there;
    }
  }

  private URI children(@Nullable String parent, Map<String, String> options) {
    return parent == null
        ? uris.of(options, "users", mailbox, "mailFolders")
        : uris.of(options, "users", mailbox, "mailFolders", parent, "childFolders");
  }

  private String byId(String id) {
    return folder(id).path("id").asText();
  }

  private @Nullable String byIdOrNull() {
    try {
      return byId(wanted);
    } catch (GraphException refusal) {
      if (refusal.status() == 404 || refusal.status() == 400) {
        return null;
      }
      throw refusal;
    }
  }

  private JsonNode ask(GraphRequest<JsonNode> request) {
    if (++requests > MOST_REQUESTS) {
      throw failed(
          0,
          "MailroomEndlessListing",
          "more than "
              + MOST_REQUESTS
              + " pages of folders; give the folder's id instead of its name");
    }
    return graph.ask(request);
  }

  private JsonNode readPage(InputStream answer) throws IOException {
    JsonNode page = read(answer);
    if (!page.path("value").isArray()) {
      throw new WrongAnswerException("the answer is not a whole page of folders");
    }
    return page;
  }

  private JsonNode readFolder(InputStream answer) throws IOException {
    JsonNode folder = read(answer);
    if (folder.path("id").asText("").isEmpty()) {
      throw new WrongAnswerException("the answer is not a folder");
    }
    return folder;
  }

  private JsonNode read(InputStream answer) throws IOException {
    try (InputStream stream = new BoundedStrings(answer, LONGEST_TEXT)) {
      JsonNode tree = json.readTree(stream);
      return tree == null ? json.missingNode() : tree;
    }
  }

  private GraphException missing(String name, @Nullable String parent) {
    String there = namesThere.stream().map(FolderSearch::told).collect(Collectors.joining(", "));
    return failed(
        404,
        "MailroomFolderNotFound",
        "looked for "
            + told(name)
            + (parent == null ? " at the top of the mailbox" : " of '" + wanted + "'")
            + (there.isEmpty()
                ? ", where there are no folders"
                : ", where there are: " + there + (namesThere.size() < NAMES_TOLD ? "" : ", …"))
            + "; a slash in a name is written \\/");
  }

  /** A name in quotes, for one line of a log. */
  private static String told(String name) {
    String line = Printable.line(name);
    return "'"
        + (line.length() <= LONGEST_NAME_TOLD ? line : line.substring(0, LONGEST_NAME_TOLD) + "…")
            .replace("/", "\\/")
        + "'";
  }

  private GraphException failed(int status, String code, String detail) {
    return new GraphException(GraphOperation.FIND_FOLDER, mailbox, status, code, detail, null);
  }
}
