package org.mailroom;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Properties;
import java.util.stream.Stream;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.mailroom.account.ImportResult;
import org.mailroom.delivery.DestinationDownException;
import org.mailroom.delivery.RefusedException;
import org.mailroom.delivery.WaitingDeliveries;
import org.mailroom.demo.DemoMailbox;
import org.mailroom.demo.DemoMessage;
import org.mailroom.demo.DemoTenant;
import org.mailroom.message.AttachmentFiles;
import org.mailroom.message.ClamdStreams;
import org.mailroom.message.MailAttachment;
import org.mailroom.message.MailMessage;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/**
 * The recipe of docs/routes.md that has clamd look at each attachment, against a stand-in that
 * speaks its protocol.
 */
@ExtendWith(OutputCaptureExtension.class)
class VirusScanTest {

  private static final String RECIPE = "Virus scanning";

  @TempDir private Path folder;

  private Clamd clamd;

  @BeforeEach
  void start() throws IOException {
    clamd = new Clamd(0);
  }

  @AfterEach
  void stop() throws IOException {
    clamd.close();
  }

  private static byte[] mail(String subject, byte[] attached) {
    return ("From: ada@example.com\r\nTo: support@contoso.com\r\nSubject: "
            + subject
            + "\r\n"
            + "Date: Mon, 5 Jan 2026 08:00:00 +0000\r\n"
            + "MIME-Version: 1.0\r\n"
            + "Content-Type: multipart/mixed; boundary=x\r\n\r\n"
            + "--x\r\n"
            + "Content-Type: text/plain\r\n\r\n"
            + "Hello\r\n"
            + "--x\r\n"
            + "Content-Type: application/octet-stream\r\n"
            + "Content-Disposition: attachment; filename=\"a.bin\"\r\n"
            + "Content-Transfer-Encoding: base64\r\n\r\n"
            + Base64.getMimeEncoder().encodeToString(attached)
            + "\r\n--x--\r\n")
        .getBytes(UTF_8);
  }

