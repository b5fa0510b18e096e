package org.mailroom;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import jakarta.mail.internet.MimeMessage;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import org.apache.activemq.artemis.core.config.impl.ConfigurationImpl;
import org.apache.activemq.artemis.core.server.Queue;
import org.apache.activemq.artemis.core.server.embedded.EmbeddedActiveMQ;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.mailroom.demo.DemoMailbox;
import org.mailroom.demo.DemoMessage;
import org.mailroom.demo.DemoTenant;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/**
 * The recipes for Kafka, AMQP 1.0 and SMTP as they stand in docs/routes.md, each against a real
 * server that goes away and comes back.
 */
@Tag("proof")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@ExtendWith(OutputCaptureExtension.class)
class BrokersProofTest {

  private static final Duration PATIENCE = Duration.ofMinutes(3);

  private final DemoTenant tenant = DemoTenant.start();
  private final List<String> settings = new ArrayList<>();
  private KafkaBroker kafka;
  private EmbeddedActiveMQ amqp;
  private TcpProxy toAmqp;
  private int smtpPort;
  private MailroomRun mailroom;
  private int from;

  @BeforeAll
  void start(@TempDir Path folder) throws Exception {
    kafka = new KafkaBroker(folder, "mail-events");
    amqp = new EmbeddedActiveMQ();
    amqp.setConfiguration(
        new ConfigurationImpl()
            .setPersistenceEnabled(false)
            .setSecurityEnabled(false)
            .addAcceptorConfiguration("amqp", "tcp://127.0.0.1:0?protocols=AMQP")
            .setJournalDirectory(folder.resolve("amqp").toString()));
    amqp.start();
    toAmqp =
        new TcpProxy(
            amqp.getActiveMQServer().getRemotingService().getAcceptor("amqp").getActualPort());
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      smtpPort = free.getLocalPort();
    }
    StringBuilder files = new StringBuilder("--spring.config.additional-location=");
    for (String title : List.of("Kafka", "AMQP 1.0", "Forward by SMTP")) {
      Path file = folder.resolve("settings-" + files.length() + ".yaml");
      Recipe.write(file, Recipe.named(title).into(folder).file("application.yaml"));
      files.append(files.toString().endsWith("=") ? "" : ",").append("file:").append(file);
    }
    settings.addAll(
        List.of(
            files.toString(),
            "--mailroom.routes=file:" + folder.resolve("routes"),
            "--mailroom.polling=false",
            "--mailroom.poll-every=1h",
            "--events.brokers=" + kafka.address(),
            "--bus.url=amqp://127.0.0.1:" + toAmqp.port(),
            "--BUS_PASSWORD=x",
            "--forward.server=localhost:" + smtpPort,
            "--FORWARD_PASSWORD=pass&word%+",
            "--mailroom.accounts.support.deliver-to=file"));
    for (String destination : List.of("events", "bus", "forward")) {
      settings.addAll(
          List.of(
              "--mailroom.accounts." + destination + ".mailbox=" + destination + "@contoso.com",
              "--mailroom.accounts." + destination + ".credential=demo",
              "--mailroom.accounts." + destination + ".deliver-to=" + destination));
      tenant.mailbox(destination + "@contoso.com");
    }
    mailroom =
        MailroomRun.startRuntime(
            TravellingClock.Application.class, tenant, folder, settings.toArray(String[]::new));
  }

  @BeforeEach
  void begin(CapturedOutput output) {
    from = output.getOut().length();
  }

  @AfterAll
  void stop() throws Exception {
    mailroom.close();
    kafka.close();
    toAmqp.close();
    amqp.stop();
    tenant.close();
  }

  private interface Switch {
    void flip() throws Exception;
  }

  private static DemoMessage deliver(DemoMailbox mailbox, String subject, String text) {
    return mailbox.deliver(
        ("From: ada@example.com\r\nTo: x@contoso.com\r\nSubject: "
                + subject
                + "\r\nDate: Mon, 5 Jan 2026 08:00:00 +0000\r\n"
                + "Content-Type: text/plain; charset=UTF-8\r\n\r\n"
                + text
                + "\r\n")
            .getBytes(UTF_8));
  }

  private void importAfter(Duration wait, String account) {
    mailroom.bean(TravellingClock.class).travel(wait);
    mailroom.importAll(account);
  }

  private List<String> told(CapturedOutput output) {
    return output
        .getOut()
        .substring(from)
        .lines()
        .filter(line -> line.matches("[\\d:]+ (WARN|ERROR) .*") && !line.contains("reading pauses"))
        .toList();
  }

  private String entry(DemoMessage message) {
    return mailroom
        .database()
        .queryForObject(
            "select status || ' ' || attempts from delivery where message_id = ?",
            String.class,
            message.immutableId());
  }

  /** Nothing is lost, no attempt is spent, it is told once, and it goes on by itself. */
  private void goesAwayAndComesBack(
      String destination, Switch down, Switch up, Callable<List<String>> ids, CapturedOutput output)
      throws Exception {
    DemoMailbox mailbox = tenant.mailbox(destination + "@contoso.com");
    List<String> sent = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      sent.add(deliver(mailbox, destination + " before " + i, "Héllo").immutableId());
    }
    importAfter(Duration.ZERO, destination);
    assertThat(mailbox.unread()).as(output.getOut()).isZero();
    down.flip();
    for (int i = 0; i < 3; i++) {
      sent.add(deliver(mailbox, destination + " meanwhile " + i, "Héllo").immutableId());
    }
    for (int i = 0; i < 3; i++) {
      importAfter(Duration.ofMinutes(5), destination);
    }
    assertThat(
            mailroom.rows(
                "delivery where account = '"
                    + destination
                    + "' and status = 'PENDING' and attempts = 0"))
        .isEqualTo(3);
    assertThat(
            mailroom.rows(
                "delivery where account = '" + destination + "' and status <> 'DELIVERED'"))
        .isEqualTo(3);
    assertThat(mailbox.unread()).isEqualTo(3);
    assertThat(told(output))
        .singleElement()
        .asString()
        .contains("ERROR destination " + destination + " is down: route deliver-to-" + destination);
    up.flip();
    await()
        .atMost(PATIENCE)
        .until(
            () -> {
              importAfter(Duration.ofMinutes(5), destination);
              return mailbox.unread() == 0;
            });
    assertThat(ids.call()).containsExactlyInAnyOrderElementsOf(sent);
    assertThat(told(output)).hasSize(1);
    assertThat(output.getOut().substring(from))
        .containsOnlyOnce("destination " + destination + " is up again");
  }

  @Test
  void kafka_goes_away_and_comes_back_and_a_record_that_is_too_large_is_refused_alone(
      CapturedOutput output) throws Exception {
    goesAwayAndComesBack(
        "events",
        kafka::down,
        kafka::up,
        () -> kafka.records().stream().map(ConsumerRecord::key).toList(),
        output);
    assertThat(
            new ObjectMapper()
                .readTree(kafka.records().get(0).value())
                .path("body")
                .path("content")
                .asText())
        .contains("Héllo");
    assertThat(kafka.records().get(0).headers())
        .extracting(header -> header.key())
        .containsExactlyInAnyOrder("account", "messageId");

    DemoMailbox mailbox = tenant.mailbox("events@contoso.com");
    DemoMessage large = deliver(mailbox, "large", "0123456789".repeat(120_000));
    DemoMessage small = deliver(mailbox, "small", "Hello");
    importAfter(Duration.ofMinutes(5), "events");
    assertThat(entry(large)).isEqualTo("PENDING 1");
    assertThat(entry(small)).isEqualTo("DELIVERED 1");
    assertThat(told(output))
        .hasSize(2)
        .last()
        .asString()
        .contains("WARN", large.immutableId(), "max.request.size");
  }

  @Test
  void an_amqp_broker_goes_away_and_comes_back(CapturedOutput output) throws Exception {
    goesAwayAndComesBack("bus", toAmqp::down, toAmqp::up, this::inQueue, output);
  }

  private List<String> inQueue() {
    Queue queue = amqp.getActiveMQServer().locateQueue("mails");
    List<String> ids = new ArrayList<>();
    try (var messages = queue.browserIterator()) {
      while (messages.hasNext()) {
        ids.add(String.valueOf(messages.next().getMessage().getObjectProperty("messageId")));
      }
    }
    return ids;
  }

  @Test
  void an_smtp_server_goes_away_and_comes_back_and_its_answers_refuse_or_ask_for_later(
      CapturedOutput output) throws Exception {
    GreenMail[] server = {smtp("pass&word%+")};
    List<MimeMessage> got = new ArrayList<>();
    goesAwayAndComesBack(
        "forward",
        () -> got.addAll(stopped(server[0])),
        () -> server[0] = smtp("pass&word%+"),
        () -> {
          got.addAll(Arrays.asList(server[0].getReceivedMessages()));
          List<String> ids = new ArrayList<>();
          for (MimeMessage mail : got) {
            ids.add(mail.getHeader("X-Mailroom-Id", null));
          }
          return ids;
        },
        output);
    MimeMessage first = got.get(0);
    assertThat(first.getSubject()).startsWith("Fwd: forward before ");
    assertThat(first.getContentType()).startsWith("text/plain; charset=UTF-8");
    assertThat(new String(first.getInputStream().readAllBytes(), UTF_8)).contains("Héllo");
    assertThat(first.getFrom()[0]).hasToString("mailroom@contoso.com");
    assertThat(
            java.util.Collections.list(first.getAllHeaders()).stream()
                .map(header -> header.getName().toLowerCase(java.util.Locale.ROOT))
                .toList())
        .doesNotContain("account", "mailbox", "messageid", "receivedat");
    server[0].stop();

    DemoMailbox mailbox = tenant.mailbox("forward@contoso.com");
    try (ScriptedSmtp scripted =
        new ScriptedSmtp(
            smtpPort,
            subject ->
                subject.endsWith("later")
                    ? "451 4.7.1 greylisted"
                    : subject.endsWith("never") ? "552 5.3.4 too large" : "250 ok")) {
      DemoMessage later = deliver(mailbox, "later", "Hello");
      DemoMessage never = deliver(mailbox, "never", "Hello");
      DemoMessage good = deliver(mailbox, "good", "Hello");
      importAfter(Duration.ofMinutes(5), "forward");
      assertThat(entry(later)).isEqualTo("PENDING 0");
      assertThat(entry(never)).isEqualTo("PENDING 1");
      assertThat(entry(good)).isEqualTo("DELIVERED 1");
      assertThat(scripted.taken()).containsExactly("Fwd: good");
      assertThat(told(output))
          .hasSize(2)
          .last()
          .asString()
          .contains("WARN", never.immutableId(), "552 5.3.4 too large");
      assertThat(output.getOut().substring(from))
          .contains(
              "INFO  account forward: message "
                  + later.immutableId()
                  + " is wanted by forward later: ");
    }
  }

  private GreenMail smtp(String password) {
    GreenMail server =
        new GreenMail(new ServerSetup(smtpPort, "localhost", ServerSetup.PROTOCOL_SMTP));
    server.setUser("archive@contoso.com", "mailroom", password);
    server.start();
    return server;
  }

  private static List<MimeMessage> stopped(GreenMail server) {
    List<MimeMessage> got = Arrays.asList(server.getReceivedMessages());
    server.stop();
    return got;
  }
}
