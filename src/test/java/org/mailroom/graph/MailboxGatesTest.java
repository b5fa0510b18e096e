package org.mailroom.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

@ExtendWith(OutputCaptureExtension.class)
class MailboxGatesTest {

  private static final String MAILBOX = "a@contoso.com";

  private final WireParts wire = new WireParts();

  @Test
  void nothing_is_sent_to_a_throttled_mailbox_before_its_retry_after_is_over_and_others_go_on() {
    wire.throttled(MAILBOX, 429, Duration.ofMinutes(15));
    Instant opens = wire.clock.instant().plusSeconds(900);
    assertThat(wire.gates.closedUntil("A@Contoso.com")).as("the same mailbox").contains(opens);
    wire.pass("b@contoso.com");
    assertThat(wire.rested).isZero();
    wire.pass(MAILBOX);
    assertThat(wire.clock.instant()).isAfterOrEqualTo(opens);
    assertThat(wire.gates.closedUntil(MAILBOX)).isEmpty();
    assertThat(wire.gates.throttledSince(MAILBOX)).isEmpty();
  }

  @Test
  void without_a_retry_after_the_waits_double_from_two_seconds_to_a_minute() {
    for (int expected : new int[] {2, 4, 8, 16, 32, 60, 60}) {
      wire.throttled(MAILBOX, 429, null);
      assertThat(wire.gates.opensIn(MAILBOX)).isEqualTo(Duration.ofSeconds(expected));
    }
    wire.pass(MAILBOX);
    wire.throttled(MAILBOX, 429, null);
    assertThat(wire.gates.opensIn(MAILBOX))
        .as("after a success it begins anew")
        .isEqualTo(Duration.ofSeconds(2));
  }

  @Test
  void a_retry_after_of_zero_is_believed_once() {
    wire.throttled(MAILBOX, 429, Duration.ZERO);
    assertThat(wire.gates.opensIn(MAILBOX)).isZero();
    wire.throttled(MAILBOX, 429, Duration.ZERO);
    assertThat(wire.gates.opensIn(MAILBOX)).isEqualTo(Duration.ofSeconds(4));
  }

  @Test
  void a_service_in_trouble_that_says_nothing_is_left_alone_for_seconds_only() {
    for (int expected : new int[] {2, 4, 4, 4}) {
      wire.throttled(MAILBOX, 503, null);
      assertThat(wire.gates.opensIn(MAILBOX)).isEqualTo(Duration.ofSeconds(expected));
    }
  }

  @Test
  void four_refusals_of_requests_that_were_in_flight_together_are_one_round() {
    GraphRequest<?>[] together = {
      WireParts.request(), WireParts.request(), WireParts.request(), WireParts.request()
    };
    for (GraphRequest<?> request : together) {
      wire.gates.enter(request);
    }
    for (GraphRequest<?> request : together) {
      wire.gates.pause(request, 429, null);
      wire.gates.leave(request);
    }
    assertThat(wire.gates.opensIn(MAILBOX)).isEqualTo(Duration.ofSeconds(2));
  }

  @Test
  void an_answer_to_what_was_sent_before_the_throttling_does_not_end_it() {
    GraphRequest<?> before = WireParts.request();
    wire.gates.enter(before);
    wire.clock.advance(Duration.ofSeconds(1));
    wire.throttled(MAILBOX, 429, Duration.ofSeconds(5));
    wire.gates.succeeded(before);
    assertThat(wire.gates.throttledSince(MAILBOX)).contains(wire.clock.instant());
  }

