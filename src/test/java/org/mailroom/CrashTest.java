package org.mailroom;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
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
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.mailroom.demo.DemoMail;
import org.mailroom.demo.DemoMailbox;
import org.mailroom.demo.DemoMessage;
import org.mailroom.demo.DemoTenant;
import org.mailroom.message.MessageFolders;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * The promise under SIGKILL: a runtime of its own process is killed again and again while it imports into a real PostgreSQL, files and the
 * persistent queue; then everything is counted. A seed repeats a run: {@code -Dproof.seed=…}; {@code -Dproof.kills} and
 * {@code -Dproof.messages} make it longer.
 */
class CrashTest {

  private static final List<String> DESTINATIONS = List.of("database", "file", "queue");

  @TempDir
  private Path folder;

  private final long seed = Long.getLong("proof.seed", 4);

  /** Ten kills in each build. */
  @Test
  @Timeout(value = 40, unit = java.util.concurrent.TimeUnit.MINUTES)
  void killed_at_random_instants_it_delivers_every_message_exactly_once() throws Exception {
    prove(Integer.getInteger("proof.kills", 10), Integer.getInteger("proof.messages", 400), 0);
  }

  @Test
  @Tag("proof")
  @Timeout(value = 60, unit = java.util.concurrent.TimeUnit.MINUTES)
  void killed_at_50_random_instants_it_delivers_every_message_exactly_once() throws Exception {
    prove(50, 1000, 0);
  }

  @Test
  @Timeout(value = 40, unit = java.util.concurrent.TimeUnit.MINUTES)
  void killed_while_a_fifth_of_the_service_s_answers_fail_it_delivers_every_message_exactly_once() throws Exception {
    prove(Integer.getInteger("proof.kills.faulty", 5), Integer.getInteger("proof.messages.faulty", 200), 0.2);
  }

  private void prove(int kills, int messages, double faults) throws Exception {
    try (EmbeddedPostgres postgres = EmbeddedPostgres.start(); DemoTenant tenant = DemoTenant.start()) {
      DemoMailbox mailbox = tenant.mailbox("support@contoso.com");
      DemoMail maker = new DemoMail(seed);
      for (int i = 0; i < messages; i++) {
        mailbox.deliver(maker.next());
      }
      tenant.faults().random(seed, faults);
      JdbcTemplate database = new JdbcTemplate(postgres.getPostgresDatabase());
      List<String> settings = settings(tenant, postgres);
      Random random = new Random(seed);
      int killed = 0;
      while (killed < kills && mailbox.unread() > 0) {
        try (MailroomProcess mailroom = MailroomProcess.start(folder, List.of(), settings)) {
          int instant = tenant.requests().size() + 1 + random.nextInt(Math.max(10, 3 * messages / kills));
          long moment = random.nextInt(30_000_000);
          await().pollInterval(Duration.ofMillis(1)).pollDelay(Duration.ZERO).atMost(Duration.ofMinutes(10))
              .until(() -> tenant.requests().size() >= instant || mailbox.unread() == 0 || !mailroom.isAlive());
          assertThat(mailroom.isAlive()).as(mailroom::output).isTrue();
          java.util.concurrent.locks.LockSupport.parkNanos(moment);
          mailroom.kill();
          killed++;
        }
        assertThatNothingIsMarkedThatWasNotDelivered(mailbox, database);
        if (faults > 0 && killed == kills / 2) {
          tenant.revokeTokens();
        }
      }
      try (MailroomProcess mailroom = MailroomProcess.start(folder, List.of(), settings)) {
        await().atMost(Duration.ofMinutes(20)).until(() -> mailbox.unread() == 0 || !mailroom.isAlive());
        assertThat(mailroom.stop()).as(mailroom::output).isZero();
      }
      tenant.faults().random(seed, 0);
      count(tenant, postgres, mailbox, database, killed);
    }
  }

