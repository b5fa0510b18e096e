package org.mailroom;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpServer;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.apache.activemq.artemis.core.config.impl.ConfigurationImpl;
import org.apache.activemq.artemis.core.config.impl.SecurityConfiguration;
import org.apache.activemq.artemis.core.server.embedded.EmbeddedActiveMQ;
import org.apache.activemq.artemis.spi.core.security.ActiveMQJAASSecurityManager;
import org.apache.activemq.artemis.spi.core.security.jaas.InVMLoginModule;
import org.apache.camel.builder.RouteBuilder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.mailroom.demo.DemoMail;
import org.mailroom.demo.DemoMailbox;
import org.mailroom.demo.DemoMessage;
import org.mailroom.demo.DemoTenant;
import org.mailroom.schedule.AccountSchedule;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * Recipes of docs/routes.md for destinations, as they stand there, each in a Mailroom of its own.
 */
@ExtendWith(OutputCaptureExtension.class)
class DestinationRecipesTest {

  private static final String KEY = "a secret of two, with 'quotes', commas and ${body}";

  @TempDir private Path folder;

  private final DemoTenant tenant = DemoTenant.start();
  private final DemoMailbox mailbox = tenant.mailbox("support@contoso.com");

  @AfterEach
  void stop() {
    tenant.close();
  }

  private String settings(String... recipes) {
    StringBuilder files = new StringBuilder("--spring.config.additional-location=");
    for (int i = 0; i < recipes.length; i++) {
      Path file = folder.resolve("settings-" + i + ".yaml");
      Recipe.write(file, Recipe.named(recipes[i]).into(folder).file("application.yaml"));
      files.append(i == 0 ? "" : ",").append("file:").append(file);
    }
    return files.toString();
  }

  private static byte[] withPdf(String from, byte[] pdf) {
    return ("From: "
            + from
            + "\r\n"
            + "To: support@contoso.com\r\n"
            + "Subject: =?UTF-8?Q?Caf=C3=A9?=\r\n"
            + "Date: Mon, 5 Jan 2026 08:00:00 +0000\r\n"
            + "MIME-Version: 1.0\r\n"
            + "Content-Type: multipart/mixed; boundary=x\r\n\r\n"
            + "--x\r\n"
            + "Content-Type: text/plain\r\n\r\n"
            + "Hello\r\n"
            + "--x\r\n"
            + "Content-Type: application/pdf\r\n"
            + "Content-Disposition: attachment; filename=\"Bill.PDF\"\r\n"
            + "Content-Transfer-Encoding: base64\r\n\r\n"
            + Base64.getMimeEncoder().encodeToString(pdf)
            + "\r\n--x--\r\n")
        .getBytes(UTF_8);
  }

  /** What the partner got. */
  private record Posted(Headers headers, byte[] body) {}

