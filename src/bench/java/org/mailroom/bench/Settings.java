package org.mailroom.bench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.mailroom.demo.DemoTenant;

/**
 * Mailroom's settings in a row of the benchmark: the demo tenant, PostgreSQL, and accounts that
 * deliver to the database.
 */
public final class Settings {

  private Settings() {}

  /**
   * @param jdbcUrl null keeps the embedded H2
   * @param mailboxes an account for each; its id is the address up to the at sign
   */
  public static List<String> of(
      Tenant tenant, String jdbcUrl, Path folder, List<String> mailboxes, String... more) {
    List<String> settings =
        new ArrayList<>(
            List.of(
                "--spring.config.location=classpath:/application.yaml",
                "--spring.ssl.bundle.pem.demo.truststore.certificate=file:" + tenant.certificate(),
                "--mailroom.ssl-bundle=demo",
                "--mailroom.graph-url=" + tenant.graphUrl(),
                "--mailroom.login-url=" + tenant.loginUrl(),
                "--mailroom.data-dir=" + folder.resolve("data"),
                // only the row about the quota measures with a limit
                "--mailroom.limits.requests-per-window=10000000",
                "--server.port=0",
                "--mailroom.credentials.demo.grant-type=client-credentials",
                "--mailroom.credentials.demo.tenant-id=" + DemoTenant.TENANT_ID,
                "--mailroom.credentials.demo.client-id=" + DemoTenant.CLIENT_ID,
                "--mailroom.credentials.demo.client-secret=" + DemoTenant.CLIENT_SECRET));
    if (jdbcUrl != null) {
      settings.add("--spring.datasource.url=" + jdbcUrl);
      settings.add("--spring.datasource.username=postgres");
    }
    for (String mailbox : mailboxes) {
      String account = "--mailroom.accounts." + id(mailbox);
      settings.add(account + ".mailbox=" + mailbox);
      settings.add(account + ".credential=demo");
      settings.add(account + ".deliver-to=database");
    }
    settings.addAll(List.of(more));
    // to try what another setting brings
    Arrays.stream(System.getProperty("bench.settings", "").split(" "))
        .filter(setting -> !setting.isBlank())
        .forEach(settings::add);
    return settings;
  }

  public static String id(String mailbox) {
    return mailbox.substring(0, mailbox.indexOf('@'));
  }
}
