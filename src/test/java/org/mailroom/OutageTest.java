package org.mailroom;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.activemq.artemis.core.config.impl.ConfigurationImpl;
import org.apache.activemq.artemis.core.server.embedded.EmbeddedActiveMQ;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.mailroom.demo.DemoFaults;
import org.mailroom.demo.DemoMail;
import org.mailroom.demo.DemoMailbox;
import org.mailroom.demo.DemoMessage;
import org.mailroom.demo.DemoTenant;
import org.mailroom.graph.MailboxGates;
import org.mailroom.message.MessageFolders;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.jdbc.core.JdbcTemplate;

/** What Mailroom needs goes away in the middle of its work and comes back. */
@ExtendWith(OutputCaptureExtension.class)
class OutageTest {

  private static final Duration PATIENCE = Duration.ofSeconds(90);

  @TempDir private Path folder;

  private final DemoTenant tenant = DemoTenant.start();
  private final DemoMailbox mailbox = tenant.mailbox("support@contoso.com");

  @AfterEach
  void stop() {
    tenant.close();
  }

  private void deliverPlain(int count) {
    for (int i = 1; i <= count; i++) {
      mailbox.deliver(DemoMail.plain(i));
    }
  }

  private void awaitImport() {
    await().atMost(PATIENCE).until(() -> mailbox.unread() == 0);
  }

  /** Mailroom by a clock that the test moves on, for waits for their own sake show nothing here. */
  private MailroomRun startTravelling(String... settings) {
    return MailroomRun.startRuntime(TravellingClock.Application.class, tenant, folder, settings);
  }

  private void travel(MailroomRun mailroom, Duration later) {
    TravellingClock clock = mailroom.bean(TravellingClock.class);
    clock.travel(later);
    tenant.clock(clock.ahead());
  }

  /**
   * As {@link #awaitImport}, while time goes by faster: a pause that the service asks for is over
   * at once.
   */
  private void awaitImportWithoutPauses(MailroomRun mailroom, int unread) {
    await()
        .atMost(PATIENCE)
        .until(
            () -> {
              mailroom
                  .bean(MailboxGates.class)
                  .closedUntil(mailbox.address())
                  .ifPresent(
                      opens ->
                          travel(
                              mailroom,
                              Duration.between(
                                  mailroom.bean(TravellingClock.class).instant(), opens)));
              return mailbox.unread() <= unread;
            });
  }

  /** A request that failed is sent again at once. */
  private String impatient() {
    return "--mailroom.routes=" + ManyAccounts.routesOfShortWaits(folder).toUri();
  }

  private static String[] postgres(int port, String options) {
    return new String[] {
      "--spring.datasource.url=jdbc:postgresql://localhost:" + port + "/postgres" + options,
      "--spring.datasource.username=postgres",
      "--spring.datasource.hikari.connection-timeout=1000",
      "--mailroom.limits.page-size=20"
    };
  }

