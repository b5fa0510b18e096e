package org.mailroom.routes;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Enumeration;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.camel.catalog.DefaultCamelCatalog;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is in the jar, and what is told of a component that isn't. */
class ComponentsTest {

  /** Only tests may have these, or a site in {@code lib/}. */
  private static final Set<String> NOT_PACKAGED =
      Set.of(
          "mock",
          "dataset",
          "dataset-test",
          "kafka",
          "amqp",
          "ftp",
          "ftps",
          "sftp",
          "aws2-s3",
          "netty");

  @ParameterizedTest
  @CsvSource({
    "component.properties,components,Components",
    "language.properties,languages,Languages",
    "dataformat.properties,dataFormats,Data formats"
  })
  void the_document_lists_what_is_in_the_jar(String file, String key, String label)
      throws IOException {
    Set<String> inJar = new TreeSet<>();
    Enumeration<URL> all =
        ComponentsTest.class
            .getClassLoader()
            .getResources("META-INF/services/org/apache/camel/" + file);
    while (all.hasMoreElements()) {
      Properties properties = new Properties();
      try (var in = all.nextElement().openStream()) {
        properties.load(in);
      }
      inJar.addAll(List.of(properties.getProperty(key).trim().split("\\s+")));
    }
    if (key.equals("components")) {
      inJar.removeAll(NOT_PACKAGED);
    }
    assertThat(listed(label)).isEqualTo(inJar);
  }

  private static Set<String> listed(String label) throws IOException {
    Matcher line =
        Pattern.compile("(?m)^" + label + ": ([^\\n]+(\\n(?!\\n)[^\\n]+)*)")
            .matcher(Files.readString(Path.of("docs/routes.md")));
    assertThat(line.find()).isTrue();
    Set<String> names = new TreeSet<>();
    for (Matcher name = Pattern.compile("`([^`]+)`").matcher(line.group(1)); name.find(); ) {
      names.add(name.group(1));
    }
    return names;
  }

  @Test
  void
      each_missing_component_language_and_data_format_is_told_with_the_artifact_of_camels_catalog() {
    DefaultCamelCatalog catalog = new DefaultCamelCatalog();
    assertThat(catalog.findComponentNames())
        .hasSizeGreaterThan(300)
        .allSatisfy(
            name ->
                assertThat(RouteProblem.artifact("component", name))
                    .isEqualTo(catalog.componentModel(name).getArtifactId()));
    assertThat(catalog.findLanguageNames())
        .allSatisfy(
            name ->
                assertThat(RouteProblem.artifact("language", name))
                    .isEqualTo(catalog.languageModel(name).getArtifactId()));
    assertThat(catalog.findDataFormatNames())
        .allSatisfy(
            name ->
                assertThat(RouteProblem.artifact("data format", name))
                    .isEqualTo(catalog.dataFormatModel(name).getArtifactId()));
  }
}
