package org.mailroom.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import jakarta.mail.Multipart;
import jakarta.mail.Part;
import jakarta.mail.Session;
import jakarta.mail.internet.MimeMessage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.mailroom.MigratedDatabase;
import org.mailroom.export.MessageExport.Format;
import org.mailroom.export.MessageExport.Result;
import org.mailroom.export.MessageExport.Selection;
import org.mailroom.message.MailMessageJson;
import org.mailroom.message.MessageFolders;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.namedparam.NamedParameterJdbcTemplate;

class MessageExportTest {

  private static final Instant MONDAY = Instant.parse("2026-01-05T08:00:00Z");

  @TempDir private Path folder;

  private final JdbcTemplate jdbc = new MigratedDatabase().jdbc();
  private final MailMessageJson json = new MailMessageJson();
  private MessageFolders folders;
  private MessageExport export;

  @BeforeEach
  void empty() {
    folders = new MessageFolders(folder);
    KeptMessages kept = new KeptMessages(jdbc, json, folders);
    export =
        new MessageExport(new NamedParameterJdbcTemplate(jdbc), kept, json, new MimeBuilder(kept));
  }

  private ObjectNode mail(String account, String id, Instant received) {
    ObjectNode mail =
        json.mapper()
            .createObjectNode()
            .put("account", account)
            .put("id", id)
            .put("subject", "about " + id)
            .put("receivedAt", received.toString())
            .put("internetMessageId", "<" + id + "@example.com>")
            .put("kind", "message");
    mail.putObject("from").put("name", "Anna Bérg").put("address", "anna@example.com");
    mail.putObject("body").put("contentType", "text").put("content", "Hello " + id);
    mail.putArray("attachments");
    return mail;
  }

  private void knows(ObjectNode mail) {
    jdbc.update(
        "insert into ledger_message (account, message_id, listed_at, received_at) values (?, ?, ?,"
            + " ?)",
        mail.get("account").textValue(),
        mail.get("id").textValue(),
        at(mail),
        at(mail));
  }

  private static java.time.OffsetDateTime at(ObjectNode mail) {
    return java.time.OffsetDateTime.parse(mail.get("receivedAt").textValue());
  }

  private void inDatabase(ObjectNode mail) {
    knows(mail);
    jdbc.update(
        "insert into mail_message (account, message_id, received_at, has_attachments, document,"
            + " imported_at) values (?, ?, ?, false, ?, ?)",
        mail.get("account").textValue(),
        mail.get("id").textValue(),
        at(mail),
        mail.toString(),
        at(mail));
  }

  private Path file(ObjectNode mail, String name, byte[] content) throws IOException {
    Path file =
        folders
            .of(mail.get("account").textValue(), mail.get("id").textValue(), at(mail).toInstant())
            .path()
            .resolve(name);
    Files.createDirectories(file.getParent());
    return Files.write(file, content);
  }

