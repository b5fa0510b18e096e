package org.mailroom.message;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.mailroom.settings.AttachmentsKept;
import org.mailroom.settings.Content;

class WinmailTest {

  private static final String MESSAGE = "{\"id\":\"A\",\"hasAttachments\":true}";

  @TempDir private Path folder;

  private Preparing with;

  @BeforeEach
  void begin() {
    with = new Preparing(folder);
    with.graph.answers(
        Preparing.LIST,
        "{\"value\":[{\"id\":\"W\",\"name\":\"Winmail.dat\",\"contentType\":\"application/octet-stream\"},"
            + "{\"id\":\"B\",\"name\":\"b.txt\",\"contentType\":\"text/plain\"}]}");
    with.graph.answers("B/$value", "b");
  }

  private static void attribute(
      ByteArrayOutputStream out, int level, int id, int type, byte[] data) {
    int sum = 0;
    for (byte each : data) {
      sum += each & 0xFF;
    }
    out.writeBytes(
        ByteBuffer.allocate(9 + data.length + 2)
            .order(ByteOrder.LITTLE_ENDIAN)
            .put((byte) level)
            .putShort((short) id)
            .putShort((short) type)
            .putInt(data.length)
            .put(data)
            .putShort((short) sum)
            .array());
  }

  /** TNEF as Outlook writes it, with these files. */
  private static byte[] tnef(String... namesAndContents) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(
        ByteBuffer.allocate(6)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putInt(0x223E9F78)
            .putShort((short) 1)
            .array());
    attribute(out, 1, 0x9006, 8, new byte[] {0, 0, 1, 0});
    for (int i = 0; i < namesAndContents.length; i += 2) {
      attribute(out, 2, 0x9002, 6, new byte[14]);
      attribute(
          out, 2, 0x8010, 1, (namesAndContents[i] + "\0").getBytes(StandardCharsets.ISO_8859_1));
      attribute(out, 2, 0x800F, 6, namesAndContents[i + 1].getBytes(StandardCharsets.UTF_8));
    }
    return out.toByteArray();
  }

  @Test
  void its_files_follow_behind_the_listed_attachments_and_are_stored_like_them() throws Exception {
    with.graph.answers("W/$value", tnef("Offer.pdf", "%PDF", "../../evil.txt", "x"));
    MailMessage document = with.prepare(with.message(MESSAGE)).document();
    assertThat(document.attachments())
        .extracting(MailAttachment::name)
        .containsExactly("Winmail.dat", "b.txt", "Offer.pdf", "../../evil.txt");
    assertThat(document.attachments())
        .extracting(MailAttachment::unpackedFrom)
        .containsExactly(null, null, "W", "W");
    assertThat(document.attachments())
        .extracting(MailAttachment::id)
        .containsExactly("W", "B", "W/1", "W/2");
    Path offer = Path.of(document.attachments().get(2).location());
    assertThat(offer).hasFileName("3-Offer.pdf").hasContent("%PDF");
    assertThat(document.attachments().get(2).size()).isEqualTo(4);
    assertThat(Path.of(document.attachments().get(3).location()).getParent())
        .isEqualTo(offer.getParent());
    assertThat(document.warnings()).isNull();
  }

  @Test
  void what_the_account_does_not_store_is_listed_with_why_not() {
    with.graph.answers("W/$value", tnef("Offer.pdf", "%PDF", "logo.png", "x"));
    var kept = new AttachmentsKept(List.of(), List.of("*.png"), true, null);
    List<MailAttachment> attachments =
        with.prepare(with.message(MESSAGE, Preparing.account(Content.JSON, null, kept), "A"))
            .document()
            .attachments();
    assertThat(attachments.get(2).location()).isNotNull();
    assertThat(attachments.get(3).location()).isNull();
    assertThat(attachments.get(3).notStored()).isEqualTo("excluded by attachments.exclude");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "74657874",
        "789f3e22",
        "789f3e22010002" + "0f800600ffffff7f",
        "789f3e220100090f80"
      })
  void one_that_is_none_or_broken_is_delivered_as_it_came_with_a_word_about_it(String content) {
    with.graph.answers("W/$value", HexFormat.of().parseHex(content));
    IncomingMessage message = with.prepare(with.message(MESSAGE));
    assertThat(message.isReady()).isTrue();
    assertThat(message.document().attachments())
        .hasSize(2)
        .allMatch(attachment -> attachment.location() != null);
    assertThat(message.document().warnings())
        .containsExactly(
            "attachment 1 (Winmail.dat) can't be unpacked; it is delivered as it came.");
  }

  @Test
  void one_that_is_cut_anywhere_harms_nobody() throws Exception {
    byte[] whole = tnef("Offer.pdf", "%PDF", "b.txt", "x");
    for (int length = 0; length < whole.length; length++) {
      Path file = Files.write(folder.resolve("cut"), Arrays.copyOf(whole, length));
      try {
        assertThat(Winmail.read(file)).hasSizeLessThanOrEqualTo(2);
      } catch (IOException expected) {
        assertThat(expected).isNotNull();
      }
    }
  }
}
