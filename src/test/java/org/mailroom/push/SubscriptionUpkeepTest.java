package org.mailroom.push;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.mailroom.graph.GraphException;
import org.mailroom.graph.GraphOperation;
import org.mailroom.push.PushParts.Node;
import org.mailroom.settings.PollAt;
import org.mailroom.settings.RouteNotRunningException;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.dao.DataAccessException;

/**
 * Subscriptions from created over renewed to deleted, on nodes that share a database, by a clock
 * that the test drives.
 */
@ExtendWith(OutputCaptureExtension.class)
class SubscriptionUpkeepTest {

  private static final String SUPPORT = "support@contoso.com";

  private final PushParts parts = new PushParts();

  @AfterEach
  void stop() {
    parts.threads.shutdownNow();
  }

  private static GraphException refused(GraphOperation operation, int status, String code) {
    return new GraphException(operation, SUPPORT, status, code, null, null);
  }

  @Test
  void
      a_mailbox_is_subscribed_to_once_however_many_accounts_and_nodes_read_it_and_whatever_their_case() {
    Node one = parts.node().knows("support", "Support@contoso.com").knows("tickets", SUPPORT);
    Node other = parts.node().knows("support", SUPPORT).knows("tickets", SUPPORT);
    one.round();
    other.round();
    one.round();
    assertThat(parts.service.created).hasSize(1);
    assertThat(parts.row(SUPPORT).id()).isEqualTo("id-1-" + SUPPORT);
    assertThat(parts.row(SUPPORT).expiresAt())
        .isEqualTo(parts.clock.instant().plus(Duration.ofDays(7)));
  }

  @Test
  void what_one_node_is_at_no_other_begins() throws Exception {
    Node one = parts.node().knows("support", SUPPORT);
    Node other = parts.node().knows("support", SUPPORT);
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch answered = new CountDownLatch(1);
    parts.service.meanwhile =
        () -> {
          asked.countDown();
          try {
            answered.await(60, TimeUnit.SECONDS);
          } catch (InterruptedException e) {
            throw new IllegalStateException(e);
          }
        };
    Thread first = new Thread(one::round);
    first.start();
    assertThat(asked.await(60, TimeUnit.SECONDS)).isTrue();
    other.round();
    answered.countDown();
    first.join();
    other.round();
    assertThat(parts.service.created).hasSize(1);
  }

  @Test
  void what_a_node_took_and_died_with_another_one_takes_later() {
    parts.table.add(
        new WantedSubscription(
            SUPPORT, "contoso", "users/support@contoso.com/mailFolders('inbox')/messages"),
        PushParts.PUBLIC_URL + "/notifications",
        parts.clock.instant());
    parts.table.take(parts.row(SUPPORT), parts.clock.instant(), Duration.ofSeconds(60));
    Node other = parts.node().knows("support", SUPPORT);
    other.round();
    assertThat(parts.service.created).isEmpty();
    parts.clock.passSeconds(61);
    other.round();
    assertThat(parts.service.created).hasSize(1);
  }

  @Test
  void it_is_renewed_at_half_of_its_life_and_keeps_its_id_and_its_secret() {
    Node node = parts.node().knows("support", SUPPORT);
    node.round();
    String secret = parts.row(SUPPORT).clientState();
    parts.clock.pass(Duration.ofHours(83));
    node.round();
    assertThat(parts.service.renewed).isEmpty();
    parts.clock.pass(Duration.ofHours(1));
    node.round();
    assertThat(parts.service.renewed).containsExactly("id-1-" + SUPPORT);
    assertThat(parts.row(SUPPORT).expiresAt())
        .isEqualTo(parts.clock.instant().plus(Duration.ofDays(7)));
    assertThat(parts.row(SUPPORT).clientState()).isEqualTo(secret);
    node.round();
    assertThat(parts.service.renewed).hasSize(1);
  }

  @Test
  void
      one_whose_times_are_of_a_clock_that_was_wrong_is_renewed_at_once_and_what_is_taken_by_it_is_free() {
    Node node = parts.node().knows("support", SUPPORT);
    parts.clock.pass(Duration.ofDays(365));
    node.round();
    parts.clock.pass(Duration.ofDays(-365));
    node.round();
    node.round();
    assertThat(parts.service.renewed).containsExactly("id-1-" + SUPPORT);
    assertThat(parts.row(SUPPORT).expiresAt())
        .isEqualTo(parts.clock.instant().plus(Duration.ofDays(7)));
    parts.table.take(
        parts.row(SUPPORT),
        parts.clock.instant().plus(Duration.ofDays(365)),
        Duration.ofSeconds(60));
    parts.clock.pass(Duration.ofHours(84));
    node.round();
    assertThat(parts.service.renewed).hasSize(2);
  }