  @Test
  void the_partner_computes_the_same_signature_and_pdfs_land_by_the_senders_domain(
      CapturedOutput output) throws Exception {
    List<Posted> posted = new CopyOnWriteArrayList<>();
    HttpServer partner = HttpServer.create(new InetSocketAddress("localhost", 0), 0);
    partner.createContext(
        "/",
        exchange -> {
          posted.add(
              new Posted(exchange.getRequestHeaders(), exchange.getRequestBody().readAllBytes()));
          exchange.sendResponseHeaders(204, -1);
          exchange.close();
        });
    partner.start();
    byte[] pdf = {'%', 'P', 'D', 'F', 0, 13, 10, (byte) 0xff};
    DemoMessage message = mailbox.deliver(withPdf("billing@Example.COM", pdf));
    String settings = settings("A webhook with a signature", "PDFs by the sender's domain");
    try (MailroomRun mailroom =
        MailroomRun.start(
            tenant,
            folder,
            settings,
            "--mailroom.routes=file:" + folder.resolve("routes"),
            "--partner.url=http://localhost:" + partner.getAddress().getPort() + "/mail",
            "--PARTNER_SIGNING_KEY=" + KEY.replace("${", "\\${"),
            "--pdfs.folder=" + folder.resolve("pdfs"),
            "--mailroom.accounts.support.deliver-to=partner,pdfs")) {
      assertThat(mailroom.importSupport().isComplete()).as(output.getOut()).isTrue();
      assertThat(mailroom.importSupport().isComplete()).isTrue();
    } finally {
      partner.stop(0);
    }
    assertThat(posted).hasSize(1);
    Posted post = posted.get(0);
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(KEY.getBytes(UTF_8), "HmacSHA256"));
    mac.update((post.headers().getFirst("X-Timestamp") + ".").getBytes(UTF_8));
    assertThat(post.headers().getFirst("X-Signature"))
        .isEqualTo("sha256=" + HexFormat.of().formatHex(mac.doFinal(post.body())));
    assertThat(Instant.parse(post.headers().getFirst("X-Timestamp")))
        .isBetween(Instant.now().minusSeconds(600), Instant.now().plusSeconds(1));
    assertThat(post.headers().getFirst("Idempotency-Key")).isEqualTo(message.immutableId());
    assertThat(new ObjectMapper().readTree(post.body()).path("subject").asText()).isEqualTo("Café");
    assertThat(output.getAll()).doesNotContain("a secret of two");
    try (var written = Files.walk(folder.resolve("pdfs"))) {
      List<Path> files = written.filter(Files::isRegularFile).toList();
      assertThat(files)
          .singleElement()
          .satisfies(
              file -> {
                assertThat(file.getParent()).isEqualTo(folder.resolve("pdfs/example.com"));
                assertThat(file.getFileName().toString()).endsWith(".pdf");
                assertThat(file).hasBinaryContent(pdf);
              });
    }
    assertThat(mailbox.unread()).isZero();
  }

  @Test
  void failed_mail_moves_to_its_folder_and_the_account_is_polled_on_working_days_at_six()
      throws Exception {
    DemoMessage refused = mailbox.deliver(DemoMail.plain(1));
    DemoMessage taken = mailbox.deliver(DemoMail.plain(2));
    try (MailroomRun mailroom =
        MailroomRun.start(
            tenant,
            folder,
            settings("Poll at times", "Failed mail to a folder"),
            "--mailroom.retry.max-attempts=1",
            "--mailroom.destinations.choosy=direct:deliver-to-choosy",
            "--mailroom.accounts.support.deliver-to=choosy")) {
      mailroom
          .camel()
          .addRoutes(
              new RouteBuilder() {
                @Override
                public void configure() {
                  from("direct:deliver-to-choosy")
                      .filter(
                          exchange ->
                              refused
                                  .immutableId()
                                  .equals(exchange.getMessage().getHeader("messageId")))
                      .throwException(new IllegalArgumentException("not this one"));
                }
              });
      assertThat(mailroom.importSupport().givenUp()).isEqualTo(1);
      ZonedDateTime next =
          mailroom
              .bean(AccountSchedule.class)
              .nextPoll("support")
              .atZone(ZoneId.of("Europe/Amsterdam"));
      assertThat(next.toLocalTime()).isEqualTo(LocalTime.of(6, 0));
      assertThat(next.getDayOfWeek()).isNotIn(DayOfWeek.SATURDAY, DayOfWeek.SUNDAY);
      assertThat(next.toInstant()).isAfter(Instant.now());
    }
    assertThat(refused.folder()).isEqualTo(mailbox.folder("Failed"));
    assertThat(refused.isRead()).isFalse();
    assertThat(refused.resource().path("categories").toString()).isEqualTo("[\"Mailroom failed\"]");
    assertThat(taken.isRead()).isTrue();
  }

  @Test
  void rows_land_in_postgresql_and_messages_on_a_broker_that_asks_for_a_password()
      throws Exception {
    EmbeddedActiveMQ broker = new EmbeddedActiveMQ();
    SecurityConfiguration users = new SecurityConfiguration();
    users.addUser("mailroom", "broker's own");
    users.addRole("mailroom", "amq");
    ConfigurationImpl configuration = new ConfigurationImpl();
    configuration
        .setPersistenceEnabled(false)
        .setSecurityEnabled(true)
        .addAcceptorConfiguration("tcp", "tcp://127.0.0.1:0")
        .setJournalDirectory(folder.resolve("broker").toString());
    configuration.putSecurityRoles(
        "#",
        java.util.Set.of(
            new org.apache.activemq.artemis.core.security.Role(
                "amq", true, true, true, true, true, true, true, true, true, true, false, false)));
    broker.setConfiguration(configuration);
    broker.setSecurityManager(
        new ActiveMQJAASSecurityManager(InVMLoginModule.class.getName(), users));
    broker.start();
    int port = broker.getActiveMQServer().getRemotingService().getAcceptor("tcp").getActualPort();
    try (EmbeddedPostgres postgres = EmbeddedPostgres.start()) {
      try (Connection admin = postgres.getPostgresDatabase().getConnection()) {
        admin.createStatement().execute("create user mailroom password 'database''s own'");
        admin.createStatement().execute("create database mailroom owner mailroom");
      }
      for (int i = 1; i <= 10; i++) {
        mailbox.deliver(DemoMail.plain(i));
      }
      try (MailroomRun mailroom =
          MailroomRun.start(
              tenant,
              folder,
              settings("PostgreSQL and a broker of your own"),
              "--MAILROOM_DB_PASSWORD=database's own",
              "--MAILROOM_BROKER_PASSWORD=broker's own",
              "--spring.datasource.url=jdbc:postgresql://localhost:"
                  + postgres.getPort()
                  + "/mailroom",
              "--spring.artemis.broker-url=tcp://127.0.0.1:" + port,
              "--mailroom.accounts.support.deliver-to=database,queue")) {
        assertThat(mailroom.importSupport().isComplete()).isTrue();
        assertThat(mailroom.queued()).isEqualTo(10);
      }
      assertThat(
              new JdbcTemplate(postgres.getDatabase("mailroom", "mailroom"))
                  .queryForObject("select count(*) from mail_message", Long.class))
          .isEqualTo(10);
      assertThat(mailbox.unread()).isZero();
      assertThat(folder.resolve("data/mailroom.mv.db")).doesNotExist();
      assertThat(folder.resolve("data/broker")).doesNotExist();
    } finally {
      broker.stop();
    }
  }
}
