package org.mailroom.listing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.mailroom.graph.Graph;
import org.mailroom.graph.GraphException;

@Timeout(60)
class PagesTest {

  private final ScriptedService service = new ScriptedService();
  private final AtomicBoolean stopping = new AtomicBoolean();
  private final AtomicBoolean othersWait = new AtomicBoolean();
  private final List<Exception> failures = new ArrayList<>();
  private final List<Position> stored = new ArrayList<>();

  private Pages pages(Listing listing) {
    return pages(listing, service);
  }

  private Pages pages(Listing listing, Graph graph) {
    return new Pages(
        listing,
        graph,
        new Pages.Surroundings(
            stopping::get, pages -> othersWait.get() && pages >= 2, failures::add, stored::add),
        2);
  }

  private static List<String> ids(Page page) {
    return page.messages().stream().map(ListedMessage::id).toList();
  }

  private List<String> walk(Pages pages) {
    List<String> all = new ArrayList<>();
    while (pages.hasNext()) {
      Page page = pages.next();
      all.addAll(ids(page));
      pages.done(page, true);
    }
    return all;
  }

  @Test
  void a_third_page_is_held_back_until_one_of_two_is_done_and_positions_move_in_order()
      throws Exception {
    service.deliver(50);
    Pages pages = pages(service.listing(10));
    Page first = pages.next();
    Page second = pages.next();
    CompletableFuture<Page> third = CompletableFuture.supplyAsync(pages::next);
    assertThat(service.asked).hasSize(2);
    pages.done(second, true);
    assertThat(ids(third.get(10, TimeUnit.SECONDS)))
        .hasSize(9)
        .doesNotContainAnyElementsOf(ids(second));
    assertThat(service.asked).hasSize(3);
    assertThat(stored).isEmpty();
    pages.done(first, true);
    assertThat(stored).hasSize(1);
    pages.done(first, true);
    assertThat(stored).hasSize(1);
    pages.done(third.get(), true);
    assertThat(stored).hasSize(2);
    assertThat(walk(pages)).doesNotContainAnyElementsOf(ids(second)).contains("m49");
    assertThat(pages.isThrough()).isTrue();
    assertThat(pages.isBehind(null)).as("after the end nothing moves").isTrue();
  }

  @Test
  void whether_more_may_come_is_said_without_a_request_so_that_no_page_waits_for_the_next() {
    service.deliver(25);
    Pages pages = pages(service.listing(10));
    assertThat(pages.hasNext()).isTrue();
    assertThat(service.asked).isEmpty();
    pages.next();
    assertThat(pages.hasNext()).as("asking again takes nothing").isTrue();
    assertThat(pages.hasNext()).isTrue();
    assertThat(service.asked).hasSize(1);
    pages.next();
    assertThat(pages.hasNext()).as("though no place is free").isTrue();
    assertThat(service.asked).hasSize(2);
  }

  @Test
  void who_waits_for_a_page_to_be_done_sees_the_stop_and_an_interrupt() throws Exception {
    service.deliver(50);
    Pages pages = pages(service.listing(10));
    pages.next();
    pages.next();
    assertThat(pages.hasNext()).as("promised").isTrue();
    CompletableFuture<Page> waiting = CompletableFuture.supplyAsync(pages::next);
    assertThat(waiting).isNotDone();
    stopping.set(true);
    assertThat(ids(waiting.get(10, TimeUnit.SECONDS))).isEmpty();
    assertThat(pages.hasNext()).isFalse();
    stopping.set(false);
    Pages others = pages(service.listing(10));
    others.next();
    others.next();
    AtomicBoolean ended = new AtomicBoolean();
    Thread walker =
        new Thread(
            () ->
                ended.set(
                    ids(others.next()).isEmpty()
                        && !others.hasNext()
                        && Thread.currentThread().isInterrupted()));
    walker.start();
    walker.interrupt();
    await().untilTrue(ended);
    assertThat(service.asked).hasSize(4);
  }

  @Test
  void a_stop_in_the_middle_of_a_search_for_a_bad_message_asks_nothing_more_and_is_no_failure() {
    service.deliver(50);
    service.refusal =
        (question, request) -> {
          stopping.set(true);
          return ScriptedService.refused(500, null);
        };
    Pages pages = pages(service.listing(10));
    assertThat(walk(pages)).isEmpty();
    assertThat(service.asked).hasSize(2);
    assertThat(failures).isEmpty();
    assertThat(stored).isEmpty();
    assertThat(pages.isThrough()).isFalse();
  }

