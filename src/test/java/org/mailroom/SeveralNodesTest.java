package org.mailroom;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * Several nodes of one site work together on a PostgreSQL and a broker of their own processes,
 * while nodes are killed or stand still for longer than their leases last, and broker and database
 * are restarted. A small one runs in each build, the large ones by {@code mvn -Pproof test}: {@code
 * -Dproof.mailboxes}, {@code -Dproof.messages}, {@code -Dproof.rounds} and {@code -Dproof.seed}
 * make it another run.
 */
class SeveralNodesTest {

  private static final Duration PATIENCE = Duration.ofMinutes(10);
  private static final Duration TAKEOVER_AFTER = Duration.ofSeconds(5);
  private static final Duration POLL_EVERY = Duration.ofSeconds(10);
  private static final Duration GONE = Duration.ofSeconds(3);

  /**
   * From when database or broker are there again until the nodes ask them, a call that the broker
   * doesn't answer, and a request that waits for its answer.
   */
  private static final Duration BACK = Duration.ofSeconds(20);

  private static final int IMPORTERS = 32;
  private static final int BATCH = 20;

  /** What happens while they work. */
  private enum Event {
    KILL,
    STAND_STILL,
    BROKER,
    DATABASE
  }

  @TempDir private Path folder;

  private final long seed = Long.getLong("proof.seed", 16);
  private final Random random = new Random(seed);
  private final List<MailroomProcess> nodes = new ArrayList<>();
  private Duration outages = Duration.ZERO;

  private Site site(Duration poll, Duration takeover) throws Exception {
    return new Site(
        folder,
        "--mailroom.poll-every=" + poll.toSeconds() + "s",
        "--mailroom.takeover-after=" + takeover.toSeconds() + "s",
        "--mailroom.limits.page-size=20",
        "--mailroom.retry.backoff=1s",
        "--mailroom.retry.max-attempts=50");
  }

  /** What each build sees: two nodes, one of which is killed while it works. */
  @Test
  @Timeout(value = 10, unit = TimeUnit.MINUTES)
  void
      of_two_nodes_one_is_killed_and_the_other_takes_its_mailboxes_over_and_every_message_is_there_once()
          throws Exception {
    List<String> mailboxes = Site.mailboxes(6);
    try (Site site = site(Duration.ofSeconds(1), Duration.ofSeconds(2))) {
      site.deliver(mailboxes, 5);
      // so few that one alone can't have all of them
      start(site, 2, mailboxes, "--mailroom.importers=2");
      await()
          .atMost(PATIENCE)
          .until(
              () ->
                  site.left(mailboxes) == 0
                      && site.tenant("/agents")
                          .equals("Mailroom/1.0 (node1)\nMailroom/1.0 (node2)"));
      site.deliver(mailboxes, 5);
      nodes.get(0).kill();
      await().atMost(PATIENCE).until(() -> site.left(mailboxes) == 0);
      assertEachOnce(site, mailboxes, 10);
      assertThat(site.tenant("/violations")).isEqualTo("none");
    }
  }

