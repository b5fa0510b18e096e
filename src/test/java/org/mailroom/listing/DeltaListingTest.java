package org.mailroom.listing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.mailroom.graph.GraphException;

@Timeout(60)
class DeltaListingTest {

  private final ScriptedService service = new ScriptedService();
  private URI link;

  private List<ListedMessage> walk(DeltaListing listing) {
    List<ListedMessage> all = new ArrayList<>();
    while (!listing.isEnded()) {
      Listed page = listing.next(service);
      all.addAll(page.messages());
      link = page.position().link();
    }
    return all;
  }

  private static List<String> ids(int from, int to) {
    return IntStream.range(from, to).mapToObj(i -> "m" + i).toList();
  }

  @Test
  void the_first_round_lists_the_folder_and_the_next_one_what_came_since() {
    service.deliver(25);
    assertThat(walk(service.changes(10, null))).extracting(ListedMessage::id).isEqualTo(ids(0, 25));
    assertThat(link).hasParameter("$token");
    assertThat(walk(service.changes(10, link))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(ints = {400, 403, 404, 409, 500, 502, 503, 504})
  void
      a_message_because_of_which_each_page_is_refused_leads_to_a_round_without_contents_in_which_none_is_missing(
          int status) {
    service.deliver(50);
    service.refuse(status, "ErrorCorruptData", false, "m30");
    DeltaListing listing = service.changes(20, null);
    List<ListedMessage> listed = walk(listing);
    assertThat(listed).extracting(ListedMessage::id).containsAll(ids(0, 50));
    assertThat(listed.subList(listed.size() - 50, listed.size()))
        .as("each is fetched by itself")
        .extracting(ListedMessage::id)
        .isEqualTo(ids(0, 50));
    assertThat(listed.subList(listed.size() - 50, listed.size()))
        .allMatch(message -> message.resource() == null && message.receivedAt() != null);
    assertThat(service.asked).hasSizeLessThan(30);
  }

  @ParameterizedTest
  @CsvSource({
    "403,ErrorAccessDenied,3",
    "404,ErrorItemNotFound,2",
    "503,,3",
    "500,,3",
    "429,TooManyRequests,2",
    "401,InvalidAuthenticationToken,1"
  })
  void what_every_question_is_refused_with_is_the_failure_of_the_account_after_few_requests(
      int status, String code, int requests) {
    service.deliver(50);
    GraphException refusal = ScriptedService.refused(status, code);
    service.refusal =
        (question, request) ->
            service.asked.size() <= 1 ? refusal : ScriptedService.refused(status, code);
    assertThatThrownBy(() -> walk(service.changes(20, null))).isSameAs(refusal);
    assertThat(service.asked).hasSizeLessThanOrEqualTo(requests);
  }

  @Test
  void a_page_that_is_too_large_to_be_answered_is_asked_for_in_smaller_ones() {
    service.deliver(50);
    service.refusal =
        (question, request) -> question.messages().size() > 8 ? ScriptedService.timedOut() : null;
    DeltaListing listing = service.changes(20, null);
    List<ListedMessage> listed = walk(listing);
    assertThat(listed).extracting(ListedMessage::id).isEqualTo(ids(0, 50));
    assertThat(listed).allMatch(message -> message.resource() != null);
    assertThat(listing.hints().most()).isBetween(1, 8);
  }

  @Test
  void a_service_that_has_forgotten_the_link_is_read_from_the_beginning_once() {
    service.deliver(25);
    walk(service.changes(10, null));
    service.forgetRounds();
    assertThat(walk(service.changes(10, link))).extracting(ListedMessage::id).isEqualTo(ids(0, 25));
    service.refusal = (question, request) -> ScriptedService.refused(410, "SyncStateNotFound");
    assertThatThrownBy(() -> walk(service.changes(10, link)))
        .isInstanceOf(GraphException.class)
        .extracting(failure -> ((GraphException) failure).status())
        .isEqualTo(410);
  }

  @Test
  void of_what_came_before_the_first_round_only_what_is_unread_counts() {
    service.deliver("old-read", ScriptedService.BEGIN.minusSeconds(2));
    service.deliver("old", ScriptedService.BEGIN.minusSeconds(1));
    service.deliver("new-read", ScriptedService.BEGIN);
    service.read("old-read");
    service.read("new-read");
    assertThat(walk(service.changes(10, null)))
        .extracting(ListedMessage::id)
        .containsExactly("old", "new-read");
  }

  @Test
  void an_answer_without_any_link_is_not_taken_for_the_end() {
    service.deliver(5);
    service.answer =
        (page, question) -> {
          page.remove(List.of("@odata.nextLink", "@odata.deltaLink"));
          return page.toString();
        };
    DeltaListing listing = service.changes(10, null);
    assertThatThrownBy(() -> walk(listing)).isInstanceOf(GraphException.class);
    assertThat(listing.isEnded()).isFalse();
  }
}
