package org.mailroom;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.net.CookieManager;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.mailroom.FailureTable.Failure;
import org.mailroom.demo.DemoMail;
import org.mailroom.demo.DemoMailbox;
import org.mailroom.demo.DemoTenant;
import org.mailroom.monitoring.AccountStatus;
import org.mailroom.monitoring.AccountStatuses;

/**
 * What Mailroom stands on fails: each of its channels still answers, and tells cause and remedy.
 * Rows of {@link FailureTable}.
 */
class FailureOfTheMachineTest {

  private static final Duration PATIENCE = Duration.ofSeconds(90);

  @TempDir private Path folder;

  private final DemoTenant tenant = DemoTenant.start();
  private final DemoMailbox mailbox = tenant.mailbox("support@contoso.com");
  private final HttpClient browser =
      HttpClient.newBuilder()
          .cookieHandler(new CookieManager())
          .followRedirects(HttpClient.Redirect.NORMAL)
          .build();
  private FailureTable table;

  @BeforeEach
  void begin() {
    table = new FailureTable(folder.resolve("mailroom.log"));
  }

  @AfterEach
  void end() throws IOException {
    table.write();
    tenant.close();
  }

  private static AccountStatus status(MailroomRun mailroom) {
    return mailroom.bean(AccountStatuses.class).find("support").orElseThrow();
  }

