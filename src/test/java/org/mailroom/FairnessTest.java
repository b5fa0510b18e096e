package org.mailroom;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.mailroom.account.ImportResult;
import org.mailroom.demo.DemoMail;
import org.mailroom.demo.DemoRequest;
import org.mailroom.demo.DemoTenant;
import org.mailroom.schedule.AccountSchedule;

/**
 * One importer and several accounts: nobody waits for a mailbox that has much to do, or that takes
 * no request.
 */
class FairnessTest {

  private static final Duration PATIENCE = Duration.ofSeconds(120);

  @TempDir private Path folder;

  private final DemoTenant tenant = DemoTenant.start();

  @AfterEach
  void closeTenant() {
    tenant.close();
  }

  private void fill(String account, int messages) {
    for (int i = 1; i <= messages; i++) {
      tenant.mailbox(account + "@contoso.com").deliver(DemoMail.plain(i));
    }
  }

  private MailroomRun start(String... settings) {
    List<String> all =
        new ArrayList<>(
            List.of(
                "--mailroom.importers=1",
                "--mailroom.limits.page-size=20",
                "--mailroom.limits.pages-per-turn=2",
                "--mailroom.poll-every=1h",
                "--mailroom.accounts.support.mailbox=large@contoso.com",
                "--mailroom.accounts.support.deliver-to=database"));
    for (String account : List.of("tiny1", "tiny2", "tiny3")) {
      all.add("--mailroom.accounts." + account + ".mailbox=" + account + "@contoso.com");
      all.add("--mailroom.accounts." + account + ".credential=demo");
      all.add("--mailroom.accounts." + account + ".deliver-to=database");
    }
    all.addAll(List.of(settings));
    return MailroomRun.startRuntime(tenant, folder, all.toArray(String[]::new));
  }

  private long unread(String account) {
    return tenant.mailbox(account + "@contoso.com").unread();
  }

  private List<DemoRequest> listings() {
    return tenant.requests().stream()
        .filter(request -> request.method().equals("GET") && request.path().endsWith("/messages"))
        .toList();
  }

  @Test
  void a_mailbox_with_much_to_do_lets_the_others_go_first_and_goes_on_where_it_stood() {
    fill("large", 600);
    List.of("tiny1", "tiny2", "tiny3").forEach(account -> fill(account, 3));
    try (MailroomRun mailroom = start()) {
      await()
          .atMost(PATIENCE)
          .until(
              () ->
                  unread("large") == 0 && unread("tiny1") + unread("tiny2") + unread("tiny3") == 0);
      await()
          .atMost(PATIENCE)
          .until(() -> mailroom.bean(AccountSchedule.class).lastResult("support").isPresent());
      List<String> order = listings().stream().map(DemoRequest::mailbox).toList();
      int lastToBegin =
          List.of("tiny1", "tiny2", "tiny3").stream()
              .mapToInt(account -> order.indexOf(account + "@contoso.com"))
              .max()
              .orElseThrow();
      assertThat(order.subList(0, lastToBegin))
          .filteredOn("large@contoso.com"::equals)
          .as("pages before everybody had a turn")
          .hasSizeLessThanOrEqualTo(4);
      assertThat(order)
          .filteredOn("large@contoso.com"::equals)
          .as("no page is listed twice")
          .hasSizeLessThanOrEqualTo(32);
      assertThat(
              mailroom.bean(AccountSchedule.class).lastResult("support").orElseThrow().imported())
          .isEqualTo(600);
      assertThat(mailroom.rows("mail_message")).isEqualTo(609);
    }
  }

