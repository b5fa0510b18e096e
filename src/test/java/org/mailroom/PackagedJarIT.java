package org.mailroom;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.mailroom.demo.DemoMail;
import org.mailroom.demo.DemoMailbox;
import org.mailroom.demo.DemoTenant;
import org.mailroom.parcel.ParcelComponent;

/** {@code java -jar mailroom.jar} as the build has packaged it, in a folder of its own. */
class PackagedJarIT {

  private static final long MINUTES = 5;

  @TempDir private Path folder;

  private final DemoTenant tenant = DemoTenant.start();
  private final DemoMailbox mailbox = tenant.mailbox("support@contoso.com");

  @AfterEach
  void stop() {
    tenant.close();
  }

  private record Ended(int code, String output) {}

  private Ended importOnce(String... settings) throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of(
                ClassArchive.java(),
                "-XX:TieredStopAtLevel=1",
                "-jar",
                System.getProperty("mailroom.jar"),
                "import",
                "--once"));
    MailroomRun.settings(tenant, folder).stream()
        .filter(setting -> !setting.startsWith("--spring.config.location"))
        .forEach(command::add);
    command.addAll(List.of(settings));
    Path output = folder.resolve("output.log");
    Process process =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    try {
      assertThat(process.waitFor(MINUTES, TimeUnit.MINUTES)).isTrue();
      return new Ended(process.exitValue(), Files.readString(output));
    } finally {
      process.destroyForcibly();
    }
  }

  /** Two jars, as a component and what it needs are. */
  private void putComponentIntoLib() throws IOException {
    Path lib = Files.createDirectories(folder.resolve("lib"));
    jar(
        lib.resolve("camel-parcel.jar"),
        "META-INF/services/org/apache/camel/component/parcel",
        ("class=" + ParcelComponent.class.getName()).getBytes(StandardCharsets.UTF_8));
    String classes = ParcelComponent.class.getName().replace('.', '/');
    List<Object> entries = new ArrayList<>();
    for (String inner : List.of("", "$1", "$1$1")) {
      try (InputStream in =
          ParcelComponent.class.getClassLoader().getResourceAsStream(classes + inner + ".class")) {
        entries.add(classes + inner + ".class");
        entries.add(in.readAllBytes());
      }
    }
    jar(lib.resolve("parcel-classes.jar"), entries.toArray());
  }

  private static void jar(Path file, Object... namesAndContents) throws IOException {
    try (OutputStream out = Files.newOutputStream(file);
        JarOutputStream jar = new JarOutputStream(out)) {
      for (int i = 0; i < namesAndContents.length; i += 2) {
        jar.putNextEntry(new JarEntry((String) namesAndContents[i]));
        jar.write((byte[]) namesAndContents[i + 1]);
      }
    }
  }

  @Test
  void a_component_whose_jars_lie_in_lib_is_a_destination() throws Exception {
    putComponentIntoLib();
    mailbox.deliver(DemoMail.plain(1));
    Path parcels = folder.resolve("parcels");
    Ended ended =
        importOnce(
            "--mailroom.destinations.parcels=parcel:" + parcels,
            "--mailroom.accounts.support.deliver-to=parcels,database");
    assertThat(ended.code()).as(ended.output()).isZero();
    try (Stream<Path> files = Files.list(parcels)) {
      assertThat(files)
          .hasSize(1)
          .allSatisfy(
              file -> assertThat(file).content().contains("\"subject\":\"Plain message 1\""));
    }
    assertThat(mailbox.unread()).isZero();
  }

  @Test
  void
      without_lib_it_imports_and_a_component_that_is_missing_is_told_at_the_start_with_what_to_put_there()
          throws Exception {
    mailbox.deliver(DemoMail.plain(1));
    Ended refused =
        importOnce(
            "--mailroom.destinations.events=cql:mail",
            "--mailroom.accounts.support.deliver-to=events");
    assertThat(refused.code()).isEqualTo(1);
    assertThat(refused.output())
        .contains(
            "mailroom.destinations.events",
            "the component cql isn't in the jar: put camel-cassandraql in version 4.18.0",
            "into lib/")
        .doesNotContain("\tat ");
    assertThat(mailbox.unread()).isEqualTo(1);
    Ended ended = importOnce();
    assertThat(ended.code()).as(ended.output()).isZero();
    assertThat(mailbox.unread()).isZero();
  }
}
