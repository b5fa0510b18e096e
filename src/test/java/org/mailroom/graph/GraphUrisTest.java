package org.mailroom.graph;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import org.junit.jupiter.api.Test;

class GraphUrisTest {

  private final GraphUris uris = new GraphUris(URI.create("https://graph.microsoft.com/v1.0"));

  @Test
  void ids_are_encoded_once_and_a_dollar_stays() {
    assertThat(uris.of("users", "a@contoso.com", "messages", "AA/b+c=", "$value"))
        .hasToString(
            "https://graph.microsoft.com/v1.0/users/a%40contoso.com/messages/AA%2Fb%2Bc%3D/$value");
    assertThat(uris.of("$batch")).hasToString("https://graph.microsoft.com/v1.0/$batch");
    assertThat(
            uris.of(
                GraphUris.options("$select", "id,name", "$top", "5"), "users", "a", "mailFolders"))
        .hasToString(
            "https://graph.microsoft.com/v1.0/users/a/mailFolders?$select=id%2Cname&$top=5");
  }

  @Test
  void a_mailbox_that_begins_with_a_dollar_is_addressed_in_quotes_in_a_batch_too() {
    assertThat(uris.of("users", "$cash@contoso.com", "messages"))
        .hasToString("https://graph.microsoft.com/v1.0/users('$cash%40contoso.com')/messages");
    assertThat(GraphUris.relative("users", "$o'hara@contoso.com", "messages", "id"))
        .isEqualTo("/users('$o%27%27hara%40contoso.com')/messages/id");
    assertThat(GraphUris.relative("users", "o'hara@contoso.com", "messages", "id"))
        .isEqualTo("/users/o%27hara%40contoso.com/messages/id");
  }

  @Test
  void a_token_goes_only_to_the_configured_host() {
    assertThat(uris.owns(GraphUris.link("https://graph.microsoft.com/v1.0/users?$filter=a eq b")))
        .isTrue();
    assertThat(uris.owns(URI.create("https://graph.microsoft.com:444/v1.0"))).isFalse();
    assertThat(uris.owns(URI.create("http://graph.microsoft.com/v1.0"))).isFalse();
    assertThat(uris.owns(URI.create("https://x@graph.microsoft.com/v1.0"))).isFalse();
    assertThat(uris.owns(URI.create("https://graph.microsoft.com.example.org/v1.0"))).isFalse();
  }
}
