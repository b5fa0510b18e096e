package org.mailroom.routes;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.camel.CamelContext;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What Mailroom comes with. */
class PackagedRoutesTest {

  private static List<ParsedFile> files(Path none) {
    CamelContext camel = new DefaultCamelContext();
    Properties settings = new Properties();
    settings.setProperty("mailroom.importers", "32");
    settings.setProperty("mailroom.queue", "mailroom.messages");
    camel.getPropertiesComponent().setInitialProperties(settings);
    return new RouteFolder("file:" + none, RouteFolder.PACKAGED)
        .read().values().stream().map(file -> ParsedFile.of(camel, file)).toList();
  }

  @Test
  void nothing_is_claimed_twice_and_whatever_is_called_is_there(@TempDir Path none) {
    List<ParsedFile> files = files(none);
    Conflicts.check(files, file -> false);
    Map<String, String> destinations =
        Map.of(
            "direct:deliver-to-database",
            "database",
            "direct:deliver-to-file",
            "file",
            "direct:deliver-to-queue",
            "queue");
    assertThat(new Calls(destinations).check(files, Map.of(), file -> true)).isEmpty();
  }

  @Test
  void the_sites_own_routes_are_there_and_say_what_they_are_for(@TempDir Path none) {
    List<ParsedFile> ofSite = files(none).stream().filter(file -> file.file().isSite()).toList();
    assertThat(ofSite)
        .flatExtracting(ParsedFile::routes)
        .extracting(ParsedFile.ParsedRoute::from)
        .containsExactlyInAnyOrder(
            "direct:rules",
            "direct:confirm",
            "direct:message-failed",
            "direct:account-failed",
            "direct:account-recovered");
    assertThat(ofSite)
        .allSatisfy(
            file -> assertThat(file.file().text()).contains("group: site", "description: >-"));
  }
}
