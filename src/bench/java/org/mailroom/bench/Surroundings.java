package org.mailroom.bench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.mailroom.BenchRuntime;

/** What every row has: a tenant in its own process, a PostgreSQL, and a folder. */
record Surroundings(Tenant tenant, Database database, Path folder) {

  /** Addresses of made mailboxes, each with so many messages. */
  List<String> mailboxes(int count, int messages) throws Exception {
    List<String> addresses = new ArrayList<>();
    for (int i = 1; i <= count; i++) {
      String address = "box" + i + "@contoso.com";
      tenant.fill(address, messages);
      addresses.add(address);
    }
    return addresses;
  }

  BenchRuntime mailroom(List<String> mailboxes, String... settings) throws Exception {
    return new BenchRuntime(
        Settings.of(
            tenant,
            database.create(),
            Files.createTempDirectory(folder, "mailroom"),
            mailboxes,
            settings));
  }

  MailroomProcess process(
      String jdbcUrl, List<String> jvmOptions, List<String> mailboxes, String... settings)
      throws Exception {
    Path own = Files.createTempDirectory(folder, "mailroom");
    return MailroomProcess.start(
        own, jvmOptions, Settings.of(tenant, jdbcUrl, own, mailboxes, settings));
  }

  /** A row's own number, which {@code -Dbench.name} replaces. */
  static int number(String name, int fallback) {
    return Integer.getInteger("bench." + name, fallback);
  }
}
