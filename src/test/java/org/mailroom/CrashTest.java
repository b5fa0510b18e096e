package org.mailroom;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.mailroom.demo.DemoFaults;
import org.mailroom.demo.DemoFaults.Kind;
import org.mailroom.demo.DemoMail;
import org.mailroom.demo.DemoMailbox;
import org.mailroom.demo.DemoMessage;
import org.mailroom.demo.DemoTenant;
import org.mailroom.message.MessageFolders;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * The promise under SIGKILL: a runtime of its own process is killed again and again while it
 * imports into a real PostgreSQL, files and the persistent queue; then everything is counted. Ten
 * kills in each build: three where it matters most, the others at random instants. A seed repeats a
 * run: {@code -Dproof.seed=…}; {@code -Dproof.kills} and {@code -Dproof.messages} make it longer.
 */
class CrashTest {

  private static final List<String> DESTINATIONS = List.of("database", "file", "queue");
  private static final int PAGE = 20;
  private static final int MESSAGES_TO_MOVE = 60;

  /**
   * Kills in a row, each at a random instant of its share of the messages.
   *
   * @param messages that come meanwhile, the same number before each of them
   * @param faults the share of the service's answers that fail
   */
  private record Kills(int times, int messages, double faults) {}

  @TempDir private Path folder;

  private final long seed = Long.getLong("proof.seed", 4);
  private final DemoMail maker = new DemoMail(seed);

  /** Takes longer on a busy machine than a test may. */
  @BeforeAll
  @Timeout(value = 10, unit = TimeUnit.MINUTES)
  static void makeTheClassArchive() {
    ClassArchive.get();
  }

  @Test
  @Timeout(value = 10, unit = TimeUnit.MINUTES)
  void
      killed_after_the_record_between_patch_and_move_and_after_the_patch_it_delivers_marks_and_moves_every_message_exactly_once()
          throws Exception {
    try (Postgres postgres = Postgres.start();
        DemoTenant tenant = DemoTenant.start()) {
      DemoMailbox mailbox = filled(tenant, MESSAGES_TO_MOVE);
      JdbcTemplate database = new JdbcTemplate(postgres.getPostgresDatabase());
      List<String> settings = settings(tenant, postgres);
      settings.addAll(
          List.of(
              "--mailroom.accounts.support.after-import.move-to=Done",
              "--mailroom.limits.pages-in-hand=1"));

      // no change of the mailbox reaches the service
      tenant.faults().kind(CrashTest::isBatch, Kind.RESET_BEFORE, DemoFaults.ALWAYS);
      killOnce(() -> tenant.faults().hits() > 0, settings);
      assertThat(delivered(database)).as("it is recorded").isNotEmpty();
      assertThat(mailbox.unread()).as("nothing is marked").isEqualTo(MESSAGES_TO_MOVE);

      // the first messages are marked, and that is heard of; their move doesn't reach the service
      tenant.faults().clear();
      tenant
          .faults()
          .kind(
              call -> isBatch(call) && readInTheInbox(mailbox) > 0,
              Kind.RESET_BEFORE,
              DemoFaults.ALWAYS);
      killOnce(() -> tenant.faults().hits() > 0, settings);
      assertThat(readInTheInbox(mailbox)).as("marked and not moved").isPositive();
      assertThat(moved(mailbox)).isZero();
      assertThatNothingIsMarkedThatWasNotDelivered(mailbox, database);

      // these are moved, the next ones are marked, and nobody hears of it
      tenant.faults().clear();
      tenant
          .faults()
          .kind(
              call -> isBatch(call) && moved(mailbox) > 0 && readInTheInbox(mailbox) == 0,
              Kind.SILENT,
              DemoFaults.ALWAYS);
      killOnce(() -> tenant.faults().hits() > 0 && readInTheInbox(mailbox) > 0, settings);
      assertThat(moved(mailbox)).isPositive();
      assertThat(mailbox.unread()).as("there is something left to do").isPositive();
      assertThatNothingIsMarkedThatWasNotDelivered(mailbox, database);

      tenant.faults().clear();
      importToTheEnd(mailbox, settings, () -> readInTheInbox(mailbox) == 0);
      count(tenant, postgres, mailbox, database, 3);
      assertThat(mailbox.messages())
          .extracting(DemoMessage::folder)
          .containsOnly(mailbox.folder("Done"));
      assertThat(tenant.requests())
          .filteredOn(request -> request.path().endsWith("/move"))
          .as("each is moved once")
          .hasSize(MESSAGES_TO_MOVE);
      assertThat(mailbox.purged()).isEmpty();
    }
  }