  private List<String> settings(DemoTenant tenant, EmbeddedPostgres postgres) {
    List<String> settings = MailroomRun.settings(tenant, folder);
    settings.addAll(database(postgres));
    settings.add("--server.port=0");
    settings.add("--mailroom.poll-every=1s");
    settings.add("--mailroom.limits.page-size=20");
    settings.add("--mailroom.retry.backoff=1s");
    settings.add("--mailroom.retry.max-attempts=50");
    return settings;
  }

  private static List<String> database(EmbeddedPostgres postgres) {
    return List.of("--spring.datasource.url=" + postgres.getJdbcUrl("postgres", "postgres"), "--spring.datasource.username=postgres",
        "--mailroom.accounts.support.deliver-to=" + String.join(",", DESTINATIONS));
  }

  private static void assertThatNothingIsMarkedThatWasNotDelivered(DemoMailbox mailbox, JdbcTemplate database) {
    Set<String> delivered = new HashSet<>(database.queryForList(
        "select message_id from delivery where status = 'DELIVERED' group by message_id having count(*) = " + DESTINATIONS.size(), String.class));
    assertThat(delivered).containsAll(mailbox.messages().stream().filter(DemoMessage::isRead).map(DemoMessage::immutableId).toList());
  }

  private void count(DemoTenant tenant, EmbeddedPostgres postgres, DemoMailbox mailbox, JdbcTemplate database, int killed) throws IOException {
    assertThatNothingIsMarkedThatWasNotDelivered(mailbox, database);
    assertThat(mailbox.unread()).isZero();
    List<String> ids = mailbox.messages().stream().map(DemoMessage::immutableId).toList();
    assertThat(database.queryForList("select message_id from mail_message", String.class)).containsExactlyInAnyOrderElementsOf(ids);
    long attachments = mailbox.messages().stream().mapToLong(message -> message.attachments().size()).sum();
    assertThat(database.queryForObject("select count(*) from mail_attachment", Long.class)).isEqualTo(attachments);
    assertThat(database.queryForObject("select count(*) from delivery where status = 'DELIVERED'", Long.class)).isEqualTo(3L * ids.size());
    assertThat(database.queryForObject("select count(*) from delivery", Long.class)).isEqualTo(3L * ids.size());
    Map<Path, List<Path>> sets = fileSets();
    MessageFolders folders = new MessageFolders(folder.resolve("data/mail"));
    assertThat(sets).hasSize(ids.size());
    for (DemoMessage message : mailbox.messages()) {
      Path set = folders.of("support", message.immutableId(), message.received()).messageJson().getParent();
      long contents = message.attachments().stream().filter(attachment -> !attachment.kind().equals("referenceAttachment")).count();
      assertThat(sets.get(set)).as("files of %s", message.immutableId()).hasSize((int) contents + 1);
    }
    List<String> queued;
    try (MailroomRun mailroom = MailroomRun.start(tenant, folder, database(postgres).toArray(String[]::new))) {
      queued = mailroom.duplicateIds();
    }
    assertThat(Set.copyOf(queued)).hasSize(ids.size());
    assertThat(Set.copyOf(queued)).isEqualTo(ids.stream().map(id -> "support/" + id).collect(Collectors.toSet()));
    System.out.printf("proof: seed %d, killed %d times, %d faults, %d messages, %d attachments: %d rows, %d file sets, %d queue messages with %d"
            + " duplicate-detection ids, %d unread%n", seed, killed, tenant.faults().hits(), ids.size(), attachments, ids.size(), sets.size(), queued.size(),
        Set.copyOf(queued).size(), mailbox.unread());
  }

  /** The files of each message, without what a killed process left half-written under a temporary name. */
  private Map<Path, List<Path>> fileSets() throws IOException {
    List<Path> files = new ArrayList<>();
    try (Stream<Path> all = Files.walk(folder.resolve("data/mail"))) {
      all.filter(Files::isRegularFile).filter(file -> !file.getFileName().toString().endsWith(".part")).forEach(files::add);
    }
    return files.stream().collect(Collectors.groupingBy(
        file -> file.getParent().getFileName().toString().equals("attachments") ? file.getParent().getParent() : file.getParent()));
  }
}