  @Test
  void
      throttling_without_a_word_of_how_long_is_told_within_ten_seconds_once_an_hour_and_its_end_too(
          CapturedOutput output) {
    Instant begin = wire.clock.instant();
    while (!output
        .getOut()
        .contains("mailbox a@contoso.com is throttled by the service (HTTP 429) since " + begin)) {
      assertThat(Duration.between(begin, wire.clock.instant()))
          .isLessThanOrEqualTo(Duration.ofSeconds(10));
      wire.throttled(MAILBOX, 429, null);
    }
    while (wire.clock.instant().isBefore(begin.plus(Duration.ofMinutes(55)))) {
      wire.throttled(MAILBOX, 429, null);
    }
    assertThat(output.getOut().split("is throttled by the service")).hasSize(2);
    while (wire.clock.instant().isBefore(begin.plus(Duration.ofMinutes(65)))) {
      wire.throttled(MAILBOX, 429, null);
    }
    assertThat(output.getOut().split("is throttled by the service")).hasSize(3);
    assertThat(wire.gates.throttledSince(MAILBOX)).contains(begin);
    wire.pass(MAILBOX);
    assertThat(output.getOut()).contains("mailbox a@contoso.com is no longer throttled");
    assertThat(wire.gates.throttledSince(MAILBOX)).isEmpty();
  }

  @Test
  void a_long_wait_ends_when_the_runtime_stops_even_in_its_middle_and_leaves_its_place() {
    wire.throttled(MAILBOX, 429, Duration.ofMinutes(2));
    wire.onRest = rest -> wire.stopping = true;
    assertThatThrownBy(() -> wire.gates.enter(WireParts.request()))
        .isInstanceOf(StoppingException.class)
        .hasMessageContaining("Mailroom stops");
    assertThat(wire.rested).isLessThanOrEqualTo(Duration.ofSeconds(1));
    wire.stopping = false;
    wire.clock.advance(Duration.ofMinutes(3));
    for (int i = 0; i < 4; i++) {
      wire.gates.enter(WireParts.request());
    }
  }

  @Test
  void a_short_wait_goes_on_while_the_runtime_stops() {
    wire.throttled(MAILBOX, 429, Duration.ofSeconds(1));
    wire.stopping = true;
    wire.pass(MAILBOX);
    assertThat(wire.rested).isBetween(Duration.ofSeconds(1), Duration.ofSeconds(2));
  }

  @Test
  void nobody_sleeps_before_a_closed_mailbox_while_others_wait() {
    wire.throttled(MAILBOX, 429, Duration.ofMinutes(2));
    Instant opens = wire.clock.instant().plusSeconds(120);
    wire.onRest = rest -> wire.anyoneWaiting = wire.rested.compareTo(Duration.ofSeconds(5)) >= 0;
    assertThatThrownBy(() -> wire.gates.enter(WireParts.request()))
        .isInstanceOfSatisfying(
            MailboxClosedException.class,
            closed -> {
              assertThat(closed.mailbox()).isEqualTo(MAILBOX);
              assertThat(closed.until()).isEqualTo(opens);
            });
    assertThat(wire.rested).as("it went to sleep alone").isEqualTo(Duration.ofSeconds(5));
    assertThatThrownBy(() -> wire.gates.enter(WireParts.request()))
        .isInstanceOf(MailboxClosedException.class);
    assertThat(wire.rested).isEqualTo(Duration.ofSeconds(5));
  }

  @Test
  void a_used_up_quota_closes_a_mailbox_as_a_pause_does() {
    WireParts small = new WireParts("requests-per-window", "20");
    for (int i = 0; i < 20; i++) {
      small.pass(MAILBOX);
    }
    assertThat(small.gates.opensIn(MAILBOX)).isGreaterThan(Duration.ofMinutes(9));
    small.anyoneWaiting = true;
    assertThatThrownBy(() -> small.gates.enter(WireParts.request()))
        .isInstanceOf(MailboxClosedException.class);
    small.anyoneWaiting = false;
    small.pass(MAILBOX);
    assertThat(small.rested).isBetween(Duration.ofMinutes(10), Duration.ofMinutes(11));
  }