  private String exported(Format format, Selection selection, Result[] result) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    result[0] = export.export(selection, format, out, looked -> {});
    return out.toString(StandardCharsets.UTF_8);
  }

  private String exported(Format format) throws IOException {
    Result[] result = new Result[1];
    String text = exported(format, new Selection(null, Instant.EPOCH, null), result);
    assertThat(result[0].problems()).isEmpty();
    return text;
  }

  /** As a reader of mboxrd takes it apart. */
  private static List<MimeMessage> mails(String mbox) throws Exception {
    List<MimeMessage> mails = new ArrayList<>();
    for (String each : mbox.split("(?m)^From [^\\n]*\\n")) {
      if (!each.isEmpty()) {
        String unquoted = each.substring(0, each.length() - 1).replaceAll("(?m)^>(>*From )", "$1");
        mails.add(
            new MimeMessage(
                (Session) null,
                new ByteArrayInputStream(unquoted.getBytes(StandardCharsets.UTF_8))));
      }
    }
    return mails;
  }

  @Test
  void documents_are_lines_earliest_first_from_the_database_or_else_from_their_files()
      throws IOException {
    ObjectNode late = mail("support", "late", MONDAY.plusSeconds(3));
    ObjectNode first = mail("support", "B", MONDAY);
    ObjectNode alike = mail("orders", "Z", MONDAY);
    ObjectNode onlyFile = mail("support", "F", MONDAY.plusSeconds(1));
    inDatabase(late);
    inDatabase(first);
    inDatabase(alike);
    knows(onlyFile);
    file(onlyFile, "message.json", onlyFile.toPrettyString().getBytes(StandardCharsets.UTF_8));
    knows(mail("support", "queued", MONDAY));
    Result[] result = new Result[1];
    assertThat(exported(Format.JSONL, new Selection(null, MONDAY, null), result))
        .isEqualTo(alike + "\n" + first + "\n" + onlyFile + "\n" + late + "\n");
    assertThat(result[0])
        .extracting(Result::written, Result::notKept, Result::problems)
        .containsExactly(4L, 1L, List.of());
    assertThat(
            exported(
                Format.JSONL,
                new Selection(null, MONDAY.plusSeconds(1), MONDAY.plusSeconds(3)),
                result))
        .isEqualTo(onlyFile + "\n");
    assertThat(exported(Format.JSONL, new Selection("orders", MONDAY, null), result))
        .isEqualTo(alike + "\n");
  }

  @Test
  void more_messages_than_one_look_holds_come_each_once_also_when_all_have_one_time()
      throws IOException {
    for (int number = 0; number < 1203; number++) {
      inDatabase(mail("support", "M" + number, MONDAY));
    }
    String text = exported(Format.JSONL);
    assertThat(text.split("\n")).hasSize(1203).doesNotHaveDuplicates();
    assertThat(exported(Format.JSONL)).isEqualTo(text);
  }

  @Test
  void the_original_is_written_as_it_was_sent_with_lines_that_look_like_a_beginning_quoted()
      throws Exception {
    ObjectNode mail = mail("support", "A", MONDAY);
    inDatabase(mail);
    String text =
        "From: x@example.com\r\n"
            + "Subject: y\r\n\r\n"
            + "From here\r\n"
            + ">From there\r\n"
            + "Fromage\r\n"
            + ">>From\r\n"
            + "bare\r"
            + "return \u00e9\r\n"
            + "no end";
    byte[] original = text.getBytes(StandardCharsets.ISO_8859_1);
    file(mail, "message.eml", original);
    ObjectNode second = mail("support", "B", MONDAY.plusSeconds(1));
    inDatabase(second);
    file(second, "message.eml", "Subject: second\n\nFrom ".getBytes(StandardCharsets.UTF_8));
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    export.export(new Selection(null, MONDAY, null), Format.MBOX, out, looked -> {});
    assertThat(out.toString(StandardCharsets.ISO_8859_1))
        .isEqualTo(
            "From anna@example.com Mon Jan  5 08:00:00 2026\n"
                + "From: x@example.com\n"
                + "Subject: y\n\n"
                + ">From here\n"
                + ">>From there\n"
                + "Fromage\n"
                + ">>From\n"
                + "bare\r"
                + "return \u00e9\n"
                + "no end\n\n"
                + "From anna@example.com Mon Jan  5 08:00:01 2026\n"
                + "Subject: second\n\n"
                + ">From \n\n");
  }

  @Test
  void without_the_original_a_mail_is_made_with_its_headers_and_attachments() throws Exception {
    ObjectNode mail = mail("support", "A", MONDAY);
    mail.put("subject", "Müller's order\r\nBcc: evil@example.com");
    mail.put("sentAt", "2026-01-05T07:59:59Z");
    mail.putArray("to")
        .addObject()
        .put("name", "Support, 山田")
        .put("address", "support@contoso.com");
    mail.withArray("to").addObject().put("name", "No address");
    var headers = mail.putArray("headers");
    headers.addObject().put("name", "X-Customer").put("value", "42\r\nX-Forged: 1");
    headers.addObject().put("name", "Content-Type").put("value", "multipart/mixed; boundary=old");
    headers.addObject().put("name", "Subject").put("value", "what it was before a rule changed it");
    headers.addObject().put("name", "bad name").put("value", "x");
    mail.putObject("body")
        .put("contentType", "html")
        .put("content", "<p>From me\nFrom you <img src='cid:pic@1'> ✔</p>");
    byte[] content = new byte[200_000];
    Arrays.fill(content, (byte) 0xe9);
    var attachments = mail.putArray("attachments");
    attachments
        .addObject()
        .put("kind", "file")
        .put("name", "ördér.bin")
        .put("contentType", "multipart/evil; boundary=x")
        .put("inline", false)
        .put("location", file(mail, "attachments/1-x.bin", content).toString());
    attachments
        .addObject()
        .put("kind", "file")
        .put("name", "pic.png")
        .put("contentType", "image/png")
        .put("inline", true)
        .put("contentId", "pic@1")
        .put("location", file(mail, "attachments/2-pic.png", new byte[] {1, 2, 3}).toString());
    attachments
        .addObject()
        .put("kind", "item")
        .put("name", "forwarded")
        .put("inline", false)
        .put(
            "location",
            file(
                    mail,
                    "attachments/3-forwarded",
                    "Subject: inner\r\n\r\nFrom inner\r\n".getBytes(StandardCharsets.UTF_8))
                .toString());
    attachments
        .addObject()
        .put("kind", "reference")
        .put("name", "link")
        .put("notStored", "a reference: its content lies elsewhere");
    inDatabase(mail);
    MimeMessage made = mails(exported(Format.MBOX)).get(0);
    assertThat(made.getSubject()).isEqualTo("Müller's order Bcc: evil@example.com");
    assertThat(made.getHeader("Subject")).hasSize(1);
    assertThat(made.getHeader("Bcc")).isNull();
    assertThat(made.getHeader("X-Forged")).isNull();
    assertThat(made.getHeader("X-Customer")).containsExactly("42 X-Forged: 1");
    assertThat(made.getHeader("X-Mailroom-Not-Stored"))
        .containsExactly("link (a reference: its content lies elsewhere)");
    assertThat(made.getHeader("Message-ID")).containsExactly("<A@example.com>");
    assertThat(made.getHeader("Date")).containsExactly("Mon, 5 Jan 2026 07:59:59 +0000");
    assertThat(made.getFrom()[0].toString()).contains("anna@example.com");
    assertThat(((jakarta.mail.internet.InternetAddress) made.getAllRecipients()[0]).getPersonal())
        .isEqualTo("Support, 山田");
    Multipart mixed = (Multipart) made.getContent();
    assertThat(mixed.getContentType()).startsWith("multipart/mixed");
    assertThat(mixed.getCount()).isEqualTo(3);
    Multipart related = (Multipart) mixed.getBodyPart(0).getContent();
    assertThat(related.getContentType()).startsWith("multipart/related");
    assertThat(related.getBodyPart(0).getContent().toString().replace("\r\n", "\n"))
        .isEqualTo("<p>From me\nFrom you <img src='cid:pic@1'> ✔</p>");
    assertThat(related.getBodyPart(1).getHeader("Content-ID")).containsExactly("<pic@1>");
    assertThat(related.getBodyPart(1).getInputStream().readAllBytes()).containsExactly(1, 2, 3);
    Part file = mixed.getBodyPart(1);
    assertThat(file.getContentType()).startsWith("application/octet-stream");
    assertThat(file.getFileName()).isEqualTo("ördér.bin");
    assertThat(file.getInputStream().readAllBytes()).isEqualTo(content);
    assertThat(((MimeMessage) mixed.getBodyPart(2).getContent()).getSubject()).isEqualTo("inner");
  }

  @Test
  void a_mail_without_anything_is_one_all_the_same() throws Exception {
    ObjectNode mail =
        json.mapper()
            .createObjectNode()
            .put("account", "support")
            .put("id", "A")
            .put("receivedAt", MONDAY.toString());
    inDatabase(mail);
    String mbox = exported(Format.MBOX);
    assertThat(mbox).startsWith("From MAILER-DAEMON Mon Jan  5 08:00:00 2026\n");
    assertThat(mails(mbox))
        .singleElement()
        .satisfies(
            made -> {
              assertThat(made.getFrom()).isNull();
              assertThat(made.getMessageID()).isNull();
              assertThat(made.getContent().toString().strip()).isEmpty();
            });
  }

  @Test
  void what_can_not_be_read_is_told_and_the_next_one_comes() throws Exception {
    ObjectNode broken = mail("support", "A", MONDAY);
    knows(broken);
    file(broken, "message.json", "{\"account\":".getBytes(StandardCharsets.UTF_8));
    ObjectNode without = mail("support", "B", MONDAY.plusSeconds(1));
    without
        .withArray("attachments")
        .addObject()
        .put("kind", "file")
        .put("name", "gone.txt")
        .put("location", folder.resolve("mail/support/gone.txt").toString());
    without
        .withArray("attachments")
        .addObject()
        .put("kind", "file")
        .put("name", "passwd")
        .put("location", "/etc/passwd");
    inDatabase(without);
    ObjectNode good = mail("support", "C", MONDAY.plusSeconds(2));
    inDatabase(good);
    Result[] result = new Result[1];
    List<MimeMessage> mails =
        mails(exported(Format.MBOX, new Selection(null, MONDAY, null), result));
    assertThat(mails).extracting(MimeMessage::getSubject).containsExactly("about B", "about C");
    assertThat(result[0].written()).isEqualTo(2);
    assertThat(result[0].problems()).hasSize(3);
    assertThat(result[0].problems().get(0)).contains("message A of account support can't be read");
    assertThat(result[0].problems().get(1))
        .contains("message B of account support")
        .contains("gone.txt any more");
    assertThat(result[0].problems().get(2))
        .as("nothing outside of mail is read")
        .contains("/etc/passwd");
  }

  @Test
  void an_output_that_takes_no_more_ends_it() {
    inDatabase(mail("support", "A", MONDAY));
    OutputStream full =
        new OutputStream() {
          @Override
          public void write(int b) throws IOException {
            throw new IOException("no space left on device");
          }
        };
    for (Format format : Format.values()) {
      assertThatThrownBy(
              () -> export.export(new Selection(null, MONDAY, null), format, full, looked -> {}))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("no space left");
    }
  }

  @Test
  void a_large_attachment_is_never_in_memory() throws IOException {
    ObjectNode mail = mail("support", "A", MONDAY);
    Path large = file(mail, "attachments/1-large", new byte[0]);
    try (var file = new java.io.RandomAccessFile(large.toFile(), "rw")) {
      file.setLength(100_000_000);
    }
    mail.withArray("attachments")
        .addObject()
        .put("kind", "file")
        .put("name", "large")
        .put("location", large.toString());
    inDatabase(mail);
    long[] written = new long[1];
    OutputStream count =
        new OutputStream() {
          @Override
          public void write(int b) {
            written[0]++;
          }
        };
    long before = allocated();
    export.export(new Selection(null, MONDAY, null), Format.MBOX, count, looked -> {});
    assertThat(written[0]).isGreaterThan(Files.size(large) * 4 / 3);
    assertThat(allocated() - before).isLessThan(Files.size(large) / 2);
  }

  private static long allocated() {
    return ((com.sun.management.ThreadMXBean)
            java.lang.management.ManagementFactory.getThreadMXBean())
        .getCurrentThreadAllocatedBytes();
  }
}
