package org.mailroom.settings;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URL;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;

/**
 * What editors complete in application.yaml: {@code META-INF/spring-configuration-metadata.json} of
 * the jar.
 */
class ConfigurationMetadataTest {

  private final Map<String, JsonNode> metadata = metadata();

  @Test
  void editors_know_each_key_of_the_document_that_is_not_below_a_name() throws IOException {
    List<String> keys =
        rows().stream()
            .map(ConfigurationDocument.Row::key)
            .filter(key -> !key.contains("<name>"))
            .toList();
    assertThat(keys).hasSizeGreaterThan(50);
    assertThat(metadata.keySet())
        .containsAll(keys)
        .contains("mailroom.accounts", "mailroom.credentials", "mailroom.destinations");
  }

  @Test
  void each_has_a_type_and_says_what_the_document_says() throws IOException {
    for (ConfigurationDocument.Row row : rows()) {
      JsonNode known = metadata.get(row.key());
      if (known != null) {
        assertThat(known.path("type").asText()).as("type of %s", row.key()).isNotEmpty();
        assertThat(words(known.path("description").asText()))
            .as("description of %s", row.key())
            .isEqualTo(words(row.meaning()));
        assertThat(standard(known)).as("default of %s", row.key()).isEqualTo(row.standard());
      }
    }
  }

  private static List<ConfigurationDocument.Row> rows() throws IOException {
    ConfigurationDocument document = new ConfigurationDocument();
    assertThat(document.text()).isNotEmpty();
    return document.rows();
  }

  private static String standard(JsonNode known) {
    JsonNode value = known.path("defaultValue");
    return value.isArray()
        ? StreamSupport.stream(value.spliterator(), false)
            .map(JsonNode::asText)
            .collect(Collectors.joining(", "))
        : value.asText();
  }

  /** The metadata has a doc comment as it is written, the document has it in its own form. */
  private static String words(String text) {
    return text.replaceAll("\\{@code ([^}]*)}", "$1")
        .replaceAll("[`-]", "")
        .toLowerCase(Locale.ROOT)
        .replace("null: ", "unset: ")
        .replace(", or null", ", optional");
  }

  private static Map<String, JsonNode> metadata() {
    try {
      Map<String, JsonNode> properties = new TreeMap<>();
      for (URL file :
          Collections.list(
              ConfigurationMetadataTest.class
                  .getClassLoader()
                  .getResources("META-INF/spring-configuration-metadata.json"))) {
        try (InputStream text = file.openStream()) {
          new ObjectMapper()
              .readTree(text)
              .path("properties")
              .forEach(property -> properties.put(property.path("name").asText(), property));
        }
      }
      properties.keySet().removeIf(name -> !name.startsWith("mailroom."));
      return properties;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
