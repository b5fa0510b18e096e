package org.mailroom;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.InputFormat;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.mailroom.demo.DemoAttachment;
import org.mailroom.demo.DemoMail;
import org.mailroom.demo.DemoMailbox;
import org.mailroom.demo.DemoMessage;
import org.mailroom.demo.DemoTenant;

/**
 * Well-formed and broken mail, imported and compared with what was loaded: field by field, and byte
 * by byte. {@code -Dmailroom.samples=FOLDER} takes {@code .eml} files of your own.
 */
class MailSamplesTest {

  @TempDir private Path folder;

  private final ObjectMapper json = new ObjectMapper();

  @Test
  void all_samples_arrive_as_they_were_loaded_in_database_files_and_queue() throws Exception {
    Path samples =
        Path.of(System.getProperty("mailroom.samples", "src/test/resources/mail-samples"));
    try (DemoTenant tenant = DemoTenant.start()) {
      List<DemoMessage> loaded = tenant.mailbox("support@contoso.com").load(samples);
      assertThat(loaded).hasSizeGreaterThan(100);
      importAndCompare(tenant, loaded);
    }
  }

  @Test
  void made_mail_of_all_kinds_arrives_as_it_was_loaded() throws Exception {
    try (DemoTenant tenant = DemoTenant.start()) {
      DemoMail maker = new DemoMail(3);
      List<DemoMessage> loaded = new ArrayList<>();
      for (int i = 0; i < 40; i++) {
        loaded.add(tenant.mailbox("support@contoso.com").deliver(maker.next()));
      }
      importAndCompare(tenant, loaded);
    }
  }

  private void importAndCompare(DemoTenant tenant, List<DemoMessage> loaded) throws Exception {
    DemoMailbox mailbox = tenant.mailbox("support@contoso.com");
    try (MailroomRun mailroom =
        MailroomRun.start(
            tenant,
            folder,
            "--mailroom.accounts.support.deliver-to=database,file,queue",
            "--mailroom.accounts.support.content=both")) {
      assertThat(mailroom.importSupport().isComplete()).isTrue();
      assertThat(mailbox.unread()).isZero();
      Map<String, String> queued = queued(mailroom);
      assertThat(queued).hasSameSizeAs(loaded);
      JsonSchema schema =
          JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
              .getSchema(
                  getClass().getResourceAsStream("/org/mailroom/message/mail-message.schema.json"));
      for (DemoMessage original : loaded) {
        String document =
            mailroom
                .database()
                .queryForObject(
                    "select document from mail_message where account = 'support' and message_id ="
                        + " ?",
                    String.class,
                    original.immutableId());
        assertThat(
                schema.validate(
                    document,
                    InputFormat.JSON,
                    context -> context.getExecutionConfig().setFormatAssertionsEnabled(true)))
            .isEmpty();
        assertThat(queued.get(original.immutableId())).isEqualTo(document);
        compare(original, json.readTree(document));
        compareFiles(original, document);
      }
      assertThat(mailroom.rows("mail_attachment"))
          .isEqualTo(loaded.stream().mapToLong(message -> message.attachments().size()).sum());
    }
  }

  private void compare(DemoMessage original, JsonNode document) throws Exception {
    JsonNode resource = original.resource();
    assertThat(document.path("subject").asText(null))
        .isEqualTo(resource.path("subject").asText(null));
    assertThat(document.path("internetMessageId").asText(null))
        .isEqualTo(resource.path("internetMessageId").asText(null));
    assertThat(document.path("sentAt").asText(null))
        .isEqualTo(resource.path("sentDateTime").asText(null));
    assertThat(document.path("receivedAt").asText(null))
        .isEqualTo(resource.path("receivedDateTime").asText(null));
    assertThat(document.path("body").path("content").asText())
        .isEqualTo(resource.path("body").path("content").asText());
    assertThat(document.path("body").path("contentType").asText())
        .isEqualTo(resource.path("body").path("contentType").asText());
    assertThat(document.path("headers")).isEqualTo(resource.path("internetMessageHeaders"));
    assertThat(document.has("from")).isEqualTo(resource.has("from"));
    assertThat(document.path("from").path("address").asText(null))
        .isEqualTo(resource.path("from").path("emailAddress").path("address").asText(null));
    assertThat(document.path("to")).hasSameSizeAs(resource.path("toRecipients"));
    assertThat(document.path("cc")).hasSameSizeAs(resource.path("ccRecipients"));
    assertThat(document.path("attachments")).hasSameSizeAs(original.attachments());
    for (int i = 0; i < original.attachments().size(); i++) {
      DemoAttachment loaded = original.attachments().get(i);
      JsonNode attachment = document.path("attachments").path(i);
      byte[] stored = Files.readAllBytes(Path.of(attachment.path("location").asText()));
      assertThat(stored).isEqualTo(loaded.content());
      assertThat(attachment.path("size").asLong()).isEqualTo(loaded.content().length);
      assertThat(attachment.path("sha256").asText())
          .isEqualTo(
              HexFormat.of()
                  .formatHex(MessageDigest.getInstance("SHA-256").digest(loaded.content())));
      assertThat(attachment.path("name").asText(null)).isEqualTo(loaded.name());
      assertThat(attachment.path("inline").asBoolean()).isEqualTo(loaded.inline());
      assertThat(attachment.path("contentId").asText(null))
          .isEqualTo(loaded.kind().equals("fileAttachment") ? loaded.contentId() : null);
    }
  }

  private void compareFiles(DemoMessage original, String document) throws Exception {
    String day = original.received().toString().substring(0, 10).replace('-', '/');
    Path messages = folder.resolve("data/mail/support").resolve(day);
    try (Stream<Path> folders = Files.list(messages)) {
      List<Path> same =
          folders.filter(one -> read(one.resolve("message.json")).equals(document)).toList();
      assertThat(same).hasSize(1);
      assertThat(Files.readAllBytes(same.get(0).resolve("message.eml"))).isEqualTo(original.mime());
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static Map<String, String> queued(MailroomRun mailroom) {
    Map<String, String> bodies = new HashMap<>();
    mailroom.browse(
        message -> {
          assertThat(message.getStringProperty("account")).isEqualTo("support");
          assertThat(message.getStringProperty("_AMQ_DUPL_ID"))
              .isEqualTo("support/" + message.getStringProperty("messageId"));
          return bodies.put(message.getStringProperty("messageId"), message.getText());
        });
    return bodies;
  }
}
