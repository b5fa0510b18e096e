package org.mailroom.discovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.mailroom.settings.ConfigurationException;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** A list of mailboxes in a file that somebody changes. */
@ExtendWith(OutputCaptureExtension.class)
class FileEntriesTest {

  private final DiscoveryParts parts = new DiscoveryParts();

  @TempDir private Path folder;
  private Path file;
  private long written;

  @BeforeEach
  void name() {
    file = folder.resolve("mailboxes.txt");
  }

  private void write(String text) throws IOException {
    Files.writeString(file, text);
    // whatever the clock of the file system is good for
    Files.setLastModifiedTime(
        file, FileTime.from(Instant.parse("2026-01-01T00:00:00Z").plusSeconds(++written)));
  }

  private DiscoveryParts.Node node() {
    return parts.node("accounts.everyone.mailboxes-file", file.toString());
  }

  @Test
  void each_line_is_a_mailbox_and_comments_blank_lines_and_repetitions_are_none()
      throws IOException {
    write(
        "\uFEFF# Helpdesk\n"
            + "Ada@contoso.com\n\n"
            + "  ben@contoso.com   # since May\n"
            + "ada@CONTOSO.com\n"
            + "22222222-3333-4444-5555-666666666666\n");
    DiscoveryParts.Node node = node();
    node.files();
    assertThat(node.found())
        .hasSize(3)
        .containsEntry("everyone-ada_contoso.com", "Ada@contoso.com")
        .containsEntry("everyone-ben_contoso.com", "ben@contoso.com")
        .containsValue("22222222-3333-4444-5555-666666666666");
    assertThat(node.problem()).isNull();
  }

  @Test
  void it_is_read_again_when_it_has_changed_and_who_leaves_is_told_once(CapturedOutput output)
      throws IOException {
    write("ada@contoso.com\nben@contoso.com\n");
    DiscoveryParts.Node node = node();
    FileEntries files = node.files();
    write("ada@contoso.com\ncleo@contoso.com\n");
    files.look();
    files.look();
    assertThat(node.found())
        .containsOnlyKeys("everyone-ada_contoso.com", "everyone-cleo_contoso.com");
    assertThat(output.getOut().lines().filter(line -> line.contains("ben@contoso.com")))
        .singleElement()
        .asString()
        .contains("not polled any more");
    assertThat(output.getOut()).contains("imported from now on: cleo@contoso.com");
  }

  @Test
  void a_line_that_is_no_address_is_told_by_its_number_and_the_others_count() throws IOException {
    write("ada@contoso.com\nnot an address\nben@contoso.com, cleo@contoso.com\n");
    DiscoveryParts.Node node = node();
    FileEntries files = node.files();
    assertThat(node.found()).containsOnlyKeys("everyone-ada_contoso.com");
    assertThat(node.problem()).contains("line 2, line 3").contains("The others are imported");
    write("ada@contoso.com\n");
    files.look();
    assertThat(node.problem()).isNull();
  }

  @Test
  void one_that_is_gone_emptied_or_unreadable_is_told_once_and_changes_nothing(
      CapturedOutput output) throws IOException {
    write("ada@contoso.com\n");
    DiscoveryParts.Node node = node();
    FileEntries files = node.files();
    Files.delete(file);
    files.look();
    files.look();
    assertThat(node.found()).hasSize(1);
    assertThat(node.problem()).contains("isn't there").contains("imported on");
    assertThat(output.getOut().lines().filter(line -> line.contains("isn't there"))).hasSize(1);
    write("# nobody\n");
    files.look();
    assertThat(node.found()).hasSize(1);
    assertThat(node.problem()).contains("names no mailbox").contains("named 1 before");
    Files.write(file, new byte[] {'a', (byte) 0xC3, '@'});
    files.look();
    assertThat(node.found()).hasSize(1);
    assertThat(node.problem()).contains("isn't UTF-8");
    write("ben@contoso.com\n");
    files.look();
    assertThat(node.found()).containsOnlyKeys("everyone-ben_contoso.com");
    assertThat(node.problem()).isNull();
  }

  @Test
  void without_the_file_there_is_no_start() {
    DiscoveryParts.Node node = node();
    assertThatThrownBy(node::files)
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("mailroom.accounts.everyone.mailboxes-file")
        .hasMessageContaining(file.toString())
        .hasMessageContaining("isn't there");
  }
}