  @Test
  void an_import_whose_turn_is_over_goes_on_with_the_same_listing() {
    service.deliver(50);
    MessageListing listing = service.listing(10);
    othersWait.set(true);
    Pages turn = pages(listing);
    List<String> all = new ArrayList<>(walk(turn));
    assertThat(service.asked).hasSize(2);
    assertThat(turn.isSuspended()).isTrue();
    assertThat(turn.isEnded()).isFalse();
    assertThat(turn.isThrough()).isFalse();
    assertThat(turn.isBehind(ScriptedService.BEGIN)).isTrue();
    assertThat(turn.isBehind(ScriptedService.BEGIN.plusSeconds(40)))
        .as("what is still to be listed stays")
        .isFalse();
    othersWait.set(false);
    all.addAll(walk(pages(listing)));
    assertThat(all).hasSize(50).doesNotHaveDuplicates().contains("m0", "m49");
  }

  @Test
  void a_failure_goes_to_the_import_and_nothing_comes_behind_it() {
    service.deliver(50);
    Pages pages = pages(service.listing(10));
    Page first = pages.next();
    service.refusal =
        (question, request) -> ScriptedService.refused(401, "InvalidAuthenticationToken");
    assertThat(pages.hasNext()).isTrue();
    Page promised = pages.next();
    assertThat(promised.messages()).isEmpty();
    assertThat(promised.isListed()).isFalse();
    assertThat(pages.hasNext()).isFalse();
    assertThat(pages.hasNext()).isFalse();
    assertThatThrownBy(pages::next).isInstanceOf(NoSuchElementException.class);
    assertThat(failures).singleElement().isInstanceOf(GraphException.class);
    pages.done(promised, false);
    pages.done(first, true);
    assertThat(stored).as("what was delivered is stored all the same").hasSize(1);
    assertThat(pages.isThrough()).isFalse();
    assertThat(pages.isBehind(ScriptedService.BEGIN.plusSeconds(99)))
        .as("the listing isn't gone on with")
        .isTrue();
  }

  @Test
  void while_listing_is_paused_nothing_is_asked_for() {
    service.deliver(5);
    Pages pages = pages(service.listing(10));
    pages.pauseListing();
    assertThat(walk(pages)).isEmpty();
    assertThat(service.asked).isEmpty();
    assertThat(pages.isThrough()).isFalse();
  }

  @Test
  void what_is_in_hand_is_not_given_out_again_when_a_listing_begins_anew_and_what_is_through_is() {
    service.deliver(30);
    service.refuse(500, "ErrorCorruptData", false, "m12");
    Pages pages = pages(service.changes(10, null));
    Page first = pages.next();
    assertThat(ids(first)).contains("m0", "m9");
    Page beside = pages.next();
    assertThat(ids(beside))
        .as("the service doesn't list on, so it is asked from the beginning, without contents")
        .doesNotContainAnyElementsOf(ids(first));
    pages.done(beside, true);
    assertThat(walk(pages)).doesNotContainAnyElementsOf(ids(first));
    assertThat(stored).as("nothing behind the page in hand").isEmpty();
    Pages inTurn = pages(service.changes(10, null));
    assertThat(walk(inTurn))
        .as("the ledger knows what is through")
        .contains("m0", "m9", "m12", "m29");
  }

  @Test
  void a_page_that_no_listing_brought_moves_no_position() {
    service.deliver(5);
    Pages pages = pages(service.listing(10));
    pages.done(Page.ofMessages(List.of(ListedMessage.ofId("due"))), false);
    assertThat(walk(pages)).hasSize(5);
    assertThat(stored).hasSize(1);
    assertThat(pages.isThrough()).as("what the listing brought is delivered").isTrue();
  }

  @Test
  void a_page_that_is_not_whole_leaves_the_import_not_through_and_stores_nothing_behind_it() {
    service.deliver(50);
    Pages pages = pages(service.listing(10));
    Page first = pages.next();
    pages.done(first, false);
    assertThat(walk(pages)).contains("m49");
    assertThat(stored).isEmpty();
    assertThat(pages.isEnded()).isTrue();
    assertThat(pages.isThrough()).isFalse();
  }
}