  @Test
  void one_that_graph_has_no_more_or_that_has_expired_is_created_anew() {
    Node node = parts.node().knows("support", SUPPORT);
    node.round();
    parts.service.refusesToRenew =
        refused(GraphOperation.RENEW_SUBSCRIPTION, 404, "ResourceNotFound");
    parts.clock.pass(Duration.ofHours(84));
    node.round();
    assertThat(parts.row(SUPPORT).id()).isEqualTo("id-2-" + SUPPORT);
    parts.clock.pass(Duration.ofDays(8));
    node.round();
    assertThat(parts.row(SUPPORT).id()).isEqualTo("id-3-" + SUPPORT);
    assertThat(parts.service.deleted).isEmpty();
  }

  @Test
  void trouble_of_the_service_at_a_renewal_leaves_it_as_it_is_and_is_tried_again_until_its_end() {
    Node node = parts.node().knows("support", SUPPORT);
    node.round();
    parts.service.refusesToRenew = refused(GraphOperation.RENEW_SUBSCRIPTION, 503, null);
    parts.clock.pass(Duration.ofHours(84));
    node.round();
    node.round();
    assertThat(parts.service.renewed).hasSize(1);
    assertThat(parts.row(SUPPORT).isThere(parts.clock.instant())).isTrue();
    parts.clock.passSeconds(61);
    node.round();
    assertThat(parts.service.renewed).hasSize(2);
    parts.service.refusesToRenew = null;
    parts.clock.pass(Duration.ofMinutes(2));
    node.round();
    assertThat(parts.row(SUPPORT).expiresAt())
        .isEqualTo(parts.clock.instant().plus(Duration.ofDays(7)));
  }

  @Test
  void an_event_of_its_life_renews_it_or_creates_it_anew_at_once() {
    Node node = parts.node().knows("support", SUPPORT);
    node.round();
    node.events.add("id-1-" + SUPPORT, "reauthorizationRequired");
    node.round();
    assertThat(parts.service.renewed).containsExactly("id-1-" + SUPPORT);
    node.round();
    assertThat(parts.service.renewed).as("once").hasSize(1);
    node.events.add("id-1-" + SUPPORT, "subscriptionRemoved");
    node.round();
    node.round();
    assertThat(parts.service.created).hasSize(2);
    assertThat(parts.row(SUPPORT).id()).isEqualTo("id-2-" + SUPPORT);
  }

  @Test
  void it_is_deleted_when_no_node_has_an_account_for_it_any_more() {
    Node one = parts.node().knows("support", SUPPORT);
    Node other = parts.node().knows("support", SUPPORT);
    one.round();
    one.known.clear();
    for (int minute = 0; minute < 10; minute++) {
      parts.clock.pass(Duration.ofMinutes(1).plusSeconds(1));
      other.round();
      one.round();
    }
    assertThat(parts.service.deleted).as("the other node has the account").isEmpty();
    other.known.clear();
    parts.clock.pass(Duration.ofMinutes(4));
    one.round();
    other.round();
    assertThat(parts.service.deleted).containsExactly("id-1-" + SUPPORT);
    assertThat(parts.table.all()).isEmpty();
  }

  @Test
  void with_push_switched_off_what_was_subscribed_is_deleted_and_nothing_is_left_to_do()
      throws Exception {
    parts.node().knows("support", SUPPORT).round();
    Node off =
        parts
            .node(Map.of("mailroom.public-url", PushParts.PUBLIC_URL, "mailroom.push.mode", "off"))
            .knows("support", SUPPORT);
    parts.clock.pass(Duration.ofMinutes(4));
    assertThat(off.upkeep.round()).isTrue();
    assertThat(parts.service.deleted).containsExactly("id-1-" + SUPPORT);
    assertThat(off.upkeep.round()).isFalse();
  }

  @Test
  void without_an_https_address_nobody_is_subscribed() throws Exception {
    assertThat(parts.node(Map.of()).knows("support", SUPPORT).upkeep.round()).isFalse();
    assertThat(
            parts
                .node(Map.of("mailroom.public-url", "http://mailroom.contoso.com"))
                .knows("support", SUPPORT)
                .upkeep
                .round())
        .isFalse();
    assertThat(parts.table.all()).isEmpty();
  }

  @Test
  void
      one_folder_is_subscribed_to_by_its_name_several_as_the_whole_mailbox_and_another_choice_replaces_it() {
    Node node = parts.node().knows("support", SUPPORT);
    node.round();
    assertThat(parts.row(SUPPORT).resource())
        .isEqualTo("users/support@contoso.com/mailFolders('inbox')/messages");
    node.knows(PushParts.account("support", SUPPORT, List.of("inbox", "Inbox/Tickets"), null));
    node.round();
    assertThat(parts.service.deleted).as("another node may still be of another opinion").isEmpty();
    parts.clock.pass(Duration.ofMinutes(4));
    node.round();
    assertThat(parts.row(SUPPORT).resource()).isEqualTo("users/support@contoso.com/messages");
    assertThat(parts.service.deleted).containsExactly("id-1-" + SUPPORT);
    assertThat(parts.row(SUPPORT).id()).isEqualTo("id-2-" + SUPPORT);
  }

