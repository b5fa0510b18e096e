package org.mailroom.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.mailroom.command.Launcher;
import org.springframework.context.ConfigurableApplicationContext;

@EnabledOnOs({OS.LINUX, OS.MAC})
class DataDirTest {

  @TempDir private Path folder;

  private static String permissions(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }

  private Path open(String name) throws IOException {
    Path made = Files.createDirectory(folder.resolve(name));
    Files.setPosixFilePermissions(made, PosixFilePermissions.fromString("rwxr-xr-x"));
    return made;
  }

  @Test
  void a_data_dir_is_made_for_its_owner_alone_and_so_is_what_it_lies_in_where_that_is_missing()
      throws IOException {
    DataDir.close(folder.resolve("var/data"), folder);
    assertThat(permissions(folder.resolve("var/data"))).isEqualTo("rwx------");
    assertThat(permissions(folder.resolve("var"))).isEqualTo("rwx------");
  }

  @Test
  void one_of_an_earlier_version_is_closed() throws IOException {
    Path data = open("data");
    DataDir.close(data, folder);
    assertThat(permissions(data)).isEqualTo("rwx------");
  }

  @Test
  void a_folder_that_mailroom_merely_runs_in_stays_as_it_is() throws IOException {
    Path home = open("home");
    DataDir.close(home, home);
    DataDir.close(home, home.resolve("deeper"));
    assertThat(permissions(home)).isEqualTo("rwxr-xr-x");
  }

  @Test
  void in_a_folder_that_mailroom_runs_in_those_of_broker_and_mail_are_closed_before_they_are_used()
      throws IOException {
    Path home = open("home");
    for (String name : List.of("home/broker", "home/mail", "home/routes")) {
      open(name);
    }
    DataDir.close(home, home);
    assertThat(permissions(home.resolve("broker"))).isEqualTo("rwx------");
    assertThat(permissions(home.resolve("mail"))).isEqualTo("rwx------");
    assertThat(permissions(home.resolve("routes"))).as("the site's own").isEqualTo("rwxr-xr-x");
  }

  @Test
  void a_folder_of_mail_elsewhere_is_made_for_its_owner_alone_and_one_that_is_there_is_closed()
      throws IOException {
    try (ConfigurableApplicationContext started =
        new Launcher(
                DataDir.class,
                List.of(
                    "--spring.config.location=classpath:/application.yaml",
                    "--mailroom.data-dir=" + folder.resolve("data"),
                    "--mailroom.mail-dir=" + folder.resolve("share/mail")))
            .startCommand(Map.of())) {
      assertThat(permissions(folder.resolve("share/mail"))).isEqualTo("rwx------");
      assertThat(folder.resolve("data/mail")).doesNotExist();
    }
    Path there = open("there");
    try (ConfigurableApplicationContext started =
        new Launcher(
                DataDir.class,
                List.of(
                    "--spring.config.location=classpath:/application.yaml",
                    "--mailroom.data-dir=" + folder.resolve("data"),
                    "--mailroom.mail-dir=" + there))
            .startCommand(Map.of())) {
      assertThat(permissions(there)).isEqualTo("rwx------");
    }
  }

  @Test
  void what_database_and_broker_have_written_is_closed_whatever_the_folder_is() throws IOException {
    Path home = open("home");
    Files.createDirectories(home.resolve("broker/journal"));
    for (String file :
        List.of("mailroom.mv.db", "mailroom.lock.db", "broker/journal/a.amq", "routes.yaml")) {
      Files.createFile(home.resolve(file));
      Files.setPosixFilePermissions(
          home.resolve(file), PosixFilePermissions.fromString("rw-r--r--"));
    }
    DataDirFiles.close(home);
    for (String file : List.of("mailroom.mv.db", "mailroom.lock.db", "broker/journal/a.amq")) {
      assertThat(permissions(home.resolve(file))).as(file).isEqualTo("rw-------");
    }
    assertThat(permissions(home.resolve("broker/journal"))).isEqualTo("rwx------");
    assertThat(permissions(home.resolve("routes.yaml")))
        .as("the site's own")
        .isEqualTo("rw-r--r--");
  }

  @Test
  void what_is_closed_is_left_as_it_is() throws IOException {
    Path file = Files.createFile(folder.resolve("file"));
    PrivateFolder.close(file);
    Object changed = Files.getAttribute(file, "unix:ctime");
    PrivateFolder.close(file);
    assertThat(permissions(file)).isEqualTo("rw-------");
    assertThat(Files.getAttribute(file, "unix:ctime")).isEqualTo(changed);
  }

  @Test
  void a_folder_can_be_made_twice_and_a_file_in_its_place_is_said() throws IOException {
    PrivateFolder.create(folder.resolve("a/b"));
    PrivateFolder.create(folder.resolve("a/b"));
    assertThat(permissions(folder.resolve("a/b"))).isEqualTo("rwx------");
    Files.createFile(folder.resolve("file"));
    assertThatThrownBy(() -> PrivateFolder.create(folder.resolve("file/x")))
        .isInstanceOf(FileAlreadyExistsException.class);
    DataDir.close(folder.resolve("file/x"), folder);
  }
}
