package org.mailroom.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.spy;
import static org.mockito.Mockito.when;

import java.net.ConnectException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GraphRetryTest {

  private static final String MAILBOX = "a@contoso.com";

  private final WireParts wire = new WireParts();
  private final GraphRetry retry =
      new GraphRetry(wire.gates, wire.stop, wire.properties, wire.clock);

  /** How often a request is sent that always fails so. */
  private int tries(GraphOperation operation, int status, String code, Throwable cause) {
    GraphRequest<String> request = WireParts.request(operation, MAILBOX);
    for (int tries = 1; tries < 100; tries++) {
      GraphException failure = new GraphException(operation, MAILBOX, status, code, null, cause);
      request.tries().begin(wire.clock.instant());
      request.tries().failed(failure);
      if (!retry.mayHelp(request, failure)) {
        return tries;
      }
    }
    return 100;
  }

  @ParameterizedTest
  @CsvSource({
    "GET_MESSAGE, 500, , 5",
    "GET_ATTACHMENT, 0, MailroomTooSlow, 5",
    "GET_MIME, 0, MailroomCutAnswer, 5",
    "LIST_ATTACHMENTS, 0, MailroomNotJson, 5",
    "BATCH, 503, , 5",
    "BATCH, 0, MailroomCutAnswer, 5",
    "MARK_MESSAGES, 412, , 5",
    "GET_MESSAGE, 403, ErrorAccessDenied, 1",
    "GET_MESSAGE, 404, ErrorItemNotFound, 1",
    "LIST_MESSAGES, 500, , 2",
    "LIST_MESSAGES, 504, , 2",
    "LIST_MESSAGES, 503, , 2",
    "LIST_CHANGES, 0, MailroomCutAnswer, 2",
    "LIST_MESSAGES, 0, MailroomNotJson, 2",
    "LIST_MESSAGES, 0, MailroomNoAnswer, 1",
    "LIST_MESSAGES, 400, ErrorInvalidRecipients, 1",
    "LIST_MESSAGES, 0, MailroomForeignNextLink, 1",
    "LIST_MESSAGES, 0, MailroomEndlessListing, 1",
    "CREATE_FOLDER, 409, ErrorFolderExists, 1",
    "FIND_FOLDER, 500, , 5",
    "FIND_FOLDER, 404, MailroomFolderNotFound, 1",
    "GET_MESSAGE, 503, ErrorQuotaExceeded, 1",
    "MOVE_MESSAGES, 404, ErrorItemNotFound, 5",
    "GET_MESSAGE, 401, , 2"
  })
  void each_request_has_an_end(GraphOperation operation, int status, String code, int expected) {
    assertThat(tries(operation, status, code, null)).isEqualTo(expected);
  }

  @Test
  void
      a_question_whether_the_service_answers_is_not_repeated_when_it_does_not_and_waits_when_it_is_throttled() {
    GraphRequest<String> probe = spy(WireParts.request(GraphOperation.LIST_MESSAGES, MAILBOX));
    when(probe.isProbe()).thenReturn(true);
    for (int status : new int[] {503, 429}) {
      GraphException failure =
          new GraphException(GraphOperation.LIST_MESSAGES, MAILBOX, status, null, null, null);
      probe.tries().begin(wire.clock.instant());
      probe.tries().failed(failure);
      assertThat(retry.mayHelp(probe, failure)).isEqualTo(status == 429);
    }
  }

  @Test
  void an_outage_is_no_reason_for_smaller_pages() {
    assertThat(tries(GraphOperation.LIST_MESSAGES, 0, null, new ConnectException("refused")))
        .isEqualTo(5);
  }

  @Test
  void the_number_of_tries_is_settable() {
    WireParts few = new WireParts("tries", "1");
    GraphRequest<String> request = WireParts.request();
    GraphException failure =
        new GraphException(request.operation(), MAILBOX, 500, null, null, null);
    request.tries().failed(failure);
    assertThat(
            new GraphRetry(few.gates, few.stop, few.properties, few.clock)
                .mayHelp(request, failure))
        .isFalse();
  }

  @Test
  void throttling_is_waited_for_by_time_and_not_by_number() {
    GraphRequest<String> request = WireParts.request();
    int tries = 0;
    Duration from = Duration.ZERO;
    GraphException failure;
    do {
      wire.gates.enter(request);
      request.tries().begin(wire.clock.instant());
      failure = new GraphException(request.operation(), MAILBOX, 429, null, null, null);
      wire.gates.pause(request, 429, Duration.ofSeconds(20));
      wire.gates.leave(request);
      request.tries().failed(failure);
      tries++;
    } while (retry.mayHelp(request, failure));
    assertThat(tries).isBetween(175, 185);
    assertThat(Duration.between(request.tries().first(), wire.clock.instant()).minus(from))
        .isBetween(Duration.ofMinutes(58), Duration.ofMinutes(60));
  }

  @Test
  void a_wait_beyond_the_bound_of_throttling_is_left_to_the_next_poll() {
    GraphRequest<String> request = WireParts.request();
    request.tries().begin(wire.clock.instant());
    wire.gates.pause(request, 429, Duration.ofHours(2));
    GraphException failure =
        new GraphException(request.operation(), MAILBOX, 429, null, null, null);
    request.tries().failed(failure);
    assertThat(retry.mayHelp(request, failure)).isFalse();
  }

  @Test
  void nothing_is_sent_again_while_the_runtime_stops_or_for_what_somebody_else_did() {
    GraphRequest<String> request = WireParts.request();
    GraphException failure =
        new GraphException(request.operation(), MAILBOX, 500, null, null, null);
    request.tries().begin(wire.clock.instant());
    request.tries().failed(failure);
    assertThat(retry.mayHelp(request, failure)).isTrue();
    assertThat(
            retry.mayHelp(
                request, new GraphException(request.operation(), MAILBOX, 500, null, null, null)))
        .isFalse();
    assertThat(retry.mayHelp(request, null)).isFalse();
    wire.stopping = true;
    assertThat(retry.mayHelp(request, failure)).isFalse();
  }

  @Test
  void a_token_that_stays_is_not_tried_again() {
    GraphRequest<String> request = WireParts.request();
    GraphException failure =
        new GraphException(request.operation(), MAILBOX, 401, null, null, null);
    request.tries().begin(wire.clock.instant());
    request.tries().tokenStays();
    request.tries().failed(failure);
    assertThat(retry.mayHelp(request, failure)).isFalse();
  }
}
