package org.mailroom.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Groups of the demo tenant, as a client sees them. */
class DemoDirectoryTest {

  private final DemoTenant tenant = DemoTenant.start();
  private final String group = tenant.directory().group("everyone");
  private final String address =
      "/groups/"
          + group
          + "/transitiveMembers/microsoft.graph.user?$select=id,mail,userPrincipalName&$count=true";

  @AfterEach
  void stop() {
    tenant.close();
  }

  private DemoClient client(String... roles) throws Exception {
    tenant.register(DemoTenant.CLIENT_ID, DemoTenant.CLIENT_SECRET, Set.of(roles));
    return new DemoClient(tenant).signIn();
  }

  private static HttpResponse<String> ask(DemoClient client, String address) throws Exception {
    HttpRequest plain = client.request("GET", address, null);
    return client.send(
        HttpRequest.newBuilder(plain, (name, value) -> true)
            .header("ConsistencyLevel", "eventual")
            .build());
  }

  @Test
  void members_come_in_pages_those_of_groups_within_it_included() throws Exception {
    DemoClient client = client("GroupMember.Read.All", "User.ReadBasic.All");
    IntStream.range(0, 25).forEach(i -> tenant.directory().join(group, "a" + i + "@contoso.com"));
    String inner = tenant.directory().group("inner");
    tenant.directory().join(inner, "inner@contoso.com");
    tenant.directory().join(inner, "a1@contoso.com");
    tenant.directory().nest(group, inner);
    tenant.directory().nest(inner, group);
    List<String> mails = new ArrayList<>();
    String next = address + "&$top=10";
    int pages = 0;
    while (!next.isEmpty()) {
      JsonNode page = client.json(ask(client, next));
      page.path("value").forEach(member -> mails.add(member.path("mail").asText()));
      next = page.path("@odata.nextLink").asText("");
      pages++;
    }
    assertThat(pages).isEqualTo(3);
    assertThat(mails).hasSize(26).doesNotHaveDuplicates().contains("inner@contoso.com");
  }

  @Test
  void
      without_the_permission_to_read_users_there_are_ids_alone_and_without_that_for_groups_nothing()
          throws Exception {
    tenant.directory().join(group, "ada@contoso.com");
    DemoClient client = client("GroupMember.Read.All");
    JsonNode member = client.json(ask(client, address)).path("value").path(0);
    assertThat(member.path("id").asText()).isNotEmpty();
    assertThat(member.path("mail").isNull() && member.path("userPrincipalName").isNull()).isTrue();
    DemoClient without = client("Mail.ReadWrite");
    assertThat(ask(without, address).statusCode()).isEqualTo(403);
  }

  @Test
  void a_type_in_the_path_needs_eventual_consistency_and_a_group_has_to_be_there()
      throws Exception {
    DemoClient client = client("GroupMember.Read.All", "User.ReadBasic.All");
    assertThat(client.get(address).statusCode()).isEqualTo(400);
    assertThat(
            ask(client, address.replace(group, "00000000-0000-0000-0000-000000000000"))
                .statusCode())
        .isEqualTo(404);
    assertThat(ask(client, address + "&$top=1000").statusCode()).isEqualTo(400);
  }
}