  @Test
  @Timeout(value = 40, unit = TimeUnit.MINUTES)
  void
      killed_at_random_instants_and_while_a_fifth_of_the_service_s_answers_fail_it_delivers_every_message_exactly_once()
          throws Exception {
    prove(
        new Kills(
            Integer.getInteger("proof.kills", 4), Integer.getInteger("proof.messages", 100), 0),
        new Kills(
            Integer.getInteger("proof.kills.faulty", 3),
            Integer.getInteger("proof.messages.faulty", 60),
            0.2));
  }

  @Test
  @Tag("proof")
  @Timeout(value = 60, unit = TimeUnit.MINUTES)
  void killed_at_50_random_instants_it_delivers_every_message_exactly_once() throws Exception {
    prove(new Kills(50, 1000, 0));
  }

  @Test
  @Tag("proof")
  @Timeout(value = 60, unit = TimeUnit.MINUTES)
  void
      killed_20_times_while_a_fifth_of_the_service_s_answers_fail_it_delivers_every_message_exactly_once()
          throws Exception {
    prove(new Kills(20, 600, 0.2));
  }

  private static boolean isBatch(String call) {
    return call.startsWith("POST /v1.0/$batch");
  }

  private static long readInTheInbox(DemoMailbox mailbox) {
    return mailbox.messages().stream()
        .filter(message -> message.isRead() && message.folder().equals(mailbox.folder("Inbox")))
        .count();
  }

  private static long moved(DemoMailbox mailbox) {
    return mailbox.messages().stream()
        .filter(message -> !message.folder().equals(mailbox.folder("Inbox")))
        .count();
  }

  private DemoMailbox filled(DemoTenant tenant, int messages) {
    DemoMailbox mailbox = tenant.mailbox("support@contoso.com");
    deliver(mailbox, messages);
    return mailbox;
  }

  private void deliver(DemoMailbox mailbox, int messages) {
    for (int i = 0; i < messages; i++) {
      mailbox.deliver(maker.next());
    }
  }

  private void killOnce(Callable<Boolean> reached, List<String> settings) throws Exception {
    try (MailroomProcess mailroom = MailroomProcess.start(folder, List.of(), settings)) {
      await()
          .pollInterval(Duration.ofMillis(10))
          .atMost(Duration.ofMinutes(3))
          .until(() -> reached.call() || !mailroom.isAlive());
      assertThat(mailroom.isAlive()).as(mailroom::output).isTrue();
      mailroom.kill();
    }
  }

  private void prove(Kills... all) throws Exception {
    try (Postgres postgres = Postgres.start();
        DemoTenant tenant = DemoTenant.start()) {
      DemoMailbox mailbox = tenant.mailbox("support@contoso.com");
      JdbcTemplate database = new JdbcTemplate(postgres.getPostgresDatabase());
      List<String> settings = settings(tenant, postgres);
      Random random = new Random(seed);
      int killed = 0;
      for (Kills kills : all) {
        tenant.faults().random(seed, kills.faults());
        int portion = kills.messages() / kills.times();
        for (int i = 1; i <= kills.times(); i++) {
          deliver(mailbox, portion);
          killWithin(Math.max(10, 2 * portion), tenant, mailbox, settings, random);
          killed++;
          assertThatNothingIsMarkedThatWasNotDelivered(mailbox, database);
          if (kills.faults() > 0 && i == (kills.times() + 1) / 2) {
            tenant.revokeTokens();
          }
        }
      }
      importToTheEnd(mailbox, settings, () -> true);
      tenant.faults().random(seed, 0);
      count(tenant, postgres, mailbox, database, killed);
    }
  }

  /**
   * Kills it at one of its next requests, or a moment later; the restart of the kill before is the
   * start of this one.
   */
  private void killWithin(
      int requests, DemoTenant tenant, DemoMailbox mailbox, List<String> settings, Random random)
      throws Exception {
    try (MailroomProcess mailroom = HastyMailroom.start(folder, settings)) {
      int instant = tenant.requests().size() + 1 + random.nextInt(requests);
      long moment = random.nextInt(30_000_000);
      await()
          .pollInterval(Duration.ofMillis(1))
          .pollDelay(Duration.ZERO)
          .atMost(Duration.ofMinutes(10))
          .until(
              () ->
                  tenant.requests().size() >= instant
                      || mailbox.unread() == 0
                      || !mailroom.isAlive());
      assertThat(mailroom.isAlive()).as(mailroom::output).isTrue();
      java.util.concurrent.locks.LockSupport.parkNanos(moment);
      mailroom.kill();
    }
  }

  private void importToTheEnd(DemoMailbox mailbox, List<String> settings, Callable<Boolean> isOver)
      throws Exception {
    try (MailroomProcess mailroom = HastyMailroom.start(folder, settings)) {
      await()
          .atMost(Duration.ofMinutes(20))
          .until(() -> (mailbox.unread() == 0 && isOver.call()) || !mailroom.isAlive());
      assertThat(mailroom.stop()).as(mailroom::output).isZero();
    }
  }