  @Test
  void an_account_of_several_folders_goes_on_in_the_folder_where_it_stood() {
    List<String> folders = List.of("Inbox", "Inbox/Tickets", "Inbox/Later");
    for (int i = 0; i < 300; i++) {
      tenant
          .mailbox("large@contoso.com")
          .deliver(
              folders.get(i % 3),
              DemoMail.plain(i),
              Instant.parse("2026-01-05T08:00:00Z").plusSeconds(i));
    }
    List.of("tiny1", "tiny2", "tiny3").forEach(account -> fill(account, 3));
    try (MailroomRun mailroom =
        start("--mailroom.accounts.support.folders=inbox,Inbox/Tickets,Inbox/Later")) {
      await()
          .atMost(PATIENCE)
          .until(
              () ->
                  unread("large") == 0 && unread("tiny1") + unread("tiny2") + unread("tiny3") == 0);
      await()
          .atMost(PATIENCE)
          .until(
              () ->
                  mailroom
                      .bean(AccountSchedule.class)
                      .lastResult("support")
                      .filter(ImportResult::isThrough)
                      .isPresent());
      assertThat(
              mailroom.bean(AccountSchedule.class).lastResult("support").orElseThrow().imported())
          .as("all turns together")
          .isEqualTo(300);
      List<DemoRequest> all = listings();
      List<String> mailboxes = all.stream().map(DemoRequest::mailbox).toList();
      int lastToBegin =
          List.of("tiny1", "tiny2", "tiny3").stream()
              .mapToInt(account -> mailboxes.indexOf(account + "@contoso.com"))
              .max()
              .orElseThrow();
      assertThat(mailboxes.subList(0, lastToBegin))
          .filteredOn("large@contoso.com"::equals)
          .as("pages before everybody had a turn")
          .hasSizeLessThanOrEqualTo(4);
      List<String> paths =
          all.stream()
              .filter(request -> request.mailbox().equals("large@contoso.com"))
              .map(DemoRequest::path)
              .toList();
      assertThat(
              IntStream.range(0, paths.size())
                  .filter(i -> i == 0 || !paths.get(i).equals(paths.get(i - 1)))
                  .count())
          .as("one folder after the other")
          .isEqualTo(3);
      assertThat(paths).as("no page is listed twice").hasSizeLessThanOrEqualTo(3 * 7);
      assertThat(mailroom.rows("mail_message")).isEqualTo(309);
    }
  }

  @Test
  void nobody_waits_for_a_mailbox_whose_quota_is_used_up() {
    fill("large", 300);
    List.of("tiny1", "tiny2", "tiny3").forEach(account -> fill(account, 3));
    try (MailroomRun mailroom =
        start(
            "--mailroom.limits.requests-per-window=70",
            "--mailroom.limits.window=1h",
            "--mailroom.limits.pages-per-turn=1000")) {
      await()
          .atMost(PATIENCE)
          .until(() -> unread("tiny1") + unread("tiny2") + unread("tiny3") == 0);
      assertThat(unread("large")).isPositive();
      assertThat(tenant.requests())
          .filteredOn(
              request ->
                  request.mailbox().equals("large@contoso.com")
                      && !request.path().contains("$batch"))
          .hasSizeLessThanOrEqualTo(70);
      assertThat(mailroom.rows("mail_message where account like 'tiny%'")).isEqualTo(9);
    }
  }

  /**
   * How many mailboxes in a row were asked for something; as many as there are when no import
   * begins before another has ended.
   */
  private long changesOfMailbox() {
    List<String> order = tenant.requests().stream().map(DemoRequest::mailbox).toList();
    return IntStream.range(0, order.size())
        .filter(i -> i == 0 || !order.get(i).equals(order.get(i - 1)))
        .count();
  }

  @Test
  void no_more_imports_run_at_once_than_there_are_importers() {
    List.of("large", "tiny1", "tiny2", "tiny3").forEach(account -> fill(account, 30));
    tenant.latency().set(Duration.ofMillis(20), Duration.ZERO);
    try (MailroomRun mailroom = start("--mailroom.limits.pages-per-turn=1000")) {
      await()
          .atMost(PATIENCE)
          .until(
              () ->
                  mailroom.rows("mail_message") == 120
                      && List.of("large", "tiny1", "tiny2", "tiny3").stream()
                              .mapToLong(this::unread)
                              .sum()
                          == 0);
      assertThat(changesOfMailbox()).isEqualTo(4);
    }
  }

  @Test
  void a_command_that_imports_many_accounts_imports_no_more_at_once_than_there_are_importers() {
    List.of("large", "tiny1", "tiny2", "tiny3").forEach(account -> fill(account, 30));
    tenant.latency().set(Duration.ofMillis(20), Duration.ZERO);
    try (MailroomRun mailroom = start("--mailroom.polling=false")) {
      assertThat(mailroom.importAll("support", "tiny1", "tiny2", "tiny3"))
          .allMatch(result -> result.imported() == 30);
      assertThat(changesOfMailbox()).isEqualTo(4);
    }
  }
}
