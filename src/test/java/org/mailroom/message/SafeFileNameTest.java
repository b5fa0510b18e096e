package org.mailroom.message;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SafeFileNameTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "report.pdf|report.pdf",
        "../../etc/passwd|_.._etc_passwd",
        "C:\\x|C__x",
        "CON|_CON",
        "con.txt|_con.txt",
        "a<b>c.txt|a_b_c.txt",
        "trailing. . |trailing",
        "Übersicht ✔.pdf|Übersicht ✔.pdf",
        "'...'|attachment",
        "COM1.log|_COM1.log"
      })
  void a_name_becomes_safe_and_stays_readable(String name, String safe) {
    assertThat(SafeFileName.of(name)).isEqualTo(safe);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a\u0000b\u0007.txt",
        "a\u202Egpj.exe",
        "\uD83D",
        "../..",
        "\\\\server\\share",
        "x\r\ny",
        "~/.ssh",
        "\u0000"
      })
  void nothing_hostile_is_left(String name) {
    assertThat(SafeFileName.of(name))
        .isNotEmpty()
        .doesNotContain("/", "\\", ":", "\u0000", "\u202E", "\r", "\n", "\uD83D")
        .doesNotStartWith(".");
  }

  @Test
  void no_name_at_all_has_one() {
    assertThat(SafeFileName.of(null)).isEqualTo("attachment");
  }

  @Test
  void a_long_name_is_cut_between_characters_and_keeps_its_extension() {
    assertThat(SafeFileName.of("x".repeat(300) + ".pdf")).hasSize(120).endsWith("x.pdf");
    String emoji = SafeFileName.of("😀".repeat(300) + ".pdf");
    assertThat(emoji.getBytes(StandardCharsets.UTF_8)).hasSizeLessThanOrEqualTo(200);
    assertThat(emoji).endsWith("😀.pdf");
  }

  @Test
  void an_attachment_never_leaves_its_folder(@org.junit.jupiter.api.io.TempDir Path dataDir) {
    MessageFolder folder =
        new MessageFolders(dataDir.resolve("mail"))
            .of("support", "AAMk+/=", Instant.parse("2026-01-05T23:59:59Z"));
    Path file = folder.attachment(1, "../../../../x");
    assertThat(file.getParent()).isEqualTo(folder.messageJson().resolveSibling("attachments"));
    assertThat(folder.messageJson().toString())
        .contains("mail/support/2026/01/05/".replace('/', java.io.File.separatorChar));
  }
}