  @Test
  void an_interrupt_ends_the_wait_and_is_not_swallowed() throws Exception {
    GraphRequest<?>[] all = {
      WireParts.request(), WireParts.request(), WireParts.request(), WireParts.request()
    };
    for (GraphRequest<?> request : all) {
      wire.gates.enter(request);
    }
    AtomicReference<Thread> waiting = new AtomicReference<>();
    CountDownLatch begun = new CountDownLatch(1);
    CompletableFuture<Boolean> interrupted =
        CompletableFuture.supplyAsync(
            () -> {
              waiting.set(Thread.currentThread());
              begun.countDown();
              assertThatThrownBy(() -> wire.gates.enter(WireParts.request()))
                  .isInstanceOf(StoppingException.class);
              return Thread.currentThread().isInterrupted();
            },
            task -> new Thread(task).start());
    assertThat(begun.await(10, TimeUnit.SECONDS)).isTrue();
    Awaitility.await().until(() -> waiting.get().getState() == Thread.State.WAITING);
    waiting.get().interrupt();
    assertThat(interrupted.get(10, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void what_a_request_took_it_gives_back_though_it_weighs_more_when_it_leaves() {
    JsonBatch batch =
        new JsonBatch(
            "contoso",
            MAILBOX,
            null,
            BatchAnswersTest.parts(GraphOperation.MARK_MESSAGES, "m1"),
            1,
            null);
    for (int i = 0; i < 10; i++) {
      wire.gates.enter(batch);
      batch.content();
      batch.gone("1");
      wire.gates.leave(batch);
    }
    GraphRequest<?>[] all = {
      WireParts.request(), WireParts.request(), WireParts.request(), WireParts.request()
    };
    for (GraphRequest<?> request : all) {
      wire.gates.enter(request);
    }
    CompletableFuture<Void> fifth =
        CompletableFuture.runAsync(
            () -> wire.gates.enter(WireParts.request()), task -> new Thread(task).start());
    assertThat(fifth).isNotDone();
    wire.gates.leave(all[0]);
    fifth.join();
  }

  @Test
  void mailboxes_that_come_and_go_leave_nothing_behind() {
    for (int i = 0; i < 1000; i++) {
      wire.pass("mailbox-" + i + "@contoso.com");
    }
    GraphRequest<?> staying = WireParts.request();
    wire.gates.enter(staying);
    wire.clock.advance(Duration.ofHours(25));
    wire.pass("another@contoso.com");
    assertThat(wire.gates.size()).as("the one in use and the new one").isEqualTo(2);
    wire.gates.leave(staying);
    assertThat(wire.gates.requests(MAILBOX)).isEqualTo(1);
  }

  @Test
  void
      a_request_that_is_unanswered_for_more_than_thirty_seconds_is_named_with_its_beginning_until_it_is_answered() {
    GraphRequest<String> listing = WireParts.request(GraphOperation.LIST_MESSAGES, MAILBOX);
    Instant sent = wire.clock.instant();
    wire.gates.enter(listing);
    wire.clock.advance(Duration.ofSeconds(10));
    GraphRequest<String> content = WireParts.request(GraphOperation.GET_ATTACHMENT, MAILBOX);
    wire.gates.enter(content);
    wire.clock.advance(Duration.ofSeconds(20));
    assertThat(wire.gates.unanswered(MAILBOX)).as("30 s are usual").isEmpty();
    wire.clock.advance(Duration.ofSeconds(1));
    assertThat(wire.gates.unanswered("A@Contoso.com"))
        .as("the same mailbox")
        .contains(
            new MailboxGates.Unanswered(
                "list messages of a@contoso.com", sent, sent.plus(Duration.ofMinutes(15))));
    assertThat(wire.gates.unanswered("b@contoso.com")).as("another one").isEmpty();
    wire.gates.leave(listing);
    assertThat(wire.gates.unanswered(MAILBOX)).as("the other is unanswered for 21 s").isEmpty();
    wire.clock.advance(Duration.ofSeconds(10));
    assertThat(wire.gates.unanswered(MAILBOX))
        .hasValueSatisfying(
            waits -> assertThat(waits.request()).isEqualTo("get attachment of a@contoso.com"));
    wire.gates.leave(content);
    assertThat(wire.gates.unanswered(MAILBOX)).isEmpty();
  }

  @Test
  void what_is_unusually_long_follows_the_bound_for_silence() {
    WireParts patient = new WireParts("response-timeout", "10s");
    patient.gates.enter(WireParts.request());
    patient.clock.advance(Duration.ofMillis(3001));
    assertThat(patient.gates.unanswered(MAILBOX)).isPresent();
  }
}