  private List<String> settings(DemoTenant tenant, Postgres postgres) {
    List<String> settings = MailroomRun.settings(tenant, folder);
    settings.addAll(database(postgres));
    settings.add("--server.port=0");
    settings.add("--mailroom.poll-every=1s");
    settings.add("--mailroom.limits.page-size=" + PAGE);
    settings.add("--mailroom.retry.backoff=1s");
    settings.add("--mailroom.retry.max-attempts=50");
    // how soon what failed is tried again isn't what is shown here
    settings.add("--mailroom.routes=" + ManyAccounts.routesOfShortWaits(folder).toUri());
    return settings;
  }

  private static List<String> database(Postgres postgres) {
    return List.of(
        "--spring.datasource.url=" + postgres.getJdbcUrl("postgres", "postgres"),
        "--spring.datasource.username=postgres",
        "--mailroom.accounts.support.deliver-to=" + String.join(",", DESTINATIONS));
  }

  /** The messages that every destination has. */
  private static Set<String> delivered(JdbcTemplate database) {
    return new HashSet<>(
        database.queryForList(
            "select message_id from delivery where status = 'DELIVERED' group by message_id having"
                + " count(*) = "
                + DESTINATIONS.size(),
            String.class));
  }

  private static void assertThatNothingIsMarkedThatWasNotDelivered(
      DemoMailbox mailbox, JdbcTemplate database) {
    assertThat(delivered(database))
        .containsAll(
            mailbox.messages().stream()
                .filter(DemoMessage::isRead)
                .map(DemoMessage::immutableId)
                .toList());
  }

  private void count(
      DemoTenant tenant, Postgres postgres, DemoMailbox mailbox, JdbcTemplate database, int killed)
      throws IOException {
    assertThatNothingIsMarkedThatWasNotDelivered(mailbox, database);
    assertThat(mailbox.unread()).isZero();
    List<String> ids = mailbox.messages().stream().map(DemoMessage::immutableId).toList();
    assertThat(database.queryForList("select message_id from mail_message", String.class))
        .containsExactlyInAnyOrderElementsOf(ids);
    long attachments =
        mailbox.messages().stream().mapToLong(message -> message.attachments().size()).sum();
    assertThat(database.queryForObject("select count(*) from mail_attachment", Long.class))
        .isEqualTo(attachments);
    assertThat(
            database.queryForObject(
                "select count(*) from delivery where status = 'DELIVERED'", Long.class))
        .isEqualTo(3L * ids.size());
    assertThat(database.queryForObject("select count(*) from delivery", Long.class))
        .isEqualTo(3L * ids.size());
    Map<Path, List<Path>> sets = fileSets();
    MessageFolders folders = new MessageFolders(folder.resolve("data/mail"));
    assertThat(sets).hasSize(ids.size());
    for (DemoMessage message : mailbox.messages()) {
      Path set =
          folders
              .of("support", message.immutableId(), message.received())
              .messageJson()
              .getParent();
      long contents =
          message.attachments().stream()
              .filter(attachment -> !attachment.kind().equals("referenceAttachment"))
              .count();
      assertThat(sets.get(set))
          .as("files of %s", message.immutableId())
          .hasSize((int) contents + 1);
    }
    List<String> queued;
    try (MailroomRun mailroom =
        MailroomRun.start(tenant, folder, database(postgres).toArray(String[]::new))) {
      queued = mailroom.duplicateIds();
    }
    assertThat(Set.copyOf(queued)).hasSize(ids.size());
    assertThat(Set.copyOf(queued))
        .isEqualTo(ids.stream().map(id -> "support/" + id).collect(Collectors.toSet()));
    System.out.printf(
        "proof: seed %d, killed %d times, %d faults, %d messages, %d attachments: %d rows, %d file"
            + " sets, %d queue messages with %d duplicate-detection ids, %d unread%n",
        seed,
        killed,
        tenant.faults().hits(),
        ids.size(),
        attachments,
        ids.size(),
        sets.size(),
        queued.size(),
        Set.copyOf(queued).size(),
        mailbox.unread());
  }

  /**
   * The files of each message, without what a killed process left half-written under a temporary
   * name.
   */
  private Map<Path, List<Path>> fileSets() throws IOException {
    List<Path> files = new ArrayList<>();
    try (Stream<Path> all = Files.walk(folder.resolve("data/mail"))) {
      all.filter(Files::isRegularFile)
          .filter(file -> !file.getFileName().toString().endsWith(".part"))
          .forEach(files::add);
    }
    return files.stream()
        .collect(
            Collectors.groupingBy(
                file ->
                    file.getParent().getFileName().toString().equals("attachments")
                        ? file.getParent().getParent()
                        : file.getParent()));
  }
}
