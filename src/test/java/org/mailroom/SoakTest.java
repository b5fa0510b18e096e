package org.mailroom;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.ToLongFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.mailroom.demo.DemoAttachment;
import org.mailroom.demo.DemoFaults;
import org.mailroom.demo.DemoMail;
import org.mailroom.demo.DemoMailbox;
import org.mailroom.demo.DemoMessage;
import org.mailroom.demo.DemoPoison;
import org.mailroom.demo.DemoPoison.Fate;
import org.mailroom.demo.DemoRequest;
import org.mailroom.demo.DemoTenant;
import org.mailroom.message.MessageFolders;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * The runtime against a service in which everything goes wrong that is known to, at random by a
 * seed, with twenty accounts and a SIGKILL a minute: {@code mvn -Pproof test}; {@code
 * -Dproof.minutes} and {@code -Dproof.seed} make it another run.
 */
@Tag("proof")
class SoakTest {

  private static final int ACCOUNTS = 20;
  private static final int MESSAGES_AT_FIRST = 40;
  private static final double SHARE_OF_FAULTS = 0.08;
  private static final Duration POLL_EVERY = Duration.ofSeconds(15);

  /** A request may wait for its mailbox and for its answer. */
  private static final Duration A_REQUEST = Duration.ofSeconds(15);

  private static final Duration KILL_EVERY = Duration.ofMinutes(1);
  private static final Duration A_STEP = Duration.ofSeconds(2);
  private static final long MEGABYTE = 1024 * 1024;

  /** What the process takes: heap after a collection, and threads. */
  private record Sample(long heap, long threads) {}

  @TempDir private Path folder;

  private final long seed = Long.getLong("proof.seed", 13);
  private final Duration duration = Duration.ofMinutes(Long.getLong("proof.minutes", 10));
  private final Random random = new Random(seed);
  private final DemoMail maker = new DemoMail(seed);
  private final DemoPoison poison =
      new DemoPoison(seed, 0.03, 0.02, 0.1, 2, Duration.ofSeconds(20));
  private final Map<String, Map<DemoMessage, Fate>> fates = new TreeMap<>();
  private final Map<String, Instant> lastSeen = new HashMap<>();
  private final List<Sample> samples = new ArrayList<>();
  private int requestsSeen;
  private Duration longestSilence = Duration.ZERO;
  private String mostSilent = "";

  @Test
  @Timeout(value = 60, unit = TimeUnit.MINUTES)
  void
      whatever_goes_wrong_at_random_everything_that_can_be_imported_is_once_and_the_rest_is_listed_and_nobody_is_silent()
          throws Exception {
    try (EmbeddedPostgres postgres = EmbeddedPostgres.start();
        DemoTenant tenant = DemoTenant.start()) {
      accounts().forEach(account -> fates.put(account, new LinkedHashMap<>()));
      accounts().forEach(account -> deliver(tenant, account, MESSAGES_AT_FIRST));
      tenant.faults().random(seed, SHARE_OF_FAULTS, Set.of(DemoFaults.Mixture.values()), null);
      JdbcTemplate database = new JdbcTemplate(postgres.getPostgresDatabase());
      List<String> settings = settings(tenant, postgres);
      Instant end = Instant.now().plus(duration);
      int kills = 0;
      while (Instant.now().isBefore(end)) {
        try (MailroomProcess mailroom =
            MailroomProcess.start(folder, List.of("-Xmx256m"), settings)) {
          live(
              tenant,
              mailroom,
              kills,
              Instant.now().plus(KILL_EVERY).isBefore(end) ? Instant.now().plus(KILL_EVERY) : end);
          mailroom.kill();
          kills++;
          tenant.identity().clientsRestart();
        }
      }
      int faults = tenant.faults().hits();
      tenant.faults().clear();
      try (MailroomProcess mailroom =
          MailroomProcess.start(folder, List.of("-Xmx256m"), settings)) {
        await()
            .atMost(Duration.ofMinutes(5))
            .pollInterval(A_STEP)
            .untilAsserted(
                () -> assertThat(missing(database)).as("what isn't imported at the end").isEmpty());
        assertThat(mailroom.stop()).as(mailroom::output).isZero();
        assertThat(mailroom.output())
            .doesNotContain("\tat ")
            .doesNotContain("report this as a bug")
            .doesNotContain("OutOfMemory");
      }
      count(database, tenant);
      assertThat(longestSilence)
          .as("of %s", mostSilent)
          .isLessThan(POLL_EVERY.multipliedBy(2).plus(A_REQUEST));
      assertFlat("heap", Sample::heap, 32 * MEGABYTE);
      assertFlat("threads", Sample::threads, 20);
      assertThat(tenant.violations()).isEmpty();
      System.out.printf(
          "proof: seed %d, %s, %d accounts, %d messages, killed %d times, %d requests, %d faults,"
              + " longest silence %s, heap up to %d MB, up to %d threads%n",
          seed,
          duration,
          ACCOUNTS,
          fates.values().stream().mapToInt(Map::size).sum(),
          kills,
          requestsSeen,
          faults,
          longestSilence,
          samples.stream().mapToLong(Sample::heap).max().orElse(0) / MEGABYTE,
          samples.stream().mapToLong(Sample::threads).max().orElse(0));
    }
  }