  static String health(MailroomRun mailroom) {
    try {
      return HttpClient.newHttpClient()
          .send(
              HttpRequest.newBuilder(
                      URI.create("http://127.0.0.1:" + mailroom.port() + "/actuator/health"))
                  .header("Authorization", MailroomRun.BASIC)
                  .build(),
              HttpResponse.BodyHandlers.ofString())
          .body();
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void the_database_goes_away_and_comes_back(CapturedOutput output) throws Exception {
    try (Postgres postgres = Postgres.start();
        TcpProxy proxy = new TcpProxy(postgres.getPort());
        MailroomRun mailroom =
            MailroomRun.startRuntime(tenant, folder, postgres(proxy.port(), ""))) {
      deliverPlain(50);
      awaitImport();
      proxy.down();
      deliverPlain(50);
      await()
          .atMost(PATIENCE)
          .until(
              () ->
                  output
                      .getAll()
                      .contains(
                          "account support: Mailroom's database doesn't answer as it should"));
      await()
          .atMost(PATIENCE)
          .until(() -> health(mailroom).contains("\"accounts\":{\"status\":\"DOWN\""));
      assertThat(mailbox.unread()).isEqualTo(50);
      proxy.up();
      awaitImport();
      await()
          .atMost(PATIENCE)
          .until(() -> health(mailroom).contains("\"accounts\":{\"status\":\"UP\""));
      assertThat(
              new JdbcTemplate(postgres.getPostgresDatabase())
                  .queryForObject("select count(*) from mail_message", Long.class))
          .isEqualTo(100);
      assertThat(output.getAll())
          .contains("account support: the mailbox can be read again")
          .doesNotContain("\tat ");
    }
  }

  @Test
  void a_commit_whose_acknowledgement_is_lost_inserts_nothing_twice() throws Exception {
    try (Postgres postgres = Postgres.start();
        TcpProxy proxy = new TcpProxy(postgres.getPort());
        MailroomRun mailroom =
            MailroomRun.startRuntime(
                tenant, folder, postgres(proxy.port(), "?prepareThreshold=0"))) {
      deliverPlain(1);
      awaitImport();
      proxy.loseAnswersTo("COMMIT", 3);
      deliverPlain(60);
      awaitImport();
      assertThat(proxy.answersStillToLose()).isNotPositive();
      JdbcTemplate database = new JdbcTemplate(postgres.getPostgresDatabase());
      assertThat(database.queryForObject("select count(*) from mail_message", Long.class))
          .isEqualTo(61);
      assertThat(
              database.queryForObject(
                  "select count(*) from delivery where status = 'DELIVERED'", Long.class))
          .isEqualTo(122);
    }
  }

  @Test
  void the_broker_goes_away_and_comes_back_and_only_its_deliveries_wait(CapturedOutput output)
      throws Exception {
    EmbeddedActiveMQ broker = new EmbeddedActiveMQ();
    broker.setConfiguration(
        new ConfigurationImpl()
            .setPersistenceEnabled(false)
            .setSecurityEnabled(false)
            .addAcceptorConfiguration("tcp", "tcp://127.0.0.1:0")
            .setJournalDirectory(folder.resolve("broker").toString()));
    broker.start();
    int port = broker.getActiveMQServer().getRemotingService().getAcceptor("tcp").getActualPort();
    try (TcpProxy proxy = new TcpProxy(port);
        MailroomRun mailroom =
            startTravelling(
                "--spring.artemis.mode=native",
                "--spring.artemis.broker-url=tcp://127.0.0.1:" + proxy.port() + "?callTimeout=2000",
                "--mailroom.accounts.support.deliver-to=database,queue",
                "--mailroom.limits.page-size=20")) {
      deliverPlain(30);
      awaitImport();
      proxy.down();
      deliverPlain(30);
      await().atMost(PATIENCE).until(() -> mailroom.rows("mail_message") == 60);
      await()
          .atMost(PATIENCE)
          .until(() -> health(mailroom).contains("\"destinations\":{\"status\":\"DOWN\""));
      assertThat(mailbox.unread()).isEqualTo(30);
      assertThat(mailroom.rows("delivery where status = 'FAILED'")).isZero();
      assertThat(output.getAll()).contains("destination queue is down");
      proxy.up();
      // it is tried again once a minute at the least
      travel(mailroom, Duration.ofMinutes(1));
      awaitImport();
      assertThat(mailroom.rows("delivery where status = 'DELIVERED'")).isEqualTo(120);
      assertThat(mailroom.queued()).isEqualTo(60);
      assertThat(output.getAll()).contains("destination queue is up again").doesNotContain("\tat ");
    } finally {
      broker.stop();
    }
  }

  @Test
  void a_full_disk_stops_nothing_for_good_and_nothing_is_lost_or_cut(CapturedOutput output)
      throws Exception {
    Path mail = Files.createDirectories(folder.resolve("data/mail"));
    assumeTrue(
        mount("-t", "tmpfs", "-o", "size=1m", "tmpfs", mail.toString()),
        "a small disk can't be mounted here");
    try {
      DemoMail maker = new DemoMail(12);
      for (int i = 0; i < 70; i++) {
        mailbox.deliver(maker.next());
      }
      try (MailroomRun mailroom =
          MailroomRun.startRuntime(
              tenant, folder, "--mailroom.limits.page-size=20", "--mailroom.retry.backoff=1s")) {
        await()
            .atMost(PATIENCE)
            .until(
                () ->
                    output.getAll().contains("attachments can't be written below")
                        || output.getAll().contains("destination file is down"));
        await().atMost(PATIENCE).until(() -> output.getAll().contains("space"));
        assertThat(mailbox.unread()).isPositive();
        assertThat(mount("-o", "remount,size=100m", mail.toString())).isTrue();
        awaitImport();
        assertThat(mailroom.rows("mail_message")).isEqualTo(70);
        assertThat(mailroom.rows("delivery where status = 'DELIVERED'")).isEqualTo(140);
        assertThat(output.getAll()).doesNotContain("\tat ");
        for (DemoMessage message : mailbox.messages()) {
          assertWhole(message);
        }
      }
    } finally {
      new ProcessBuilder("umount", "--lazy", mail.toString()).start().waitFor();
    }
  }

  private void assertWhole(DemoMessage message) throws Exception {
    Path files =
        new MessageFolders(folder.resolve("data/mail"))
            .of("support", message.immutableId(), message.received())
            .messageJson();
    JsonNode attachments = new ObjectMapper().readTree(files.toFile()).path("attachments");
    assertThat(attachments).hasSameSizeAs(message.attachments());
    for (int i = 0; i < attachments.size(); i++) {
      assertThat(Files.readAllBytes(Path.of(attachments.path(i).path("location").asText())))
          .isEqualTo(message.attachments().get(i).content());
    }
  }

  private static boolean mount(String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of("mount"));
    command.addAll(List.of(arguments));
    try {
      return new ProcessBuilder(command).start().waitFor() == 0;
    } catch (java.io.IOException noMount) {
      return false;
    }
  }

  @Test
  void graph_and_the_identity_platform_go_away_and_come_back(CapturedOutput output) {
    int refusals = 4;
    tenant.faults().status(call -> call.endsWith("/token"), 503, null, Map.of(), refusals);
    deliverPlain(10);
    try (MailroomRun mailroom = startTravelling(impatient())) {
      await()
          .atMost(PATIENCE)
          .until(
              () -> {
                // that platform is left alone for longer after each refusal
                travel(mailroom, Duration.ofSeconds(5));
                return mailbox.unread() == 0;
              });
      assertThat(tenant.faults().hits()).isEqualTo(refusals);
      tenant.faults().kind(call -> call.contains("/v1.0/"), DemoFaults.Kind.RESET_BEFORE, 12);
      deliverPlain(10);
      awaitImport();
      assertThat(mailroom.rows("mail_message")).isEqualTo(20);
      assertThat(output.getAll()).doesNotContain("\tat ");
    }
  }

  @Test
  void a_fifth_of_the_answers_fail_and_a_token_is_revoked_midway_and_every_message_arrives_once() {
    DemoMail maker = new DemoMail(11);
    for (int i = 0; i < 60; i++) {
      mailbox.deliver(maker.next());
    }
    tenant.faults().random(11, 0.2);
    try (MailroomRun mailroom =
        startTravelling(
            "--mailroom.limits.page-size=10",
            "--mailroom.retry.backoff=1s",
            "--mailroom.retry.max-attempts=50",
            impatient())) {
      awaitImportWithoutPauses(mailroom, 30);
      tenant.revokeTokens();
      awaitImportWithoutPauses(mailroom, 0);
      assertThat(mailroom.rows("mail_message")).isEqualTo(60);
      assertThat(mailroom.rows("mail_attachment"))
          .isEqualTo(
              mailbox.messages().stream().mapToLong(message -> message.attachments().size()).sum());
      assertThat(mailroom.rows("delivery where status = 'DELIVERED'")).isEqualTo(120);
    }
  }
}