  @Test
  void an_account_with_times_of_its_own_is_not_subscribed() {
    Node node =
        parts
            .node()
            .knows(
                PushParts.account(
                    "support", SUPPORT, List.of("inbox"), PollAt.parse("0 0 6 * * *", "UTC")));
    node.round();
    node.round();
    assertThat(parts.table.all()).isEmpty();
  }

  @Test
  void a_refusal_is_told_once_with_what_to_do_and_tried_again_later_and_once_it_works_that_is_told(
      CapturedOutput output) {
    Node node = parts.node().knows("support", SUPPORT).knows("orders", "orders@contoso.com");
    parts.service.refusesToCreate =
        wanted ->
            wanted.key().equals(SUPPORT)
                ? refused(GraphOperation.CREATE_SUBSCRIPTION, 403, "ExtensionError")
                : null;
    node.round();
    node.round();
    assertThat(parts.service.created).hasSize(2);
    assertThat(parts.row("orders@contoso.com").isThere(parts.clock.instant())).isTrue();
    assertThat(parts.row(SUPPORT).refusal())
        .contains("may not subscribe")
        .contains("goes on polling")
        .contains("HTTP 403 ExtensionError");
    parts.clock.pass(Duration.ofMinutes(16));
    node.round();
    assertThat(parts.service.created).hasSize(3);
    assertThat(output.getOut().lines().filter(line -> line.contains("may not subscribe")))
        .hasSize(1);
    parts.service.refusesToCreate = wanted -> null;
    parts.clock.pass(Duration.ofMinutes(31));
    node.round();
    assertThat(parts.row(SUPPORT).refusal()).isNull();
    assertThat(output.getOut())
        .contains("mailbox support@contoso.com: Microsoft Graph tells of new mail now");
  }

  @Test
  void a_site_that_graph_cannot_reach_is_asked_about_for_one_mailbox_and_told_once_for_all(
      CapturedOutput output) {
    Node node = parts.node();
    for (int i = 0; i < 50; i++) {
      node.knows("a" + i, "a" + i + "@contoso.com");
    }
    parts.service.refusesToCreate =
        wanted -> refused(GraphOperation.CREATE_SUBSCRIPTION, 400, "ValidationError");
    node.round();
    node.round();
    assertThat(parts.service.created)
        .as("those that were under way at the same time")
        .hasSizeLessThanOrEqualTo(4);
    assertThat(parts.table.all())
        .hasSize(50)
        .allMatch(
            row ->
                row.refusal().contains("can't reach Mailroom")
                    && row.refusal().contains(PushParts.PUBLIC_URL + "/notifications"));
    assertThat(output.getOut().lines().filter(line -> line.contains("can't reach Mailroom")))
        .hasSize(1);
    parts.service.refusesToCreate = wanted -> null;
    parts.node().knows("a0", "a0@contoso.com").round();
    assertThat(parts.row("a0@contoso.com").refusal()).as("a new start tries at once").isNull();
  }

  @Test
  void what_keeps_failing_by_itself_is_told_once_with_its_cause_and_so_is_its_end(
      CapturedOutput output) {
    Node node = parts.node().knows("support", SUPPORT);
    node.round();
    parts.service.refusesToRenew = new RouteNotRunningException("direct:ask-graph", "");
    parts.clock.pass(Duration.ofHours(84));
    node.round();
    assertThat(output.getOut()).as("as a stop makes it fail once").doesNotContain("WARN  ");
    for (int time = 0; time < 3; time++) {
      parts.clock.passSeconds(61);
      node.round();
    }
    assertThat(parts.service.renewed).hasSize(4);
    assertThat(output.getOut())
        .containsOnlyOnce(
            "WARN  mailbox support@contoso.com: its subscription can't be kept up: no route that"
                + " runs begins with direct:ask-graph");
    parts.service.refusesToRenew = null;
    parts.clock.passSeconds(61);
    node.round();
    parts.clock.pass(Duration.ofHours(84));
    node.round();
    assertThat(output.getOut())
        .containsOnlyOnce("INFO  mailbox support@contoso.com: its subscription is kept up again");
  }

  @Test
  void a_database_that_fails_in_the_middle_ends_the_round_with_its_cause_for_whoever_tells_it() {
    Node node = parts.node().knows("support", SUPPORT);
    parts.service.meanwhile = () -> parts.loses("push_subscription");
    assertThatThrownBy(() -> node.upkeep.round()).isInstanceOf(DataAccessException.class);
  }

  @Test
  void a_clock_that_is_set_back_leaves_no_mailbox_untried_for_longer_than_ever() {
    Node node = parts.node().knows("support", SUPPORT);
    parts.clock.pass(Duration.ofDays(365));
    parts.service.refusesToCreate =
        wanted -> refused(GraphOperation.CREATE_SUBSCRIPTION, 400, "ValidationError");
    node.round();
    parts.clock.pass(Duration.ofDays(-365));
    parts.service.refusesToCreate = wanted -> null;
    node.round();
    assertThat(parts.row(SUPPORT).isThere(parts.clock.instant())).isTrue();
  }
}
