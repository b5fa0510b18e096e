package org.mailroom.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.mailroom.credential.Wallet;

class BatchAnswersTest {

  private static final String MAILBOX = "a@contoso.com";

  private final ObjectMapper json = new ObjectMapper();
  private final WireParts wire = new WireParts();
  private final ServiceClock service = new ServiceClock(wire.clock);
  private final BatchAnswers answers = new BatchAnswers(wire.properties, wire.gates, json, service);
  private final JsonBatches batches = new JsonBatches(wire.properties, answers);

  static List<BatchPart> parts(GraphOperation operation, String... ids) {
    return List.of(ids).stream()
        .map(
            id ->
                new BatchPart(
                    operation,
                    id,
                    "PATCH",
                    "/users/a/messages/" + id,
                    new ObjectMapper().createObjectNode().put("isRead", true)))
        .toList();
  }

  private JsonBatch batch(GraphOperation operation, int parts, int lanes) {
    return new JsonBatch(
        "contoso",
        MAILBOX,
        null,
        parts(
            operation,
            IntStream.rangeClosed(1, parts).mapToObj(i -> "m" + i).toArray(String[]::new)),
        lanes,
        answers);
  }

  private JsonBatch batch(int parts) {
    return batch(GraphOperation.MARK_MESSAGES, parts, JsonBatch.ALL_PLACES);
  }

  private static JsonBatch read(JsonBatch batch, String answer) throws IOException {
    return batch.read(new ByteArrayInputStream(answer.getBytes(StandardCharsets.UTF_8)));
  }

  private static GraphException refusal(JsonBatch batch, String answer) {
    return catchThrowableOfType(GraphException.class, () -> read(batch, answer));
  }

  private List<String> parents(JsonBatch batch) throws Exception {
    return json.readTree(batch.content()).path("requests").findValues("dependsOn").stream()
        .map(parent -> parent.path(0).asText())
        .toList();
  }

  @Test
  void the_parts_of_a_batch_with_two_lanes_run_in_two_rows() throws Exception {
    assertThat(parents(batch(GraphOperation.MARK_MESSAGES, 6, 2)))
        .containsExactly("1", "2", "3", "4");
    assertThat(parents(batch(6))).as("one that takes all places has no order").isEmpty();
  }

  @Test
  void what_is_sent_again_does_not_depend_on_anything_and_takes_all_places() throws Exception {
    JsonBatch batch = batch(GraphOperation.MARK_MESSAGES, 6, 1);
    assertThat(batch.weight()).isEqualTo(1);
    assertThat(parents(batch)).hasSize(5);
    batch.gone("1");
    assertThat(batch.weight()).isEqualTo(JsonBatch.ALL_PLACES);
    assertThat(parents(batch)).isEmpty();
    assertThat(batch.parts()).isEqualTo(5);
  }

