package org.mailroom.graph;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.IntStream;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;

class JsonBatchTest {

  private final ObjectMapper json = new ObjectMapper();

  private JsonBatch batch(int parts, int lanes) {
    return new JsonBatch("demo", "a@b", IntStream.rangeClosed(1, parts)
        .mapToObj(i -> new JsonBatch.Part("m" + i, "PATCH", "/users/a/messages/m" + i, json.createObjectNode().put("isRead", true))).toList(), lanes);
  }

  private List<String> parents(JsonBatch batch) throws Exception {
    return json.readTree(batch.content(json)).path("requests").findValues("dependsOn").stream().map(parent -> parent.path(0).asText()).toList();
  }

  @Test
  void the_parts_of_a_batch_with_two_lanes_run_in_two_rows() throws Exception {
    assertThat(parents(batch(6, 2))).containsExactly("1", "2", "3", "4");
  }

  @Test
  void a_batch_that_takes_all_places_has_no_order() throws Exception {
    assertThat(parents(batch(6, OldGraphRequest.ALL_PLACES))).isEmpty();
  }

  @Test
  void what_is_sent_again_does_not_depend_on_anything_and_takes_all_places() throws Exception {
    JsonBatch batch = batch(6, 1);
    assertThat(batch.weight()).isEqualTo(1);
    assertThat(parents(batch)).hasSize(5);
    batch.gone("1");
    assertThat(batch.weight()).isEqualTo(OldGraphRequest.ALL_PLACES);
    assertThat(parents(batch)).isEmpty();
    assertThat(batch.size()).isEqualTo(5);
  }

  @Test
  void of_the_answer_to_a_change_only_status_headers_and_error_are_held() throws Exception {
    String answer = """
        {"responses": [
          {"id": "2", "body": {"subject": "x", "from": {"error": 1}}, "headers": {"Content-Type": "application/json"}, "status": 200},
          {"id": "1", "status": 429, "headers": {"Retry-After": "3"}, "body": {"error": {"code": "TooManyRequests", "innerError": {"request-id": "r"}}}},
          {"id": "3", "status": 204, "headers": {}}]}""";
    List<JsonNode> responses = batch(3, 1).responses(new ByteArrayInputStream(answer.getBytes(StandardCharsets.UTF_8)), json);
    assertThat(responses).extracting(response -> response.path("status").asInt()).containsExactly(200, 429, 204);
    assertThat(responses.get(0).path("body")).isEmpty();
    assertThat(responses.get(1).at("/body/error/innerError/request-id").asText()).isEqualTo("r");
    assertThat(responses.get(1).at("/headers/Retry-After").asText()).isEqualTo("3");
  }

  @Test
  void a_cut_answer_is_an_error() {
    byte[] cut = "{\"responses\": [{\"id\": \"1\", \"status\": 200}".getBytes(StandardCharsets.UTF_8);
    Assertions.assertThatThrownBy(() -> batch(1, 1).responses(new ByteArrayInputStream(cut), json)).isInstanceOf(java.io.IOException.class);
  }
}
