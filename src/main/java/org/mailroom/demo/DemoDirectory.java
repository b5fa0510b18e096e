package org.mailroom.demo;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Groups of the demo tenant ({@code /groups/{id}/transitiveMembers}), as the directory tells them:
 * in pages, with nothing but the ids of members for who may not read users, and types in a path
 * only with {@code ConsistencyLevel: eventual} and {@code $count}. Safe for use by several threads.
 */
public final class DemoDirectory {

  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
  private static final Set<String> READ_MEMBERS =
      Set.of("GroupMember.Read.All", "Group.Read.All", "Directory.Read.All");
  private static final Set<String> READ_USERS =
      Set.of("User.ReadBasic.All", "User.Read.All", "Directory.Read.All");
  private static final int DEFAULT_TOP = 100;
  private static final int MOST_TOP = 999;

  /**
   * Somebody of a group.
   *
   * @param mail null without a mailbox
   */
  private record Member(String id, String userPrincipalName, String mail) {}

  private static final class Group {
    private final Map<String, Member> members = new LinkedHashMap<>();
    private final Set<String> groups = new LinkedHashSet<>();
  }

  private final String root;
  private final Map<String, Group> groups = new ConcurrentHashMap<>();

  DemoDirectory(String root) {
    this.root = root;
  }

  /** Makes an empty group; one that is there stays. Returns its object id. */
  public String group(String name) {
    String id =
        UUID.nameUUIDFromBytes(("group " + name).getBytes(StandardCharsets.UTF_8)).toString();
    groups.computeIfAbsent(id, made -> new Group());
    return id;
  }

  /** Somebody with a mailbox of that address joins. */
  public void join(String groupId, String address) {
    put(groupId, new Member(DemoUser.of(address).id(), address, address));
  }

  /** Somebody joins who has no mailbox. */
  public void joinWithoutMailbox(String groupId, String name) {
    put(groupId, new Member(DemoUser.of(name).id(), name, null));
  }

  /** A guest joins, whose mailbox is elsewhere. */
  public void joinAsGuest(String groupId, String address) {
    put(
        groupId,
        new Member(
            DemoUser.of(address).id(),
            address.replace('@', '_') + "#EXT#@contoso.onmicrosoft.com",
            address));
  }

  /** A group joins another one. */
  public synchronized void nest(String groupId, String inner) {
    groups.get(groupId).groups.add(inner);
  }

  /** Somebody gets another address; the object id stays. */
  public synchronized void rename(String groupId, String address, String other) {
    Map<String, Member> members = groups.get(groupId).members;
    members.replaceAll(
        (id, member) -> address.equals(member.mail()) ? new Member(id, other, other) : member);
  }

  public synchronized void leave(String groupId, String address) {
    groups
        .get(groupId)
        .members
        .values()
        .removeIf(member -> address.equalsIgnoreCase(member.userPrincipalName()));
  }

  /** All leave. */
  public synchronized void empty(String groupId) {
    groups.get(groupId).members.clear();
    groups.get(groupId).groups.clear();
  }

  public void delete(String groupId) {
    groups.remove(groupId);
  }

  private synchronized void put(String groupId, Member member) {
    groups.get(groupId).members.put(member.id(), member);
  }

  void clear() {
    groups.clear();
  }

  DemoAnswer answer(DemoCall call, DemoTokens.Access access) {
    if (!call.method().equals("GET") || !call.segment(2).equals("transitiveMembers")) {
      throw new GraphFault(
          400, "BadRequest", "Resource not found for the segment '" + call.segment(2) + "'.");
    }
    if (access.permissions().stream().noneMatch(READ_MEMBERS::contains)) {
      throw new GraphFault(
          403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.");
    }
    boolean cast = call.segment(3).equalsIgnoreCase("microsoft.graph.user");
    if (cast
        && !("eventual".equals(call.headers().get("consistencylevel"))
            && "true".equals(call.options().get("$count")))) {
      throw new GraphFault(
          400,
          "Request_UnsupportedQuery",
          "The specified cast is supported with ConsistencyLevel: eventual and $count=true only.");
    }
    Group group = groups.get(call.segment(1).toLowerCase(Locale.ROOT));
    if (group == null) {
      throw new GraphFault(
          404,
          "Request_ResourceNotFound",
          "Resource '"
              + call.segment(1)
              + "' does not exist or one of its queried reference-property objects"
              + " are not present.");
    }
    int top = call.number("$top", DEFAULT_TOP);
    if (top < 1 || top > MOST_TOP) {
      throw new GraphFault(
          400,
          "Request_UnsupportedQuery",
          "Invalid page size specified: '" + top + "'. Must be between 1 and 999 inclusive.");
    }
    return DemoAnswer.json(
        200,
        page(call, all(group), top, access.permissions().stream().anyMatch(READ_USERS::contains)));
  }

  private synchronized List<Member> all(Group group) {
    Map<String, Member> all = new LinkedHashMap<>();
    Set<String> seen = new LinkedHashSet<>();
    collect(group, all, seen);
    return new ArrayList<>(all.values());
  }

  private void collect(Group group, Map<String, Member> all, Set<String> seen) {
    all.putAll(group.members);
    group.groups.stream()
        .filter(seen::add)
        .map(groups::get)
        .filter(inner -> inner != null)
        .forEach(inner -> collect(inner, all, seen));
  }

  private ObjectNode page(DemoCall call, List<Member> members, int top, boolean readsUsers) {
    int skip = call.number("$skiptoken", 0);
    ObjectNode page = JSON.objectNode().put("@odata.context", root + "/$metadata#users");
    if (skip == 0 && "true".equals(call.options().get("$count"))) {
      page.put("@odata.count", members.size());
    }
    members.stream()
        .skip(skip)
        .limit(top)
        .forEach(
            member ->
                page.withArray("value")
                    .add(
                        JSON.objectNode()
                            .put("@odata.type", "#microsoft.graph.user")
                            .put("id", member.id())
                            .put("mail", readsUsers ? member.mail() : null)
                            .put(
                                "userPrincipalName",
                                readsUsers ? member.userPrincipalName() : null)));
    if (!page.has("value")) {
      page.putArray("value");
    }
    if (skip + top < members.size()) {
      page.put(
          "@odata.nextLink",
          root
              + call.rawPath()
              + "?$select=id,mail,userPrincipalName&$count=true&$top="
              + top
              + "&$skiptoken="
              + (skip + top));
    }
    return page;
  }
}