  @Test
  void each_part_has_its_own_end_and_only_what_may_pass_is_sent_again() throws Exception {
    JsonBatch batch = batch(6);
    GraphException again =
        refusal(
            batch,
            """
            {"responses": [
              {"id": "2", "status": 200, "body": {"subject": "x", "from": {"error": 1}}},
              {"id": "1", "status": 500, "body": {"error": {"code": "ErrorInternalServerError", "innerError": {"request-id": "r"}}}},
              {"id": "6", "status": 404, "body": {"error": {"code": "ErrorItemNotFound"}}},
              {"id": "3", "status": 403, "body": {"error": {"code": "ErrorAccessDenied"}}},
              {"id": "4", "status": 424, "body": {"error": {"code": "FailedDependency"}}},
              {"id": "5", "status": 400, "body": {"error": {"code": "ErrorInvalidMailboxItemId"}}}]}\
            """);
    assertThat(again.status()).isEqualTo(500);
    assertThat(again.operation()).isEqualTo(GraphOperation.MARK_MESSAGES);
    assertThat(again.requestId()).isEqualTo("r");
    assertThat(batch.unanswered()).containsExactly("m1", "m4");
    assertThat(batch.lastRefusal("m1")).contains(again);
    assertThat(batch.lastRefusal("m2")).isEmpty();
    assertThat(batch.done()).containsExactly("m2", "m6");
    assertThat(batch.answers()).extractingByKey("m2").isEqualTo(json.createObjectNode());
    assertThat(batch.refused())
        .extractingByKey("m3")
        .satisfies(why -> assertThat(why).hasMessageContaining("may not do this in this mailbox"));
    assertThat(batch.refused())
        .extractingByKey("m5")
        .satisfies(
            why ->
                assertThat(why).hasMessageContaining("the message doesn't belong to this mailbox"));
    assertThat(json.readTree(batch.content()).path("requests").findValuesAsText("id"))
        .containsExactly("1", "4");
    assertThat(
            read(
                batch,
                "{\"responses\": [{\"id\": \"1\", \"status\": 200}, {\"id\": \"4\", \"status\":"
                    + " 204}]}"))
        .isSameAs(batch);
    assertThat(batch.isAnythingOutstanding()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"responses\": []}",
        "{\"responses\": [null]}",
        "{\"responses\": [{\"id\": \"7\", \"status\": 200}]}",
        "{\"responses\": [{\"status\": 200}]}",
        "{\"responses\": [{\"id\": \"1\"}]}",
        "{\"responses\": [[], 1, {\"id\": \"1\", \"status\": null}]}"
      })
  void an_answer_that_says_nothing_about_the_parts_leaves_them_to_be_sent_again(String answer) {
    JsonBatch batch = batch(1);
    GraphException again = refusal(batch, answer);
    assertThat(again.code()).isEqualTo("MailroomCutAnswer");
    assertThat(again.isTransient()).isTrue();
    assertThat(batch.unanswered()).containsExactly("m1");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{}",
        "[]",
        "<html>",
        "{\"responses\": null}",
        "{\"responses\": [{\"id\": \"1\", \"status\": 200}",
        "{\"responses\": [{\"id\": \"1\", \"status\": 200"
      })
  void what_is_no_whole_answer_to_a_batch_is_an_error(String answer) {
    JsonBatch batch = batch(1);
    assertThatThrownBy(() -> read(batch, answer)).isInstanceOf(IOException.class);
    assertThat(batch.unanswered()).containsExactly("m1");
  }

  @Test
  void
      a_throttled_part_closes_the_mailbox_by_the_clock_of_the_service_and_a_refused_token_comes_first() {
    wire.clock.advance(Duration.ofDays(1));
    service.answered("Mon, 4 May 2026 08:00:00 GMT");
    JsonBatch batch = batch(3);
    wire.gates.enter(batch);
    GraphException again =
        refusal(
            batch,
            """
            {"responses": [
              {"id": "1", "status": 429, "headers": {"retry-after": "Mon, 4 May 2026 08:00:07 GMT"}},
              {"id": "2", "status": 500},
              {"id": "3", "status": 401, "headers": {"WWW-Authenticate": "Bearer claims=\\"eyJhIjoxfQ==\\""}}]}\
            """);
    assertThat(again.isUnauthorized()).isTrue();
    assertThat(again.claims()).isEqualTo("{\"a\":1}");
    assertThat(wire.gates.opensIn(MAILBOX)).isEqualTo(Duration.ofSeconds(7));
    assertThat(
            refusal(
                    batch,
                    "{\"responses\": [{\"id\": \"2\", \"status\": 500}, {\"id\": \"1\", \"status\":"
                        + " 429}]}")
                .isThrottled())
        .isTrue();
  }

  @Test
  void a_move_asks_for_the_folder_and_for_ids_that_stay() throws Exception {
    JsonBatch batch = batches.moves("contoso", "$a@contoso.com", List.of("m/1"), "AAMk=").get(0);
    JsonNode request = json.readTree(batch.content()).path("requests").path(0);
    assertThat(request.path("method").asText()).isEqualTo("POST");
    assertThat(request.path("url").asText())
        .isEqualTo("/users('$a%40contoso.com')/messages/m%2F1/move");
    assertThat(request.at("/body/destinationId").asText()).isEqualTo("AAMk=");
    assertThat(request.at("/headers/Prefer").asText()).isEqualTo("IdType=\"ImmutableId\"");
    assertThat(batch.uri()).hasToString("https://graph.microsoft.com/v1.0/$batch");
  }

  private List<String> sent(JsonBatch batch) throws Exception {
    return json.readTree(batch.content()).path("requests").findValuesAsText("method");
  }

  private static void failed(JsonBatch batch, Exception why) {
    batch.tries().failed(why);
  }

  @Test
  void a_move_whose_answer_was_lost_is_looked_at_before_it_is_done_again() throws Exception {
    JsonBatch batch =
        batches.moves("contoso", MAILBOX, List.of("m1", "m2", "m3", "m4"), "folder").get(0);
    assertThat(sent(batch)).containsOnly("POST");
    failed(batch, refusal(batch, "{\"responses\": [{\"id\": \"4\", \"status\": 500}]}"));
    JsonNode look = json.readTree(batch.content()).path("requests");
    assertThat(look.findValuesAsText("method")).containsExactly("GET", "GET", "GET");
    assertThat(look.path(0).path("url").asText())
        .isEqualTo("/users/a%40contoso.com/messages/m1?$select=id,parentFolderId");
    failed(
        batch,
        refusal(
            batch,
            """
            {"responses": [{"id": "1", "status": 200, "body": {"parentFolderId": "folder"}}, {"id": "2", "status": 200, "body": {"parentFolderId": "inbox"}},
              {"id": "3", "status": 404, "body": {"error": {"code": "ErrorItemNotFound"}}}]}\
            """));
    assertThat(batch.done()).containsExactly("m1", "m3");
    assertThat(batch.gone()).containsExactly("m3");
    assertThat(sent(batch))
        .as("not done: the second, and the fourth whose refusal was heard")
        .containsExactly("POST", "POST");
    assertThat(
            read(
                    batch,
                    "{\"responses\": [{\"id\": \"2\", \"status\": 201}, {\"id\": \"4\", \"status\":"
                        + " 201}]}")
                .isAnythingOutstanding())
        .isFalse();
  }

  @Test
  void a_move_that_finds_nothing_is_looked_at_for_it_may_be_the_folder_that_is_missing()
      throws Exception {
    JsonBatch batch = batches.moves("contoso", MAILBOX, List.of("m1", "m2"), "folder").get(0);
    assertThat(sent(batch)).containsOnly("POST");
    String missing =
        "{\"responses\": [{\"id\": \"1\", \"status\": 404, \"body\": {\"error\": {\"code\":"
            + " \"ErrorItemNotFound\"}}}, {\"id\": \"2\", \"status\": 404, \"body\": {\"error\":"
            + " {\"code\": \"ErrorItemNotFound\"}}}]}";
    GraphException again = refusal(batch, missing);
    assertThat(again.operation()).isEqualTo(GraphOperation.MOVE_MESSAGES);
    failed(batch, again);
    assertThat(sent(batch)).containsExactly("GET", "GET");
    GraphException folder =
        refusal(
            batch,
            """
            {"responses": [{"id": "1", "status": 200, "body": {"parentFolderId": "inbox"}}, {"id": "2", "status": 404, "body": {"error": {"code": "ErrorItemNotFound"}}}]}\
            """);
    assertThat(folder)
        .as("the reason stays what the service said about the move")
        .isSameAs(batch.lastRefusal("m1").orElseThrow());
    failed(batch, folder);
    assertThat(batch.gone()).containsExactly("m2");
    assertThat(sent(batch)).containsExactly("POST");
  }

  @Test
  void what_the_service_did_not_take_at_all_is_sent_again_without_a_look_and_a_patch_always()
      throws Exception {
    JsonBatch moves = batches.moves("contoso", MAILBOX, List.of("m1"), "folder").get(0);
    for (Exception notTaken :
        List.of(
            new GraphException(GraphOperation.BATCH, MAILBOX, 429, null, null, null),
            new GraphException(
                GraphOperation.BATCH,
                MAILBOX,
                0,
                null,
                null,
                new java.net.ConnectException("refused")),
            Wallet.refusal())) {
      assertThat(sent(moves)).containsExactly("POST");
      failed(moves, notTaken);
    }
    assertThat(sent(moves)).containsExactly("POST");
    failed(moves, new GraphException(GraphOperation.BATCH, MAILBOX, 503, null, null, null));
    assertThat(sent(moves)).containsExactly("GET");
    failed(moves, new GraphException(GraphOperation.BATCH, MAILBOX, 429, null, null, null));
    assertThat(sent(moves)).as("the look wasn't taken: the doubt stays").containsExactly("GET");
    JsonBatch marks = batch(1);
    assertThat(sent(marks)).containsExactly("PATCH");
    failed(marks, new GraphException(GraphOperation.BATCH, MAILBOX, 503, null, null, null));
    assertThat(sent(marks)).containsExactly("PATCH");
  }

  @Test
  void what_a_look_up_finds_is_kept() throws Exception {
    JsonBatch batch = batches.lookUps("contoso", MAILBOX, List.of("m1", "m2")).get(0);
    read(
        batch,
        """
        {"responses": [{"id": "1", "status": 200, "body": {"id": "m1", "parentFolderId": "f", "categories": ["x"]}},
          {"id": "2", "status": 404, "body": {"error": {"code": "ErrorItemNotFound"}}}]}\
        """);
    assertThat(batch.answers().get("m1").path("parentFolderId").asText()).isEqualTo("f");
    assertThat(batch.gone()).containsExactly("m2");
  }
}