  private static List<String> accounts() {
    return Stream.iterate(1, number -> number + 1)
        .limit(ACCOUNTS)
        .map(number -> "account" + number)
        .toList();
  }

  private static DemoMailbox mailbox(DemoTenant tenant, String account) {
    return tenant.mailbox(ManyAccounts.address(account));
  }

  private void deliver(DemoTenant tenant, String account, int messages) {
    for (int i = 0; i < messages; i++) {
      DemoMessage message = mailbox(tenant, account).deliver(maker.next());
      fates.get(account).put(message, poison.spoil(message));
    }
  }

  /** The accounts differ: some delete, some only read, one keeps originals. */
  private List<String> settings(DemoTenant tenant, EmbeddedPostgres postgres) {
    List<String> settings = MailroomRun.settings(tenant, folder);
    settings.removeIf(setting -> setting.startsWith("--mailroom.accounts.support."));
    settings.addAll(List.of(ManyAccounts.settings(folder, accounts())));
    settings.addAll(
        List.of(
            "--spring.datasource.url=" + postgres.getJdbcUrl("postgres", "postgres"),
            "--spring.datasource.username=postgres",
            "--server.port=0",
            "--mailroom.poll-every=" + POLL_EVERY.toSeconds() + "s",
            "--mailroom.limits.page-size=20",
            "--mailroom.limits.settle-within=5m",
            "--mailroom.retry.backoff=1s",
            "--mailroom.retry.max-attempts=20"));
    List.of(3, 4, 5)
        .forEach(
            number ->
                settings.add("--mailroom.accounts.account" + number + ".after-import.delete=true"));
    List.of(6, 7)
        .forEach(
            number ->
                settings.add(
                    "--mailroom.accounts.account" + number + ".after-import.mark-as-read=false"));
    settings.add("--mailroom.accounts.account8.content=both");
    return settings;
  }

  /** From its start to its kill: mail comes, and it is watched. */
  private void live(DemoTenant tenant, MailroomProcess mailroom, int before, Instant until) {
    await()
        .atMost(Duration.ofMinutes(2))
        .until(() -> starts(mailroom) > before || !mailroom.isAlive());
    accounts().forEach(account -> lastSeen.put(ManyAccounts.address(account), Instant.now()));
    look(tenant);
    await()
        .atMost(duration.plusMinutes(5))
        .pollInterval(A_STEP)
        .until(
            () -> {
              assertThat(mailroom.isAlive()).as(mailroom::output).isTrue();
              deliver(tenant, accounts().get(random.nextInt(ACCOUNTS)), random.nextInt(3));
              look(tenant);
              sample(mailroom);
              return !Instant.now().isBefore(until);
            });
  }

  private static long starts(MailroomProcess mailroom) {
    return mailroom
        .output()
        .lines()
        .filter(line -> line.contains("Console: http://127.0.0.1:"))
        .count();
  }

  /** Which mailboxes were asked for since the last look. */
  private void look(DemoTenant tenant) {
    List<DemoRequest> requests = tenant.requests();
    Instant now = Instant.now();
    requests
        .subList(requestsSeen, requests.size())
        .forEach(request -> lastSeen.put(request.mailbox(), now));
    requestsSeen = requests.size();
    for (String account : accounts()) {
      Duration silence = Duration.between(lastSeen.get(ManyAccounts.address(account)), now);
      if (silence.compareTo(longestSilence) > 0) {
        longestSilence = silence;
        mostSilent = account;
      }
    }
  }

