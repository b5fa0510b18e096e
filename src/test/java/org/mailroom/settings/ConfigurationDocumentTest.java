package org.mailroom.settings;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** docs/configuration.md says what the code says. */
class ConfigurationDocumentTest {

  private static final Path DOCUMENT = Path.of("docs/configuration.md");

  @Test
  void the_document_lists_every_key_with_what_the_code_says_of_it() throws IOException {
    String text = new ConfigurationDocument().text();
    if (Boolean.getBoolean("mailroom.write-docs")) {
      Files.writeString(DOCUMENT, text);
    }
    assertThat(Files.readString(DOCUMENT))
        .as("docs/configuration.md; -Dmailroom.write-docs=true writes it anew")
        .isEqualTo(text);
  }

  @Test
  void every_key_says_what_it_means() throws IOException {
    List<String> silent =
        new ConfigurationDocument()
            .text()
            .lines()
            .filter(line -> line.startsWith("| `mailroom.") && line.endsWith("|  |"))
            .toList();
    assertThat(silent)
        .as("keys without a meaning: give their component a @param in the record's doc comment")
        .isEmpty();
  }
}
