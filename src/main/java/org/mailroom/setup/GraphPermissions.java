package org.mailroom.setup;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Microsoft's ids of Graph and its permissions: the same in every tenant. */
final class GraphPermissions {

  /** The application id of Microsoft Graph. */
  static final String GRAPH = "00000003-0000-0000-c000-000000000000";

  /** Application permissions: ids of app roles. */
  private static final Map<String, String> ROLES =
      Map.of(
          "Mail.ReadWrite",
          "e2a3a72e-5f79-4c64-b1b1-878b674786c9",
          "Mail.Read",
          "810c84a8-4a9e-49e6-bf7d-12d183f40d01",
          "Mail.Send",
          "b633e1c5-b582-4048-a93e-9f11b44c7e96");

  /**
   * Application permissions to ask who is in a group, and which mailbox each has: ids of app roles.
   */
  private static final Map<String, String> ROLES_FOR_GROUPS =
      new TreeMap<>(
          Map.of(
              "GroupMember.Read.All",
              "98830695-27a2-44f7-8c18-0c3ebc9698f6",
              "User.ReadBasic.All",
              "97235f07-e226-4f63-ace3-39588e11d3a1"));

  /** The same, delegated. */
  private static final Map<String, String> SCOPES_FOR_GROUPS =
      Map.of(
          "GroupMember.Read.All",
          "bc024368-1153-4739-b217-4326f2e966d0",
          "User.ReadBasic.All",
          "b340eb25-3456-403f-be2f-af7a0d370277");

  /** Delegated permissions: ids of scopes. */
  private static final Map<String, String> SCOPES =
      Map.of(
          "Mail.ReadWrite",
          "024d486e-b451-40bb-833d-3e66d98c5c73",
          "Mail.Read",
          "570282fd-fa5c-430d-a7fd-fc8dc98a9dca",
          "Mail.Send",
          "e383f46e-2787-4529-855e-0e479a3ffac0",
          "Mail.ReadWrite.Shared",
          "5df07973-7d5d-46ed-9847-1271055cbd51",
          "Mail.Read.Shared",
          "7b9103a5-4610-446b-9670-80643382c1fa",
          "User.Read",
          "e1fe6dd8-ba31-4d61-89e7-88639da4683d",
          "offline_access",
          "7427e0e9-2fba-42fe-b0c0-848c9e6a8182",
          "openid",
          "37f7f235-527c-4136-accd-4a02d197296e",
          "profile",
          "14dad69e-099b-42c9-810b-d002981feec1");

  private GraphPermissions() {}

  static @Nullable String role(String permission) {
    return ROLES.get(permission);
  }

  /** Ids of the roles for groups, by their names. */
  static Map<String, String> rolesForGroups() {
    return Collections.unmodifiableMap(ROLES_FOR_GROUPS);
  }

  /** The names that an application permission may have here. */
  static List<String> roles() {
    return List.of("Mail.ReadWrite", "Mail.Read", "Mail.Send");
  }

  /**
   * The scopes that are known, by their names without the address of Graph, in their order; a
   * sign-in asks for the last two besides.
   */
  static Map<String, String> scopes(List<String> asked) {
    Map<String, String> found = new LinkedHashMap<>();
    for (String word : asked) {
      String name = word.substring(word.lastIndexOf('/') + 1);
      if (SCOPES.containsKey(name)) {
        found.put(name, SCOPES.get(name));
      } else if (SCOPES_FOR_GROUPS.containsKey(name)) {
        found.put(name, SCOPES_FOR_GROUPS.get(name));
      }
    }
    List.of("openid", "profile").forEach(name -> found.put(name, SCOPES.get(name)));
    return found;
  }
}
