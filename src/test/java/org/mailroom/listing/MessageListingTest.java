package org.mailroom.listing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ArrayNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.mailroom.graph.GraphException;

@Timeout(60)
class MessageListingTest {

  private final ScriptedService service = new ScriptedService();

  private static List<String> ids(int from, int to) {
    return IntStream.range(from, to).mapToObj(i -> "m" + i).toList();
  }

  private List<ListedMessage> walk(Listing listing) {
    return walk(listing, page -> {});
  }

  private List<ListedMessage> walk(Listing listing, Consumer<List<ListedMessage>> each) {
    List<ListedMessage> all = new ArrayList<>();
    while (!listing.isEnded()) {
      List<ListedMessage> page = listing.next(service).messages();
      all.addAll(page);
      each.accept(page);
    }
    return all;
  }

  private static List<String> idsOf(List<ListedMessage> messages) {
    return messages.stream().map(ListedMessage::id).toList();
  }

  @Test
  void everything_is_listed_once_oldest_first_though_each_page_is_marked_as_soon_as_it_is_there() {
    service.deliver(1000);
    MessageListing listing = service.listing(200);
    List<ListedMessage> listed =
        walk(
            listing,
            page ->
                page.forEach(
                    message -> {
                      assertThat(listing.isBehind(message.receivedAt()))
                          .as("all of a page may be marked at once")
                          .isTrue();
                      service.read(message.id());
                    }));
    assertThat(idsOf(listed)).isEqualTo(ids(0, 1000));
    assertThat(listed).allMatch(message -> message.resource() != null);
    assertThat(service.asked).hasSizeLessThanOrEqualTo(6);
    assertThat(listing.unlistable()).isZero();
    assertThat(listing.hints()).isEqualTo(Hints.NONE);
  }

  @Test
  void
      more_messages_of_one_second_than_fit_on_a_page_are_listed_once_and_not_marked_before_the_walk_has_left_it() {
    IntStream.range(0, 5)
        .forEach(i -> service.deliver("before" + i, ScriptedService.BEGIN.minusSeconds(5 - i)));
    IntStream.range(0, 30).forEach(i -> service.deliver("same" + i, ScriptedService.BEGIN));
    IntStream.range(0, 5)
        .forEach(i -> service.deliver("after" + i, ScriptedService.BEGIN.plusSeconds(1 + i)));
    MessageListing listing = service.listing(10);
    List<ListedMessage> waiting = new ArrayList<>();
    List<ListedMessage> listed =
        walk(
            listing,
            page -> {
              waiting.addAll(page);
              waiting.removeIf(
                  message -> {
                    boolean behind = listing.isBehind(message.receivedAt());
                    if (behind) {
                      service.read(message.id());
                    }
                    return behind;
                  });
            });
    assertThat(idsOf(listed)).hasSize(40).doesNotHaveDuplicates();
    assertThat(waiting).isEmpty();
  }

  @Test
  void
      a_page_without_messages_is_passed_by_its_next_link_and_a_link_elsewhere_or_in_a_circle_ends_the_walk() {
    service.deliver(25);
    service.answer =
        (page, question) -> {
          if (service.asked.size() == 1) {
            page.putArray("value");
          }
          return page.toString();
        };
    assertThat(idsOf(walk(service.listing(10))))
        .isSubsetOf(ids(0, 25))
        .hasSizeGreaterThanOrEqualTo(15);
    service.answer = (page, question) -> page.toString();
    service.nextLink = link -> link.replace("graph.example", "elsewhere.example");
    assertThatThrownBy(() -> walk(service.listing(10)))
        .isInstanceOf(GraphException.class)
        .extracting(failure -> ((GraphException) failure).code())
        .isEqualTo("MailroomForeignNextLink");
    service.nextLink = link -> link.replaceFirst("skip=\\d+", "skip=0");
    service.answer =
        (page, question) -> {
          page.putArray("value");
          return page.toString();
        };
    assertThatThrownBy(() -> walk(service.listing(10)))
        .isInstanceOf(GraphException.class)
        .extracting(failure -> ((GraphException) failure).code())
        .isEqualTo("MailroomEndlessListing");
  }

  @Test
  void a_full_page_without_a_next_link_is_not_taken_for_the_end() {
    service.deliver(25);
    service.answer =
        (page, question) -> {
          page.remove("@odata.nextLink");
          return page.toString();
        };
    assertThat(idsOf(walk(service.listing(10)))).isEqualTo(ids(0, 25));
    service.messages.clear();
    IntStream.range(0, 25).forEach(i -> service.deliver("m" + i, ScriptedService.BEGIN));
    assertThat(idsOf(walk(service.listing(10))))
        .as("of one second, too")
        .hasSize(25)
        .doesNotHaveDuplicates();
  }

