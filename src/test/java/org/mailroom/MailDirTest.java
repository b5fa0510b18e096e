package org.mailroom;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.mailroom.demo.DemoMail;
import org.mailroom.demo.DemoTenant;

/** {@code mailroom.mail-dir}: where files of mail lie, which nodes share. */
class MailDirTest {

  @TempDir private Path folder;

  @Test
  void files_and_attachments_lie_in_mail_dir_for_their_owner_alone_and_nothing_of_them_in_data_dir()
      throws Exception {
    Path share = folder.resolve("share");
    DemoMail maker = new DemoMail(3);
    try (DemoTenant tenant = DemoTenant.start()) {
      for (int i = 0; i < 20; i++) {
        tenant.mailbox("support@contoso.com").deliver(maker.next());
      }
      try (MailroomRun mailroom =
          MailroomRun.start(tenant, folder, "--mailroom.mail-dir=" + share)) {
        assertThat(mailroom.importSupport().imported()).isEqualTo(20);
        List<String> locations =
            mailroom
                .database()
                .queryForList(
                    "select location from mail_attachment where location is not null",
                    String.class);
        assertThat(locations)
            .isNotEmpty()
            .allMatch(location -> location.startsWith(share.resolve("support").toString()))
            .allMatch(location -> Files.isRegularFile(Path.of(location)));
      }
      try (Stream<Path> files = Files.walk(share)) {
        List<Path> all = files.toList();
        assertThat(all.stream().filter(file -> file.endsWith("message.json"))).hasSize(20);
        for (Path each : all) {
          assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(each)))
              .as("%s", each)
              .isEqualTo(Files.isDirectory(each) ? "rwx------" : "rw-------");
        }
      }
      assertThat(folder.resolve("data/mail")).doesNotExist();
    }
  }
}
