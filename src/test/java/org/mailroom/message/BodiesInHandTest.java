package org.mailroom.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class BodiesInHandTest {

  private static final int KILOBYTES = 1024;

  /** Room for two bodies of 1 MB, each of which counts twelve times. */
  private final BodiesInHand bodies = new BodiesInHand(25_000L * KILOBYTES, 60_000);

  private static IncomingMessage message(int kilobytes) {
    ObjectNode resource = JsonNodeFactory.instance.objectNode();
    resource
        .putObject("body")
        .put("contentType", "text")
        .put("content", "x".repeat(kilobytes * KILOBYTES));
    return new IncomingMessage(
        Preparing.replying(),
        "A" + kilobytes,
        Instant.EPOCH,
        resource,
        List.of("file"),
        Map.of(),
        false);
  }

  @Test
  void a_third_large_body_waits_until_one_is_through_and_small_ones_do_not() {
    IncomingMessage first = message(1024);
    bodies.enter(first);
    bodies.enter(first);
    bodies.enter(message(1024));
    CompletableFuture<Void> third = CompletableFuture.runAsync(() -> bodies.enter(message(1024)));
    bodies.enter(message(127));
    assertThat(third).isNotDone();
    bodies.leave(List.of(first));
    await().until(third::isDone);
    assertThat(third).isCompleted();
  }

  @Test
  void one_that_needs_more_than_all_the_room_has_it_alone() {
    IncomingMessage huge = message(10_000);
    bodies.enter(huge);
    CompletableFuture<Void> other = CompletableFuture.runAsync(() -> bodies.enter(message(200)));
    assertThat(other).isNotDone();
    bodies.leave(List.of(huge, message(3)));
    await().until(other::isDone);
    assertThat(other).isCompleted();
  }

  @Test
  void the_wait_has_an_end_that_is_told() {
    BodiesInHand impatient = new BodiesInHand(25_000L * KILOBYTES, 10);
    impatient.enter(message(2100));
    assertThatThrownBy(() -> impatient.enter(message(1024)))
        .isInstanceOf(NoRoomException.class)
        .hasMessageContaining("its body of 1024 KB")
        .hasMessageContaining("mailroom.limits.request-timeout");
  }
}