  @Test
  void
      nothing_is_delivered_before_it_was_scanned_a_virus_is_refused_and_a_scanner_that_is_down_makes_the_account_wait(
          CapturedOutput output) throws Exception {
    byte[] everyByte = new byte[200_000];
    for (int i = 0; i < everyByte.length; i++) {
      everyByte[i] = (byte) i;
    }
    Path settings = folder.resolve("site.yaml");
    Recipe.write(settings, Recipe.named(RECIPE).into(folder).file("application.yaml"));
    try (DemoTenant tenant = DemoTenant.start();
        MailroomRun mailroom =
            MailroomRun.start(
                tenant,
                folder,
                "--spring.config.additional-location=file:" + settings,
                "--mailroom.routes=file:" + folder.resolve("routes"),
                "--virus.clamd=127.0.0.1:" + clamd.port(),
                "--virus.quarantine=" + folder.resolve("quarantine"),
                "--mailroom.retry.backoff=1s",
                "--mailroom.retry.max-attempts=2",
                "--mailroom.accounts.support.content=both",
                "--mailroom.accounts.support.attachments.exclude=*.exe")) {
      DemoMailbox mailbox = tenant.mailbox("support@contoso.com");
      DemoMessage clean = mailbox.deliver(mail("Clean", everyByte));
      DemoMessage infected = mailbox.deliver(mail("Infected", Clamd.INFECTED.getBytes(UTF_8)));
      ImportResult result = mailroom.importSupport();
      assertThat(clamd.scanned())
          .as("byte by byte")
          .anyMatch(scanned -> Arrays.equals(scanned, everyByte));
      assertThat(result.imported()).isEqualTo(1);
      assertThat(result.failed()).isEqualTo(1);
      assertThat(clean.isRead()).isTrue();
      assertThat(infected.isRead()).isFalse();
      assertThat(subjects(mailroom)).containsExactly("Clean");
      assertThat(mailroom.bean(WaitingDeliveries.class).refused().get("support").error())
          .contains(
              "route scan-for-viruses (routes/site/scan-for-viruses.camel.yaml), step refuse-it: ",
              "it has the virus " + Clamd.VIRUS + "; its content is in quarantine as ");
      assertThat(files("quarantine"))
          .as("what has the virus, and not the original with it")
          .singleElement()
          .satisfies(file -> assertThat(file).hasContent(Clamd.INFECTED));
      assertThat(files("data/mail")).noneMatch(file -> read(file).contains(Clamd.INFECTED));
      int scanned = clamd.scanned().size();
      DemoMessage hidden =
          mailbox.deliver(
              new String(mail("Hidden", "harmless".getBytes(UTF_8)), UTF_8)
                  .replace(
                      "\r\n--x--\r\n",
                      "\r\n"
                          + "--x\r\n"
                          + "Content-Type: application/octet-stream\r\n"
                          + "Content-Disposition: attachment; filename=\"b.exe\"\r\n\r\n"
                          + Clamd.INFECTED
                          + "\r\n--x--\r\n")
                  .getBytes(UTF_8));
      mailroom.importSupport();
      assertThat(clamd.scanned().size()).isGreaterThanOrEqualTo(scanned + 2);
      assertThat(
              mailroom
                  .database()
                  .queryForList(
                      "select last_error from delivery where message_id = ?",
                      String.class,
                      hidden.immutableId()))
          .as("it isn't stored as an attachment, and lies in the original")
          .isNotEmpty()
          .allMatch(error -> error.contains("it has the virus " + Clamd.VIRUS));
      assertThat(files("data/mail"))
          .filteredOn(file -> file.endsWith("message.eml"))
          .as("that of the clean one")
          .hasSize(1);
      assertThat(files("data/mail")).noneMatch(file -> read(file).contains(Clamd.INFECTED));
      await()
          .until(
              () ->
                  mailroom.importSupport().givenUp() > 0
                      || infected.resource().path("categories").toString().contains("failed"));
      assertThat(infected.isRead()).isFalse();

      int port = clamd.port();
      clamd.close();
      DemoMessage waiting = mailbox.deliver(mail("Waiting", new byte[] {1, 2, 3}));
      int from = output.getOut().length();
      ImportResult down = mailroom.importSupport();
      assertThat(down.couldBeRead()).isFalse();
      assertThat(down.failure())
          .hasMessageContaining("clamd at 127.0.0.1:" + port + " doesn't answer");
      assertThat(waiting.isRead()).isFalse();
      assertThat(subjects(mailroom)).containsExactly("Clean");
      mailroom.importSupport();
      assertThat(
              mailroom
                  .database()
                  .queryForObject(
                      "select coalesce(max(attempts), 0) from delivery where message_id = ?",
                      Integer.class,
                      waiting.immutableId()))
          .as("no attempt")
          .isZero();
      assertThat(output.getOut().substring(from).lines().filter(line -> line.contains("ERROR")))
          .as("told once")
          .hasSize(1);
      clamd = new Clamd(port);
      await()
          .until(
              () -> {
                mailroom.importSupport();
                return waiting.isRead();
              });
      assertThat(subjects(mailroom)).containsExactly("Clean", "Waiting");
    }
  }

  private static List<String> subjects(MailroomRun mailroom) {
    return mailroom
        .database()
        .queryForList("select subject from mail_message order by received_at", String.class);
  }

  private List<Path> files(String below) throws IOException {
    if (!Files.exists(folder.resolve(below))) {
      return List.of();
    }
    try (Stream<Path> all = Files.walk(folder.resolve(below))) {
      return all.filter(Files::isRegularFile).toList();
    }
  }

