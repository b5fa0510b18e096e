package org.mailroom;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.mailroom.demo.DemoAttachment;
import org.mailroom.demo.DemoMail;
import org.mailroom.demo.DemoMailbox;
import org.mailroom.demo.DemoMessage;
import org.mailroom.demo.DemoTenant;
import org.mailroom.message.MessageFolder;
import org.mailroom.message.MessageFolders;

/**
 * Mail of all sizes, whole, with the original kept, by a Mailroom of its own process whose heap is
 * small.
 */
class LargeMailTest {

  private static final int MEGABYTE = 1 << 20;
  private static final int PLAIN = 40;
  private static final String[] EVERYWHERE = {
    "--mailroom.accounts.support.deliver-to=database,file,queue",
    "--mailroom.accounts.support.content=both"
  };

  @TempDir private Path folder;

  private final Random random = new Random(8);
  private final ObjectMapper json = new ObjectMapper();

  /** Takes longer on a busy machine than a test may. */
  @BeforeAll
  @Timeout(value = 10, unit = TimeUnit.MINUTES)
  static void makeTheClassArchive() {
    ClassArchive.get();
  }

  @Test
  @Timeout(value = 10, unit = TimeUnit.MINUTES)
  void attachments_of_70_megabytes_bodies_of_2_and_500_recipients_fit_into_a_heap_of_192()
      throws Exception {
    prove(192, 2, 20, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5);
  }

  @Test
  @Tag("proof")
  @Timeout(value = 10, unit = TimeUnit.MINUTES)
  void attachments_of_150_megabytes_bodies_of_5_and_500_recipients_fit_into_a_heap_of_256()
      throws Exception {
    prove(256, 5, 40, 10, 10, 10, 10, 10, 10, 10, 10, 10, 10, 10);
  }

  private void prove(int heap, int body, int... files) throws Exception {
    try (DemoTenant tenant = DemoTenant.start()) {
      DemoMailbox mailbox = tenant.mailbox("support@contoso.com");
      DemoMessage attachments = mailbox.deliver(withFiles("many attachments", files));
      List<DemoMessage> bodies = new ArrayList<>();
      for (int i = 0; i < 6; i++) {
        bodies.add(
            mailbox.deliver(
                mail(
                    "500 recipients, a large body",
                    recipients(500),
                    "text/html; charset=utf-8",
                    "<p>" + "grüße ".repeat(body * MEGABYTE / 8) + "</p>")));
      }
      DemoMessage nested = mailbox.deliver(nested(12));
      DemoMessage request = mailbox.deliver(meeting("REQUEST"));
      DemoMessage response = mailbox.deliver(meeting("REPLY"));
      DemoMail maker = new DemoMail(8);
      for (int i = 0; i < PLAIN; i++) {
        mailbox.deliver(maker.next());
      }

      importWithin(heap, tenant);

      assertThat(mailbox.unread()).isZero();
      try (MailroomRun mailroom = MailroomRun.start(tenant, folder, EVERYWHERE)) {
        assertThat(mailroom.rows("mail_message")).isEqualTo(10 + PLAIN);
        assertThat(mailroom.queued()).isEqualTo(10 + PLAIN);
        for (DemoMessage message : mailbox.messages()) {
          compare(mailroom, message);
        }
        assertThat(document(mailroom, attachments).path("attachments")).hasSize(files.length);
        assertThat(document(mailroom, bodies.get(5)).path("to")).hasSize(500);
        assertThat(document(mailroom, nested).path("attachments").path(0).path("kind").asText())
            .isEqualTo("item");
        assertThat(document(mailroom, request).path("kind").asText()).isEqualTo("meetingRequest");
        assertThat(document(mailroom, response).path("kind").asText()).startsWith("meeting");
      }
    }
  }

  @Test
  @Timeout(value = 10, unit = TimeUnit.MINUTES)
  void a_body_that_fits_into_no_memory_is_listed_as_failed_and_all_others_are_imported()
      throws Exception {
    try (DemoTenant tenant = DemoTenant.start()) {
      DemoMailbox mailbox = tenant.mailbox("support@contoso.com");
      mailbox.deliver(DemoMail.plain(1));
      DemoMessage huge =
          mailbox.deliver(
              mail(
                  "40 MB of text",
                  "To: support@contoso.com",
                  "text/plain; charset=utf-8",
                  "lorem ipsum ".repeat(40 * MEGABYTE / 12)));
      mailbox.deliver(DemoMail.plain(2));
      MailroomProcess mailroom = start(128, tenant);
      assertThat(mailroom.await(400)).as(mailroom::output).isEqualTo(3);
      assertThat(mailroom.output())
          .contains("Give Java more memory (-Xmx)")
          .doesNotContain("OutOfMemoryError");
      assertThat(mailbox.messages()).filteredOn(message -> !message.isRead()).containsExactly(huge);
      try (MailroomRun after = MailroomRun.start(tenant, folder, EVERYWHERE)) {
        assertThat(
                after.rows(
                    "delivery where status = 'FAILED' and message_id = '"
                        + huge.immutableId()
                        + "'"))
            .isEqualTo(3);
      }
    }
  }