  @Tag("proof")
  @ParameterizedTest(name = "{0} nodes")
  @ValueSource(ints = {2, 4})
  @Timeout(value = 60, unit = TimeUnit.MINUTES)
  void
      whatever_happens_to_nodes_broker_and_database_every_message_is_there_once_and_no_mailbox_has_two_nodes_or_none(
          int count) throws Exception {
    List<String> mailboxes = Site.mailboxes(Integer.getInteger("proof.mailboxes", 200));
    int messages = Integer.getInteger("proof.messages", 100);
    List<Event> events = events(Integer.getInteger("proof.rounds", 2));
    int portion = Math.max(1, messages / (events.size() + 1));
    try (Site site = site(POLL_EVERY, TAKEOVER_AFTER)) {
      site.deliver(mailboxes, messages - portion * events.size());
      long begun = System.nanoTime();
      start(site, count, mailboxes);
      for (Event event : events) {
        // in the middle of work: some of what has come is done, and some isn't
        await()
            .atMost(PATIENCE)
            .until(() -> site.left(mailboxes) < mailboxes.size() * (long) portion);
        site.deliver(mailboxes, portion);
        Site.pass(Duration.ofMillis(500 + random.nextInt(3000)));
        happen(site, event, mailboxes);
      }
      await().atMost(PATIENCE).until(() -> site.left(mailboxes) == 0);
      Duration took = Duration.ofNanos(System.nanoTime() - begun);
      // two polls of each mailbox with nothing to do
      Site.pass(POLL_EVERY.multipliedBy(2));
      String[] silence = site.tenant("/silence").split(" ");
      String violations = site.tenant("/violations");
      String[] writes = site.tenant("/writes").split(" ");
      for (MailroomProcess node : nodes) {
        assertThat(node.isAlive()).as(node::output).isTrue();
        assertThat(node.stop()).as(node::output).isZero();
        assertThat(node.output())
            .doesNotContain("\tat ")
            .doesNotContain("report this as a bug")
            .doesNotContain("OutOfMemory");
      }
      assertEachOnce(site, mailboxes, messages);
      Duration longest = Duration.ofMillis(Long.parseLong(silence[0]));
      System.out.printf(
          "proof: seed %d, %d nodes, %d mailboxes, %d messages in %s, %s; the longest without a"
              + " poll %s (%s), outages %s; %s PATCHes, %s of them changed nothing; violations:"
              + " %s%n",
          seed,
          count,
          mailboxes.size(),
          mailboxes.size() * (long) messages,
          took,
          events,
          longest,
          silence[1],
          outages,
          writes[2],
          writes[3],
          violations);
      assertThat(violations).isEqualTo("none");
      // otherwise nobody could have told them apart
      assertThat(site.tenant("/agents").split("\n")).hasSize(count);
      assertThat(silence[2]).isEqualTo(Integer.toString(mailboxes.size()));
      assertThat(longest)
          .as("%s wasn't polled", silence[1])
          .isLessThan(POLL_EVERY.multipliedBy(2).plus(TAKEOVER_AFTER).plus(outages).plus(BACK));
      assertThat(Long.parseLong(writes[3]))
          .as("what was marked by a node that was killed, and not told any more")
          .isLessThanOrEqualTo(
              (long) Collections.frequency(events, Event.KILL) * IMPORTERS * BATCH);
    }
  }

  private List<Event> events(int rounds) {
    List<Event> events = new ArrayList<>();
    for (int round = 0; round < rounds; round++) {
      List<Event> all = new ArrayList<>(List.of(Event.values()));
      Collections.shuffle(all, random);
      events.addAll(all);
    }
    return events;
  }

  private void start(Site site, int count, List<String> mailboxes, String... more)
      throws Exception {
    for (int number = 1; number <= count; number++) {
      nodes.add(site.startNode(number, mailboxes, more));
    }
    nodes.forEach(Site::awaitGreeting);
  }

  private void happen(Site site, Event event, List<String> mailboxes) throws Exception {
    int which = random.nextInt(nodes.size());
    long begun = System.nanoTime();
    switch (event) {
      case KILL -> {
        nodes.get(which).kill();
        nodes.set(which, site.startNode(which + 1, mailboxes));
        // one that finds no database ends, and it would take a supervisor to start it again
        Site.awaitGreeting(nodes.get(which));
      }
      case STAND_STILL -> {
        Site.signal(nodes.get(which), "STOP");
        Site.pass(TAKEOVER_AFTER.multipliedBy(2));
        Site.signal(nodes.get(which), "CONT");
      }
      case BROKER -> {
        site.killBroker();
        Site.pass(GONE);
        site.startBroker();
        outages = outages.plusNanos(System.nanoTime() - begun);
      }
      case DATABASE -> {
        site.restartDatabase(GONE);
        outages = outages.plusNanos(System.nanoTime() - begun);
      }
    }
  }

  /**
   * In the database once, in the ledger once for each destination, and on the queue with one
   * duplicate-detection id.
   */
  private static void assertEachOnce(Site site, List<String> mailboxes, int messages) {
    List<String> all = site.delivered(mailboxes);
    assertThat(all).hasSize(mailboxes.size() * messages);
    JdbcTemplate database = site.database();
    await()
        .atMost(PATIENCE)
        .until(
            () ->
                database.queryForObject(
                        "select count(*) from delivery where status = 'DELIVERED'", Long.class)
                    == 2L * all.size());
    assertThat(
            database.queryForList(
                "select account || '/' || message_id from mail_message", String.class))
        .containsExactlyInAnyOrderElementsOf(all);
    assertThat(database.queryForObject("select count(*) from delivery", Long.class))
        .isEqualTo(2L * all.size());
    List<String> queued = site.duplicateIds();
    Set<String> lost = new HashSet<>(all);
    queued.forEach(lost::remove);
    assertThat(lost).as("not on the queue, which has %d", queued.size()).isEmpty();
    assertThat(queued).as("on the queue").hasSize(all.size());
  }
}
