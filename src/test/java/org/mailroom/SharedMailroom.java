package org.mailroom;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.mailroom.account.AccountEditor;
import org.mailroom.credential.Credentials;
import org.mailroom.demo.DemoMailbox;
import org.mailroom.demo.DemoTenant;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.util.FileSystemUtils;

/**
 * One demo tenant and few applications for all tests of a class, for a start takes seconds; a
 * request that failed is sent again at once. Each test has a tenant without mail, faults and
 * recorded requests, empty tables, and an account with a mailbox that no test had before it: so
 * Mailroom remembers nothing of it. What Mailroom knows of the credential stays, its token too.
 * Tests that restart Mailroom, or that concern what it knows beyond an account, start their own
 * with {@link MailroomRun#start}.
 */
final class SharedMailroom implements BeforeEachCallback, AfterAllCallback {

  private static final String ACCOUNT = "--mailroom.accounts.support.";

  /**
   * What imports leave behind. Each test has an account of its own, but may count the rows of all.
   */
  private static final List<String> TABLES =
      List.of(
          "account_pause",
          "after_import",
          "backfill",
          "delivery",
          "delta_link",
          "delta_position",
          "imported_day",
          "mail_attachment",
          "mail_message",
          "poll",
          "unsettled_message");

  private final DemoTenant tenant = DemoTenant.start();
  private final Map<List<String>, MailroomRun> running = new LinkedHashMap<>();
  private final List<Path> folders = new ArrayList<>();
  private String account;
  private int tests;

  DemoTenant tenant() {
    return tenant;
  }

  /** Of the test that runs. */
  DemoMailbox mailbox() {
    return tenant.mailbox(account + "@contoso.com");
  }

  /** The id of the account of the test that runs. */
  String account() {
    return account;
  }

  @Override
  public void beforeEach(ExtensionContext test) {
    tenant.resetMail();
    tests++;
    account = "support" + tests;
    mailbox();
  }

  /**
   * An application with these settings, as {@code import --once} starts it: one that runs already,
   * or a new one. It imports the account of this test, whose settings are those that begin with
   * {@code --mailroom.accounts.support.}. To close it lets it go on for the next test.
   */
  MailroomRun start(String... more) {
    Map<String, String> ofAccount =
        new TreeMap<>(
            Map.of(
                "mailbox",
                account + "@contoso.com",
                "credential",
                "demo",
                "deliver-to",
                "database,file"));
    List<String> ofApplication = new ArrayList<>();
    Arrays.stream(more)
        .forEach(
            setting -> {
              if (setting.startsWith(ACCOUNT)) {
                String[] field = setting.substring(ACCOUNT.length()).split("=", 2);
                ofAccount.put(field[0], field[1]);
              } else {
                ofApplication.add(setting);
              }
            });
    MailroomRun mailroom = running.computeIfAbsent(ofApplication, this::startAnother);
    JdbcTemplate database = mailroom.database();
    AccountEditor editor = mailroom.bean(AccountEditor.class);
    database.queryForList("select id from account", String.class).forEach(editor::delete);
    database
        .queryForList("select id from credential", String.class)
        .forEach(mailroom.bean(Credentials.class)::delete);
    TABLES.forEach(table -> database.update("delete from " + table));
    editor.create(account, ofAccount);
    return mailroom.importing(account);
  }

  private MailroomRun startAnother(List<String> all) {
    try {
      Path folder = Files.createTempDirectory("mailroom-shared");
      folders.add(folder);
      List<String> settings =
          new ArrayList<>(
              List.of("--mailroom.routes=" + ManyAccounts.routesOfShortWaits(folder).toUri()));
      settings.addAll(all);
      return MailroomRun.start(tenant, folder, settings.toArray(String[]::new));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void afterAll(ExtensionContext tests) throws IOException {
    running.values().forEach(MailroomRun::close);
    tenant.close();
    // the class of the tests stays, and with it what it refers to
    running.clear();
    tenant.resetMail();
    for (Path folder : folders) {
      FileSystemUtils.deleteRecursively(folder);
    }
  }
}