  private MailroomProcess start(int heap, DemoTenant tenant) throws IOException {
    List<String> arguments = new ArrayList<>(List.of("import", "--once"));
    arguments.addAll(MailroomRun.settings(tenant, folder));
    arguments.addAll(List.of(EVERYWHERE));
    return MailroomProcess.start(
        folder,
        List.of("-Xmx" + heap + "m", "-Xlog:gc:file=" + folder.resolve("gc.log")),
        arguments);
  }

  private void importWithin(int heap, DemoTenant tenant) throws Exception {
    MailroomProcess mailroom = start(heap, tenant);
    assertThat(mailroom.await(400)).as(mailroom::output).isZero();
    assertThat(mailroom.output()).doesNotContain("OutOfMemoryError");
    int peak =
        Pattern.compile("(\\d+)M->\\d+M")
            .matcher(Files.readString(folder.resolve("gc.log")))
            .results()
            .mapToInt(pair -> Integer.parseInt(pair.group(1)))
            .max()
            .orElse(0);
    assertThat(peak).as("megabytes of heap in use before a collection").isBetween(1, heap);
    System.out.printf(
        "proof: large mail imported with -Xmx%dm, heap in use before a collection at most %d MB%n",
        heap, peak);
  }

  private JsonNode document(MailroomRun mailroom, DemoMessage message) throws IOException {
    return json.readTree(
        mailroom
            .database()
            .queryForObject(
                "select document from mail_message where account = 'support' and message_id = ?",
                String.class,
                message.immutableId()));
  }

  /** Body, attachments and original, byte by byte. */
  private void compare(MailroomRun mailroom, DemoMessage original) throws IOException {
    JsonNode document = document(mailroom, original);
    assertThat(
            document
                .path("body")
                .path("content")
                .asText()
                .equals(original.resource().path("body").path("content").asText()))
        .isTrue();
    MessageFolder files =
        new MessageFolders(folder.resolve("data/mail"))
            .of("support", original.immutableId(), original.received());
    assertThat(java.util.Arrays.equals(Files.readAllBytes(files.messageEml()), original.mime()))
        .isTrue();
    assertThat(json.readTree(files.messageJson().toFile()).equals(document)).isTrue();
    for (int i = 0; i < original.attachments().size(); i++) {
      DemoAttachment attachment = original.attachments().get(i);
      Path stored = Path.of(document.path("attachments").path(i).path("location").asText());
      assertThat(java.util.Arrays.equals(Files.readAllBytes(stored), attachment.content()))
          .isTrue();
    }
  }

  private static String recipients(int count) {
    return "To: "
        + IntStream.range(0, count)
            .mapToObj(i -> "Person " + i + " <person" + i + "@example.com>")
            .collect(Collectors.joining(",\r\n "));
  }

  private static byte[] mail(String subject, String recipients, String type, String body) {
    return ("From: Ada Lovelace <ada@example.com>\r\n"
            + recipients
            + "\r\nSubject: "
            + subject
            + "\r\nMessage-ID: <"
            + subject.hashCode()
            + "."
            + body.length()
            + "@example.com>\r\nMIME-Version: 1.0\r\nContent-Type: "
            + type
            + "\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
            + body
            + "\r\n")
        .getBytes(StandardCharsets.UTF_8);
  }

  private byte[] withFiles(String subject, int... megabytes) throws IOException {
    ByteArrayOutputStream mail = new ByteArrayOutputStream();
    mail.write(
        mail(
            subject,
            "To: support@contoso.com",
            "multipart/mixed; boundary=b",
            "--b\r\nContent-Type: text/plain\r\n\r\nSee the files.\r\n"));
    for (int size : megabytes) {
      byte[] content = new byte[size * MEGABYTE + 17];
      random.nextBytes(content);
      mail.write(
          ("\r\n"
                  + "--b\r\n"
                  + "Content-Type: application/octet-stream\r\n"
                  + "Content-Disposition: attachment; filename=\""
                  + size
                  + " MB.bin\"\r\nContent-Transfer-Encoding: base64\r\n\r\n")
              .getBytes(StandardCharsets.US_ASCII));
      mail.write(Base64.getMimeEncoder().encode(content));
    }
    mail.write("\r\n--b--\r\n".getBytes(StandardCharsets.US_ASCII));
    return mail.toByteArray();
  }

  private static byte[] nested(int depth) {
    byte[] inner = DemoMail.plain(depth);
    for (int i = depth; i > 0; i--) {
      inner =
          mail(
              "level " + i,
              "To: support@contoso.com",
              "multipart/mixed; boundary=n" + i,
              "--n"
                  + i
                  + "\r\nContent-Type: text/plain\r\n\r\nforwarded\r\n--n"
                  + i
                  + "\r\nContent-Type: message/rfc822\r\nContent-Disposition: attachment\r\n\r\n"
                  + new String(inner, StandardCharsets.UTF_8)
                  + "\r\n--n"
                  + i
                  + "--\r\n");
    }
    return inner;
  }

  private static byte[] meeting(String method) {
    return mail(
        "meeting " + method,
        "To: support@contoso.com",
        "text/calendar; method=" + method + "; charset=utf-8",
        "BEGIN:VCALENDAR\r\nMETHOD:"
            + method
            + "\r\n"
            + "BEGIN:VEVENT\r\n"
            + "UID:1\r\n"
            + "DTSTART:20260201T090000Z\r\n"
            + "END:VEVENT\r\n"
            + "END:VCALENDAR\r\n");
  }
}