  private static String read(Path file) {
    try {
      return new String(Files.readAllBytes(file), java.nio.charset.StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private Exchange scan(MailAttachment attachment, String infected) throws Exception {
    try (DefaultCamelContext camel = new DefaultCamelContext()) {
      camel.getRegistry().bind("attachmentFiles", new AttachmentFiles());
      camel.getRegistry().bind("clamdStreams", new ClamdStreams());
      Properties settings = new Properties();
      settings.putAll(
          java.util.Map.of(
              "virus.clamd",
              "127.0.0.1:" + clamd.port(),
              "virus.max-size",
              "1KB",
              "virus.infected",
              infected,
              "virus.quarantine",
              folder.resolve("quarantine").toString()));
      camel.getPropertiesComponent().setInitialProperties(settings);
      for (String file :
          List.of("routes/site/rules.camel.yaml", "routes/site/scan-for-viruses.camel.yaml")) {
        PluginHelper.getRoutesLoader(camel)
            .loadRoutes(
                ResourceHelper.fromString(
                    Path.of(file).getFileName().toString(), Recipe.named(RECIPE).file(file)));
      }
      camel.start();
      MailMessage message =
          new MailMessage(
              "support",
              "support@contoso.com",
              "A=",
              null,
              null,
              "s",
              null,
              null,
              null,
              null,
              null,
              null,
              Instant.EPOCH,
              null,
              null,
              null,
              null,
              null,
              null,
              null,
              null,
              null,
              null,
              null,
              null,
              "message",
              null,
              null,
              attachment == null ? List.of() : List.of(attachment),
              null,
              2);
      Exchange done =
          camel
              .createProducerTemplate()
              .request("direct:rules", exchange -> exchange.getMessage().setBody(message));
      if (done.getException() == null) {
        assertThat(done.getMessage().getBody()).isSameAs(message);
      }
      return done;
    }
  }

  private MailAttachment stored(String content) throws IOException {
    return new MailAttachment(
        "1",
        "file",
        "${body}.bin",
        null,
        3L,
        false,
        null,
        "00ff",
        Files.writeString(folder.resolve("content"), content).toString(),
        null,
        null);
  }

  @Test
  void an_infected_content_is_dropped_where_the_setting_says_so() throws Exception {
    assertThat(scan(stored(Clamd.INFECTED), "drop").getException())
        .rootCause()
        .isInstanceOf(RefusedException.class)
        .hasMessage("it has the virus " + Clamd.VIRUS + "; its content was deleted");
    assertThat(folder.resolve("content")).doesNotExist();
    assertThat(folder.resolve("quarantine")).doesNotExist();
    assertThat(scan(stored(Clamd.INFECTED), "burn").getException())
        .rootCause()
        .hasMessage("what becomes of an infected content is 'burn': allowed are quarantine, drop");
  }

  @ParameterizedTest
  @CsvSource({
    "stream: Can't allocate memory ERROR",
    "UNKNOWN COMMAND",
    "OK",
    "stream: OK and more"
  })
  void what_is_no_clear_answer_is_none_and_the_message_waits(String answer) throws Exception {
    clamd.answers(answer);
    assertThat(scan(stored("harmless"), "quarantine").getException())
        .rootCause()
        .isInstanceOf(DestinationDownException.class)
        .hasMessageContaining("can't scan (" + answer + ")");
    assertThat(folder.resolve("content")).exists();
  }

  @Test
  void clean_small_and_no_attachments_pass_and_a_larger_one_than_is_scanned_does_not()
      throws Exception {
    assertThat(scan(stored("harmless"), "quarantine").getException()).isNull();
    assertThat(scan(stored(""), "quarantine").getException()).isNull();
    assertThat(scan(null, "quarantine").getException()).isNull();
    assertThat(
            scan(
                    new MailAttachment(
                        "1", "reference", "link", null, null, false, null, null, null, null, null),
                    "quarantine")
                .getException())
        .isNull();
    assertThat(scan(stored("x".repeat(1025)), "quarantine").getException())
        .rootCause()
        .hasMessage("an attachment of 1025 bytes is larger than what is scanned for viruses (1KB)");
    clamd.answers("stream: a\u0007b" + "c".repeat(200) + " FOUND");
    assertThat(scan(stored("harmless"), "quarantine").getException())
        .rootCause()
        .hasMessageMatching(
            "it has the virus a\\?bc{97}; its content is in quarantine as [0-9a-f]{64}");
  }
}
