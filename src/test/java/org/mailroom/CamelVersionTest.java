package org.mailroom;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.Test;

/** {@code mvn -Dcamel.version=… package} builds with another Camel: with all of it. */
class CamelVersionTest {

  private static final Pattern DEPENDENCY =
      Pattern.compile("<dependency>.*?</dependency>", Pattern.DOTALL);

  @Test
  void the_pom_names_the_version_of_camel_in_one_property_alone() throws IOException {
    String pom = Files.readString(Path.of("pom.xml"));
    List<String> ofCamel =
        DEPENDENCY
            .matcher(pom)
            .results()
            .map(found -> found.group())
            .filter(each -> each.contains("<groupId>org.apache.camel"))
            .toList();
    assertThat(ofCamel).hasSizeGreaterThan(20);
    assertThat(ofCamel)
        .filteredOn(each -> each.contains("<version>"))
        .hasSize(2)
        .allSatisfy(
            bom ->
                assertThat(bom)
                    .contains("<version>${camel.version}</version>", "<scope>import</scope>"));
    assertThat(pom).containsOnlyOnce("<camel.version>");
  }

  @Test
  void every_part_of_camel_that_runs_here_has_that_version() {
    String version = new DefaultCamelContext().getVersion();
    Pattern ofCamel = Pattern.compile("camel-[a-z0-9-]+?-(\\d+\\.\\d+\\.\\d+.*)\\.jar");
    String classPath =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    List<String> versions =
        Stream.of(classPath.split(File.pathSeparator))
            .map(each -> ofCamel.matcher(Path.of(each).getFileName().toString()))
            .filter(Matcher::matches)
            .map(each -> each.group(1))
            .toList();
    assertThat(versions).hasSizeGreaterThan(30).containsOnly(version);
  }
}
