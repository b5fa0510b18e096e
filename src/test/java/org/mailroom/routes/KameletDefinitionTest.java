package org.mailroom.routes;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each kamelet documents itself, and its template is one that Camel's schema takes. */
class KameletDefinitionTest {

  private static final String SUFFIX = ".kamelet.yaml";

  static List<Path> kamelets() throws IOException {
    try (Stream<Path> files = Files.list(Path.of("kamelets"))) {
      return files.sorted().toList();
    }
  }

  @Test
  void there_are_those_that_people_look_for() throws IOException {
    assertThat(kamelets())
        .extracting(file -> file.getFileName().toString())
        .containsExactly(
            "graph-mail-attachment-action" + SUFFIX,
            "graph-mail-reply-action" + SUFFIX,
            "graph-mail-source" + SUFFIX,
            "graph-mail-update-action" + SUFFIX);
  }

  @ParameterizedTest
  @MethodSource("kamelets")
  void its_definition_is_whole(Path file) throws IOException {
    JsonNode kamelet = new YAMLMapper().readTree(Files.readString(file));
    String name = file.getFileName().toString().replace(SUFFIX, "");
    assertThat(kamelet.path("apiVersion").asText()).isEqualTo("camel.apache.org/v1");
    assertThat(kamelet.path("kind").asText()).isEqualTo("Kamelet");
    assertThat(kamelet.path("metadata").path("name").asText()).isEqualTo(name);
    assertThat(name)
        .endsWith(
            "-"
                + kamelet
                    .path("metadata")
                    .path("labels")
                    .path("camel.apache.org/kamelet.type")
                    .asText());
    JsonNode definition = kamelet.path("spec").path("definition");
    assertThat(definition.path("title").asText()).isNotBlank();
    assertThat(definition.path("description").asText()).hasSizeGreaterThan(100);
    assertThat(definition.path("type").asText()).isEqualTo("object");
    Set<String> properties = new TreeSet<>();
    definition.path("properties").fieldNames().forEachRemaining(properties::add);
    definition
        .path("required")
        .forEach(required -> assertThat(properties).contains(required.asText()));
    definition
        .path("properties")
        .forEach(
            property -> {
              assertThat(property.path("title").asText()).isNotBlank();
              assertThat(property.path("description").asText()).isNotBlank();
              assertThat(property.path("type").asText())
                  .isIn("string", "boolean", "integer", "number");
              assertThat(property.has("example")).isTrue();
            });
    Set<String> used = new TreeSet<>();
    for (Matcher placeholder =
            Pattern.compile("\\{\\{\\??([\\w]+)}}")
                .matcher(kamelet.path("spec").path("template").toString());
        placeholder.find(); ) {
      used.add(placeholder.group(1));
    }
    assertThat(used).isEqualTo(properties);
  }

  @ParameterizedTest
  @MethodSource("kamelets")
  void its_template_holds_to_the_schema_of_routes(Path file) throws IOException {
    JsonNode template =
        new YAMLMapper().readTree(Files.readString(file)).path("spec").path("template");
    ObjectNode route = new ObjectMapper().createObjectNode();
    route.putObject("route").set("from", template.path("from"));
    try (InputStream schema =
        KameletDefinitionTest.class
            .getClassLoader()
            .getResourceAsStream("schema/camelYamlDsl.json")) {
      assertThat(
              JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V4)
                  .getSchema(schema)
                  .validate(new ObjectMapper().createArrayNode().add(route)))
          .isEmpty();
    }
  }
}