  @ParameterizedTest
  @ValueSource(ints = {400, 403, 404, 409, 500, 502, 503, 504})
  void
      a_message_because_of_which_each_page_is_refused_is_listed_by_its_id_and_all_others_with_their_contents(
          int status) {
    service.deliver(300);
    service.refuse(status, "ErrorInvalidRecipients", false, "m150");
    MessageListing listing = service.listing(200);
    List<ListedMessage> listed = walk(listing);
    assertThat(idsOf(listed)).isEqualTo(ids(0, 300));
    assertThat(listed)
        .filteredOn(message -> message.resource() == null)
        .singleElement()
        .satisfies(
            bad -> {
              assertThat(bad.id()).isEqualTo("m150");
              assertThat(bad.receivedAt()).isEqualTo(ScriptedService.BEGIN.plusSeconds(150));
            });
    assertThat(listing.unlistable()).isZero();
    assertThat(service.asked).hasSizeLessThan(60);
  }

  @ParameterizedTest
  @CsvSource({"400,1", "403,2", "404,4", "500,1", "500,4", "503,5", "502,20", "504,15", "500,100"})
  void messages_in_a_row_that_are_refused_whatever_is_asked_are_stepped_over_and_counted(
      int status, int inARow) {
    service.deliver(inARow + 60);
    List<String> bad = ids(2, 2 + inARow);
    service.refuse(status, "ErrorCorruptData", true, bad.toArray(String[]::new));
    MessageListing listing = service.listing(50);
    assertThat(idsOf(walk(listing)))
        .doesNotContainAnyElementsOf(bad)
        .hasSize(60)
        .doesNotHaveDuplicates();
    assertThat(listing.unlistable()).isEqualTo(inARow);
    assertThat(service.asked.size()).as("requests").isLessThan(60 + 3 * inARow);
  }

  @Test
  void bad_messages_of_the_same_second_as_good_ones_are_counted_once() {
    for (int i = 0; i < 12; i++) {
      service.deliver("m" + i, ScriptedService.BEGIN.plusSeconds(i / 4));
    }
    service.refuse(500, "ErrorCorruptData", true, "m1", "m4", "m11");
    MessageListing listing = service.listing(5);
    assertThat(idsOf(walk(listing)))
        .containsExactlyInAnyOrderElementsOf(
            ids(0, 12).stream().filter(id -> !Set.of("m1", "m4", "m11").contains(id)).toList());
    assertThat(listing.unlistable()).isEqualTo(3);
  }

  @Test
  void when_every_message_is_bad_the_listing_ends_and_counts_them() {
    service.deliver(5);
    service.refuse(500, "ErrorCorruptData", true, ids(0, 5).toArray(String[]::new));
    MessageListing listing = service.listing(200);
    assertThat(walk(listing)).isEmpty();
    assertThat(listing.unlistable()).isEqualTo(5);
  }

  @ParameterizedTest
  @CsvSource({
    "403,ErrorAccessDenied,5",
    "404,ErrorItemNotFound,5",
    "400,BadRequest,5",
    "500,,8",
    "502,,8",
    "503,,8",
    "409,ErrorIrresolvableConflict,6",
    "429,TooManyRequests,2",
    "401,InvalidAuthenticationToken,1",
    "404,ErrorInvalidUser,1",
    "404,ErrorNonExistentMailbox,1",
    "403,MailboxNotEnabledForRESTAPI,1",
    "400,InefficientFilter,1",
    "400,ErrorInvalidRestriction,1"
  })
  void what_every_question_is_refused_with_is_the_failure_of_the_account_after_few_requests(
      int status, String code, int requests) {
    service.deliver(1000);
    GraphException refusal = ScriptedService.refused(status, code);
    service.refusal =
        (question, request) ->
            service.asked.size() <= 1 ? refusal : ScriptedService.refused(status, code);
    assertThatThrownBy(() -> walk(service.listing(200))).isSameAs(refusal);
    assertThat(service.asked).hasSizeLessThanOrEqualTo(requests);
  }

  @Test
  void an_outage_in_the_middle_is_the_accounts_failure_and_nothing_is_counted_as_bad() {
    service.deliver(1000);
    MessageListing listing = service.listing(200);
    listing.next(service);
    int before = service.asked.size();
    service.refusal = (question, request) -> ScriptedService.refused(503, null);
    assertThatThrownBy(() -> listing.next(service)).isInstanceOf(GraphException.class);
    assertThat(service.asked.size() - before).isLessThanOrEqualTo(8);
    assertThat(listing.unlistable()).isZero();
  }

  @Test
  void a_moments_trouble_is_taken_for_no_bad_message() {
    service.deliver(50);
    service.refusal =
        (question, request) ->
            service.asked.size() <= 2 ? ScriptedService.refused(500, null) : null;
    MessageListing listing = service.listing(200);
    assertThat(idsOf(walk(listing))).isEqualTo(ids(0, 50));
    assertThat(listing.unlistable()).isZero();
    assertThat(listing.hints()).isEqualTo(Hints.NONE);
  }

