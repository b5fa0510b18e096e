package org.mailroom.routes;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.xml.XMLConstants;
import javax.xml.transform.stream.StreamSource;
import javax.xml.validation.Schema;
import javax.xml.validation.SchemaFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.mailroom.settings.MailroomProperties;
import org.springframework.boot.context.properties.bind.BindHandler;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.bind.handler.NoUnboundElementsBindHandler;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.core.env.PropertySource;
import org.springframework.core.io.ByteArrayResource;
import org.xml.sax.SAXException;

/**
 * Every route file, and every snippet of the documents, holds to Camel's own schemas: an editor
 * that saves it keeps it.
 */
class SchemaTest {

  private static final Pattern SNIPPET =
      Pattern.compile("(?m)^```(yaml|xml)\\n(.*?)^```", Pattern.DOTALL);

  private static JsonSchema yaml;
  private static Schema xml;

  /** What is checked, with where it stands. */
  record Text(String where, String language, String text) {
    @Override
    public String toString() {
      return where;
    }

    boolean isRoute() {
      return language.equals("xml") || text.lines().anyMatch(line -> line.startsWith("- "));
    }
  }

  @BeforeAll
  static void readSchemas() throws IOException, SAXException {
    try (InputStream schema = resource("schema/camelYamlDsl.json")) {
      yaml = JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V4).getSchema(schema);
    }
    xml =
        SchemaFactory.newInstance(XMLConstants.W3C_XML_SCHEMA_NS_URI)
            .newSchema(SchemaTest.class.getClassLoader().getResource("camel-xml-io.xsd"));
  }

  private static InputStream resource(String name) {
    return Objects.requireNonNull(
        SchemaTest.class.getClassLoader().getResourceAsStream(name), name);
  }

  static List<Text> routes() throws IOException {
    List<Text> texts = new ArrayList<>();
    try (Stream<Path> files = Files.walk(Path.of("routes"))) {
      for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
        texts.add(
            new Text(
                file.toString(),
                file.toString().endsWith(".xml") ? "xml" : "yaml",
                Files.readString(file)));
      }
    }
    snippets().stream().filter(Text::isRoute).forEach(texts::add);
    return texts;
  }

  static List<Text> settings() throws IOException {
    return snippets().stream().filter(text -> !text.isRoute()).toList();
  }

  private static List<Text> snippets() throws IOException {
    List<Path> documents = new ArrayList<>(List.of(Path.of("README.md")));
    try (Stream<Path> docs = Files.walk(Path.of("docs"))) {
      docs.filter(file -> file.toString().endsWith(".md")).sorted().forEach(documents::add);
    }
    List<Text> texts = new ArrayList<>();
    for (Path document : documents) {
      String text = Files.readString(document);
      Matcher snippet = SNIPPET.matcher(text);
      while (snippet.find()) {
        texts.add(
            new Text(
                document + ":" + text.substring(0, snippet.start()).lines().count(),
                snippet.group(1),
                snippet.group(2)));
      }
    }
    return texts;
  }

  @ParameterizedTest
  @MethodSource
  void routes(Text route) throws Exception {
    if (route.language().equals("xml")) {
      xml.newValidator().validate(new StreamSource(new StringReader(route.text())));
    } else {
      JsonNode read = new YAMLMapper().readTree(route.text());
      assertThat(yaml.validate(read)).isEmpty();
    }
  }

  @ParameterizedTest
  @MethodSource
  void settings(Text snippet) throws Exception {
    List<PropertySource<?>> sources =
        new YamlPropertySourceLoader()
            .load(
                snippet.where(),
                new ByteArrayResource(
                    snippet.text().getBytes(java.nio.charset.StandardCharsets.UTF_8)));
    new Binder(ConfigurationPropertySources.from(sources))
        .bindOrCreate(
            "mailroom",
            Bindable.of(MailroomProperties.class),
            new NoUnboundElementsBindHandler(BindHandler.DEFAULT));
  }
}