  private void sample(MailroomProcess mailroom) {
    String heap = jcmd(mailroom, "GC.class_histogram");
    Matcher total = Pattern.compile("(?m)^Total\\s+\\d+\\s+(\\d+)").matcher(heap);
    if (total.find()) {
      try (Stream<String> status = Files.lines(Path.of("/proc/" + mailroom.pid() + "/status"))) {
        long threads =
            status
                .filter(line -> line.startsWith("Threads:"))
                .mapToLong(line -> Long.parseLong(line.substring(8).trim()))
                .findFirst()
                .orElseThrow();
        samples.add(new Sample(Long.parseLong(total.group(1)), threads));
      } catch (IOException notLinux) {
        throw new IllegalStateException("the proof counts threads in /proc", notLinux);
      }
    }
  }

  /** The histogram counts live objects, after a collection. */
  private static String jcmd(MailroomProcess mailroom, String command) {
    try {
      Process jcmd =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                  Long.toString(mailroom.pid()),
                  command)
              .redirectErrorStream(true)
              .start();
      return new String(
          jcmd.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private void assertFlat(String what, ToLongFunction<Sample> figure, long allowance) {
    double first =
        samples.subList(0, samples.size() / 2).stream().mapToLong(figure).average().orElseThrow();
    double second =
        samples.subList(samples.size() / 2, samples.size()).stream()
            .mapToLong(figure)
            .average()
            .orElseThrow();
    assertThat(second)
        .as("%s: on average %.0f in the first half, %.0f in the second", what, first, second)
        .isLessThan(first + allowance);
  }

  /** What can be imported and isn't, or can't and isn't listed with its cause. */
  private List<String> missing(JdbcTemplate database) {
    List<String> missing = new ArrayList<>();
    for (String account : accounts()) {
      Set<String> imported =
          Set.copyOf(
              database.queryForList(
                  "select message_id from mail_message where account = ?", String.class, account));
      Set<String> listed =
          Set.copyOf(
              database.queryForList(
                  "select distinct message_id from delivery where account = ? and status in"
                      + " ('PENDING', 'FAILED') and last_error is not null",
                  String.class,
                  account));
      Set<String> known =
          fates.get(account).keySet().stream()
              .map(DemoMessage::immutableId)
              .collect(Collectors.toSet());
      long nameless = listed.stream().filter(id -> !known.contains(id)).count();
      for (Map.Entry<DemoMessage, Fate> message : fates.get(account).entrySet()) {
        String id = message.getKey().immutableId();
        boolean never = message.getValue() == Fate.NEVER;
        if (!imported.contains(id) && !(never && (listed.contains(id) || nameless-- > 0))) {
          missing.add(account + " " + message.getValue() + " " + id);
        }
      }
    }
    return missing;
  }

  private void count(JdbcTemplate database, DemoTenant tenant) throws IOException {
    MessageFolders folders = new MessageFolders(folder.resolve("data/mail"));
    for (String account : accounts()) {
      List<String> imported =
          database.queryForList(
              "select message_id from mail_message where account = ?", String.class, account);
      Map<String, DemoMessage> known =
          fates.get(account).keySet().stream()
              .collect(Collectors.toMap(DemoMessage::immutableId, message -> message));
      assertThat(imported).as(account).doesNotHaveDuplicates().isSubsetOf(known.keySet());
      long attachments =
          imported.stream().mapToLong(id -> known.get(id).attachments().size()).sum();
      assertThat(
              database.queryForObject(
                  "select count(*) from mail_attachment where account = ?", Long.class, account))
          .as("attachments of %s", account)
          .isEqualTo(attachments);
      for (String id : imported) {
        DemoMessage message = known.get(id);
        Path set = folders.of(account, id, message.received()).messageJson().getParent();
        assertThat(set.resolve("message.json")).as("%s of %s", id, account).exists();
        assertThat(filesBelow(set.resolve("attachments")))
            .as("%s of %s", id, account)
            .isEqualTo(message.attachments().stream().filter(SoakTest::hasContent).count());
      }
      assertThat(mailbox(tenant, account).purged()).as(account).isEmpty();
    }
    assertThat(
            database.queryForObject(
                "select count(*) from delivery where status = 'DELIVERED' and destination ="
                    + " 'database'",
                Long.class))
        .isEqualTo(database.queryForObject("select count(*) from mail_message", Long.class));
  }

  private static boolean hasContent(DemoAttachment attachment) {
    return !attachment.kind().equals("referenceAttachment");
  }

  private static long filesBelow(Path attachments) throws IOException {
    if (!Files.exists(attachments)) {
      return 0;
    }
    try (Stream<Path> files = Files.list(attachments)) {
      return files.filter(file -> !file.getFileName().toString().endsWith(".part")).count();
    }
  }
}