  private HttpResponse<String> send(MailroomRun mailroom, String path, HttpRequest.Builder request)
      throws Exception {
    return browser.send(
        request.uri(URI.create("http://127.0.0.1:" + mailroom.port() + path)).build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private String page(MailroomRun mailroom, String path, int status) throws Exception {
    HttpResponse<String> answer =
        send(mailroom, path, HttpRequest.newBuilder().header("Accept", "text/html"));
    assertThat(answer.statusCode()).as(path).isEqualTo(status);
    return answer.body().replace("&#39;", "'");
  }

  private String signIn(MailroomRun mailroom, String password) throws Exception {
    Matcher token =
        Pattern.compile("name=\"_csrf\" value=\"([^\"]+)\"").matcher(page(mailroom, "/login", 200));
    assertThat(token.find()).isTrue();
    return send(
            mailroom,
            "/login",
            HttpRequest.newBuilder()
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(
                    HttpRequest.BodyPublishers.ofString(
                        "username=admin&password="
                            + password
                            + "&_csrf="
                            + URLEncoder.encode(token.group(1), StandardCharsets.UTF_8))))
        .body();
  }

  private String passwordOfTheFirstStart() throws IOException {
    Matcher told =
        Pattern.compile("user is admin, the password (\\S+) ")
            .matcher(Files.readString(folder.resolve("mailroom.log")));
    assertThat(told.find()).isTrue();
    return told.group(1);
  }

  @Test
  void while_the_database_is_down_people_sign_in_and_every_channel_tells() throws Exception {
    try (Postgres postgres = Postgres.start();
        TcpProxy proxy = new TcpProxy(postgres.getPort());
        MailroomRun mailroom =
            MailroomRun.startRuntime(
                tenant,
                folder,
                "--spring.datasource.url=jdbc:postgresql://localhost:" + proxy.port() + "/postgres",
                "--spring.datasource.username=postgres",
                "--spring.datasource.hikari.connection-timeout=2000",
                "--spring.security.user.name=",
                "--spring.security.user.password=",
                "--mailroom.accounts.support.deliver-to=file",
                table.logSetting())) {
      mailbox.deliver(DemoMail.plain(1));
      await().atMost(PATIENCE).until(() -> mailbox.unread() == 0);
      await().atMost(PATIENCE).until(() -> status(mailroom).importedToday() == 1);
      proxy.down();
      mailbox.deliver(DemoMail.plain(2));
      await().atMost(PATIENCE).until(() -> status(mailroom).reason() != null);
      table.show(
          new Failure(
              "database down",
              "support",
              "Mailroom's database doesn't answer as it should",
              "Check that it runs",
              "database"),
          mailroom,
          status(mailroom));
      assertThat(status(mailroom).importedToday()).as("what was known last").isEqualTo(1);

      String password = passwordOfTheFirstStart();
      assertThat(signIn(mailroom, password).replace("&#39;", "'"))
          .as("the first one to sign in")
          .contains("Overview")
          .contains("Mailroom's database can't be reached")
          .contains("needs attention")
          .contains("Mailroom's database doesn't answer as it should");
      assertThat(page(mailroom, "/account/support", 200))
          .contains("Mailroom's database doesn't answer as it should")
          .contains("The database doesn’t tell.");
      assertThat(page(mailroom, "/routes", 200)).contains("Mailroom's database can't be reached");
      for (String path : new String[] {"/messages", "/failed", "/credentials"}) {
        assertThat(page(mailroom, path, 503))
            .contains("Mailroom’s database doesn’t answer")
            .contains("spring.datasource");
      }
      String basic =
          "Basic "
              + Base64.getEncoder()
                  .encodeToString(("admin:" + password).getBytes(StandardCharsets.UTF_8));
      HttpResponse<String> health =
          send(
              mailroom,
              "/actuator/health",
              HttpRequest.newBuilder().header("Authorization", basic));
      assertThat(health.statusCode()).isEqualTo(503);
      assertThat(health.body())
          .contains("\"accounts\":{\"status\":\"DOWN\"")
          .contains("\"db\":{\"status\":\"DOWN\"")
          .contains("Check that it runs");
      assertThat(Files.readString(folder.resolve("mailroom.log")))
          .containsOnlyOnce("Mailroom's database can't be reached")
          .doesNotContain("\tat ");

      proxy.up();
      await().atMost(PATIENCE).until(() -> mailbox.unread() == 0);
      await().atMost(PATIENCE).until(() -> status(mailroom).reason() == null);
      assertThat(page(mailroom, "/", 200)).doesNotContain("can't be reached");
      assertThat(page(mailroom, "/messages", 200)).contains("2");
      assertThat(Files.readString(folder.resolve("mailroom.log")))
          .contains("the database answers again");
    }
  }

  @Test
  void a_full_disk_is_told_and_freed_space_is_taken_up() throws Exception {
    Path disk = Files.createDirectories(folder.resolve("data/mail"));
    assumeTrue(
        run("mount", "-t", "tmpfs", "-o", "size=512k", "tmpfs", disk.toString()),
        "a small disk can't be mounted here");
    try (MailroomRun mailroom =
        MailroomRun.startRuntime(
            tenant, folder, "--mailroom.accounts.support.deliver-to=file", table.logSetting())) {
      Path filler = disk.resolve("filler");
      fill(filler);
      mailbox.deliver(DemoMail.plain(1));
      mailbox.deliver(DemoMail.plain(2));
      await().atMost(PATIENCE).until(() -> status(mailroom).reason() != null);
      table.show(
          new Failure("disk full", "support", "file", "Check free space", "destination"),
          mailroom,
          status(mailroom));
      assertThat(status(mailroom).reason()).contains("No space left");
      assertThat(Files.readString(folder.resolve("mailroom.log")))
          .as("waiting is no failure")
          .doesNotContain(" failed")
          .doesNotContain("given up");
      assertThat(mailbox.unread()).isEqualTo(2);
      Files.delete(filler);
      await().atMost(PATIENCE).until(() -> mailbox.unread() == 0);
      await().atMost(PATIENCE).until(() -> status(mailroom).reason() == null);
      assertThat(Files.readString(folder.resolve("mailroom.log")))
          .contains("destination file is up again")
          .doesNotContain("\tat ");
    } finally {
      unmount(disk);
    }
  }

  @Test
  void a_full_disk_under_database_files_and_broker_at_once_stops_none_of_them_for_good()
      throws Exception {
    Path disk = Files.createDirectories(folder.resolve("data"));
    assumeTrue(
        run("mount", "-t", "tmpfs", "-o", "size=128m", "tmpfs", disk.toString()),
        "a small disk can't be mounted here");
    try (MailroomRun mailroom =
        MailroomRun.startRuntime(
            TravellingClock.Application.class,
            tenant,
            folder,
            "--mailroom.accounts.support.deliver-to=database,file,queue",
            "--mailroom.retry.backoff=1s",
            table.logSetting())) {
      mailbox.deliver(DemoMail.plain(1));
      await().atMost(PATIENCE).until(() -> mailbox.unread() == 0);
      fill(disk.resolve("filler"));
      for (int i = 2; i <= 30; i++) {
        mailbox.deliver(DemoMail.plain(i));
      }
      await()
          .atMost(PATIENCE)
          .until(
              () ->
                  status(mailroom).reason() != null
                      && status(mailroom).reason().matches("(?s).*(Free|free) space.*"));
      assertThat(mailbox.unread()).isPositive();
      Files.delete(disk.resolve("filler"));
      // each destination is tried again once a minute at the least
      mailroom.bean(TravellingClock.class).travel(Duration.ofMinutes(1));
      await().atMost(PATIENCE).until(() -> mailbox.unread() == 0);
      assertThat(mailroom.rows("mail_message")).isEqualTo(30);
      assertThat(mailroom.rows("delivery where status = 'DELIVERED'")).isEqualTo(90);
      assertThat(Set.copyOf(mailroom.duplicateIds())).hasSize(30);
    } finally {
      unmount(disk);
    }
  }

  /** Lazily: a database that closed itself leaves its file to the garbage collector. */
  private static void unmount(Path disk) throws Exception {
    run("umount", "--lazy", disk.toString());
  }

  private static void fill(Path file) throws IOException {
    byte[] block = new byte[4096];
    try (OutputStream out = Files.newOutputStream(file)) {
      while (true) {
        out.write(block);
      }
    } catch (IOException full) {
      assertThat(full).hasMessageContaining("space");
    }
  }

  private static boolean run(String... command) throws InterruptedException {
    try {
      return new ProcessBuilder(command).start().waitFor() == 0;
    } catch (IOException noSuchCommand) {
      return false;
    }
  }
}