  @Test
  void a_page_size_that_is_never_answered_is_halved_and_not_tried_again_for_a_while() {
    service.deliver(100);
    service.refusal =
        (question, request) -> question.top() >= 60 ? ScriptedService.timedOut() : null;
    MessageListing first = service.listing(200);
    assertThat(idsOf(walk(first))).isEqualTo(ids(0, 100));
    assertThat(service.asked)
        .filteredOn(uri -> Integer.parseInt(ScriptedService.options(uri).get("$top")) >= 60)
        .hasSize(3);
    service.asked.clear();
    MessageListing second = service.listing(200, first.hints());
    assertThat(idsOf(walk(second))).isEqualTo(ids(0, 100));
    assertThat(service.asked)
        .noneMatch(uri -> Integer.parseInt(ScriptedService.options(uri).get("$top")) >= 60);
    assertThat(second.hints()).as("the next one knows, too").isEqualTo(first.hints());
    service.clock.pass(Duration.ofDays(1));
    service.asked.clear();
    service.refusal = (question, request) -> null;
    walk(service.listing(200, first.hints()));
    assertThat(service.asked)
        .anyMatch(uri -> ScriptedService.options(uri).get("$top").equals("200"));
  }

  @Test
  void a_bad_message_that_is_still_there_costs_the_next_walk_few_requests() {
    service.deliver(1);
    service.refuse(500, "ErrorCorruptData", false, "m0");
    MessageListing first = service.listing(200);
    walk(first);
    service.asked.clear();
    assertThat(idsOf(walk(service.listing(200, first.hints())))).containsExactly("m0");
    assertThat(service.asked).hasSizeLessThanOrEqualTo(4);
  }

  @Test
  void a_page_whose_json_breaks_off_or_that_is_an_error_is_asked_for_in_smaller_pages() {
    service.deliver(20);
    for (String broken :
        List.of(
            "{\"value\":[{\"id\":\"m0\"}{\"error\":{\"code\":\"ErrorInternalServerError\"}}}",
            "{\"value\":[{\"id\":\"m0\",\"sub",
            "{\"error\":{\"code\":\"ErrorInternalServerError\",\"message\":\"no\"}}",
            "{}",
            "",
            "<html>")) {
      service.answer =
          (page, question) -> question.has("m7") && !question.light() ? broken : page.toString();
      MessageListing listing = service.listing(200);
      List<ListedMessage> listed = walk(listing);
      assertThat(idsOf(listed)).as(broken).isEqualTo(ids(0, 20));
      assertThat(listed).filteredOn(message -> message.resource() == null).hasSize(1);
      service.answer = (page, question) -> question.has("m7") ? broken : page.toString();
      listing = service.listing(200);
      assertThat(idsOf(walk(listing))).as(broken).hasSize(19).doesNotContain("m7");
      assertThat(listing.unlistable()).isEqualTo(1);
    }
  }

  @Test
  void a_null_or_something_without_an_id_between_the_messages_is_counted_and_hides_no_other() {
    service.deliver(20);
    for (boolean isNull : new boolean[] {true, false}) {
      service.answer =
          (page, question) -> {
            ArrayNode value = (ArrayNode) page.path("value");
            for (int i = 0; i < value.size(); i++) {
              if (value.get(i).path("id").asText().equals("m7")) {
                value.set(
                    i,
                    isNull
                        ? service.json.nullNode()
                        : service.json.createObjectNode().put("subject", "nobody"));
              }
            }
            return page.toString();
          };
      MessageListing listing = service.listing(200);
      assertThat(idsOf(walk(listing))).hasSize(19).doesNotContain("m7");
      assertThat(listing.unlistable()).isEqualTo(1);
    }
  }

  @Test
  void something_without_an_id_on_every_page_is_counted_and_ends_no_import() {
    service.deliver(3);
    service.answer =
        (page, question) -> {
          if (!question.messages().isEmpty()) {
            ((ArrayNode) page.path("value")).insertObject(0).put("subject", "nobody");
          }
          return page.toString();
        };
    MessageListing listing = service.listing(200);
    assertThat(idsOf(walk(listing))).isEqualTo(ids(0, 3));
    assertThat(listing.unlistable()).isPositive();
  }

  @Test
  void a_message_without_its_body_is_fetched_by_itself() {
    service.deliver(3);
    service.answer =
        (page, question) ->
            page.toString().replace("\"body\":{\"content\":\"text of m1\"}", "\"subject\":\"1\"");
    assertThat(walk(service.listing(200)))
        .filteredOn(message -> message.resource() == null)
        .extracting(ListedMessage::id)
        .containsExactly("m1");
  }

  @Test
  void what_is_left_is_counted_from_where_the_walk_stands() {
    service.deliver(30);
    MessageListing listing = service.listing(10);
    assertThat(listing.count(service, service.json)).isEqualTo(30);
    listing.next(service);
    assertThat(listing.count(service, service.json)).isEqualTo(21);
  }
}
