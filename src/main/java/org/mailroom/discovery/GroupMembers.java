package org.mailroom.discovery;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.mailroom.graph.AnswerJson;
import org.mailroom.graph.Graph;
import org.mailroom.graph.GraphException;
import org.mailroom.graph.GraphOperation;
import org.mailroom.graph.GraphRequest;
import org.mailroom.graph.GraphUris;
import org.mailroom.graph.WrongAnswerException;
import org.mailroom.settings.MailroomProperties;
import org.springframework.stereotype.Component;

/**
 * Asks who is in a group, groups within it included, on the same wire as everything else. Safe for
 * use by several threads.
 */
@Component
class GroupMembers {

  private static final int PAGE = 999;

  /** More than a tenant has people. */
  private static final int MOST_PAGES = 2000;

  /**
   * Who is in a group.
   *
   * @param mailboxes of those who have one, by the object id of the user
   * @param members all of them
   */
  record Members(Map<String, String> mailboxes, int members) {}

  private record Page(JsonNode value, @Nullable URI next) {}

  private final Graph graph;
  private final AnswerJson json;
  private final GraphUris uris;

  GroupMembers(Graph graph, AnswerJson json, MailroomProperties properties) {
    this.graph = graph;
    this.json = json;
    this.uris = new GraphUris(properties.graphUrl());
  }

  /**
   * Asks for all members of a group, page by page. A guest has a mailbox elsewhere, and one without
   * an address none.
   *
   * @throws GraphException when they aren't told, or not to the end
   * @throws MembersNotToldException when the service tells that they are there, and not who they
   *     are
   */
  Members of(String credential, String groupId) {
    Map<String, String> mailboxes = new LinkedHashMap<>();
    int members = 0;
    int untold = 0;
    URI next =
        uris.of(
            GraphUris.options(
                "$select",
                "id,mail,userPrincipalName",
                "$top",
                String.valueOf(PAGE),
                "$count",
                "true"),
            "groups",
            groupId,
            "transitiveMembers",
            "microsoft.graph.user");
    for (int pages = 0; next != null; pages++) {
      if (pages == MOST_PAGES) {
        throw new GraphException(
            GraphOperation.LIST_MEMBERS,
            groupId,
            0,
            "MailroomEndlessListing",
            MOST_PAGES + " pages",
            null);
      }
      Page page =
          graph.ask(
              GraphRequest.get(GraphOperation.LIST_MEMBERS, credential, groupId, next, this::page));
      for (JsonNode user : page.value()) {
        String name = user.path("userPrincipalName").asText("");
        String mail = user.path("mail").asText("");
        members++;
        untold += name.isBlank() && mail.isBlank() ? 1 : 0;
        if (!name.isBlank() && !mail.isBlank() && !name.contains("#EXT#")) {
          mailboxes.put(user.path("id").asText(), name);
        }
      }
      next = page.next();
    }
    if (untold > 0) {
      throw new MembersNotToldException(groupId, untold);
    }
    return new Members(mailboxes, members);
  }

  private Page page(InputStream answer) throws IOException {
    JsonNode page = json.tree(answer);
    if (!page.path("value").isArray()) {
      throw new WrongAnswerException("the answer is no page of members");
    }
    for (JsonNode user : page.path("value")) {
      if (user.path("id").asText("").isBlank()) {
        throw new WrongAnswerException("the answer has a member without an id");
      }
    }
    String next = page.path("@odata.nextLink").asText("");
    try {
      return new Page(page.path("value"), next.isEmpty() ? null : GraphUris.link(next));
    } catch (IllegalArgumentException noAddress) {
      throw new WrongAnswerException("the link to the next page is no address");
    }
  }
}
