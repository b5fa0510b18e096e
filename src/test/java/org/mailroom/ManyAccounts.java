package org.mailroom;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.mailroom.account.ImportResult;
import org.mailroom.demo.DemoAttachment;
import org.mailroom.demo.DemoMail;
import org.mailroom.demo.DemoMailbox;
import org.mailroom.demo.DemoMessage;
import org.mailroom.demo.DemoRequest;
import org.mailroom.demo.DemoTenant;
import org.mailroom.graph.MailboxGates;

/**
 * One demo tenant and one Mailroom for all tests of a class: each test takes accounts of its own,
 * whose mailboxes have their names.
 */
final class ManyAccounts implements AutoCloseable {

  /** Waits that a test can bear, and fewer of them. */
  private static final List<String> SHORT_WAITS =
      List.of(
          "--mailroom.limits.response-timeout=2s",
          "--mailroom.limits.least-rate-after=1s",
          "--mailroom.limits.tries=3",
          "--mailroom.limits.throttled-for=5s",
          "--mailroom.retry.backoff=1ms",
          "--mailroom.retry.max-attempts=3");

  private final DemoTenant tenant;
  private final MailroomRun mailroom;

  private ManyAccounts(DemoTenant tenant, MailroomRun mailroom) {
    this.tenant = tenant;
    this.mailroom = mailroom;
  }

  /** Mailroom as {@code import --once} starts it, by a {@link TravellingClock}. */
  static ManyAccounts start(Path folder, List<String> accounts, String... more) {
    DemoTenant tenant = DemoTenant.start();
    return new ManyAccounts(
        tenant,
        MailroomRun.start(
            TravellingClock.Application.class, tenant, folder, settings(folder, accounts, more)));
  }

  /** The runtime, which polls each second, by a {@link TravellingClock}. */
  static ManyAccounts startRuntime(Path folder, List<String> accounts, String... more) {
    DemoTenant tenant = DemoTenant.start();
    return new ManyAccounts(
        tenant,
        MailroomRun.startRuntime(
            TravellingClock.Application.class, tenant, folder, settings(folder, accounts, more)));
  }

  /** It is later, for the service, too. */
  void travel(Duration later) {
    TravellingClock clock = mailroom.bean(TravellingClock.class);
    clock.travel(later);
    tenant.clock(clock.ahead());
  }

  /** What time it is for Mailroom and the service. */
  Instant now() {
    return mailroom.bean(TravellingClock.class).instant();
  }

  /** The settings of accounts, in front of others, which win. */
  static String[] settings(Path folder, List<String> accounts, String... more) {
    List<String> settings = new ArrayList<>(SHORT_WAITS);
    settings.add("--mailroom.routes=" + routesOfShortWaits(folder).toUri());
    for (String account : accounts) {
      String key = "--mailroom.accounts." + account + ".";
      settings.addAll(
          List.of(
              key + "mailbox=" + address(account),
              key + "credential=demo",
              key + "deliver-to=database,file"));
    }
    settings.addAll(Arrays.asList(more));
    return settings.toArray(String[]::new);
  }

  /** How long a request rests before it is sent again stands in a route file. */
  static Path routesOfShortWaits(Path folder) {
    try {
      String failures = Files.readString(Path.of("routes/failures.camel.yaml"));
      String impatient =
          failures
              .replaceFirst("redeliveryDelay: \"\\d+\"", "redeliveryDelay: \"20\"")
              .replaceFirst("maximumRedeliveryDelay: \"\\d+\"", "maximumRedeliveryDelay: \"50\"");
      assertThat(impatient).isNotEqualTo(failures);
      Path routes = Files.createDirectories(folder.resolve("routes"));
      Files.writeString(routes.resolve("failures.camel.yaml"), impatient);
      return routes;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static String address(String account) {
    return account + "@contoso.com";
  }

  DemoTenant tenant() {
    return tenant;
  }

  MailroomRun mailroom() {
    return mailroom;
  }

  DemoMailbox mailbox(String account) {
    return tenant.mailbox(address(account));
  }

  /** Puts so many plain messages into a mailbox; the first is number 1. */
  List<DemoMessage> fill(String account, int messages) {
    return Stream.iterate(1, number -> number + 1)
        .limit(messages)
        .map(number -> mailbox(account).deliver(DemoMail.plain(number)))
        .toList();
  }

  /** Puts a message with one file of so many bytes into a mailbox. */
  DemoMessage withFile(String account, int number, String name, String type, int size) {
    DemoMessage message = mailbox(account).deliver(DemoMail.plain(number));
    message.attach(
        new DemoAttachment(
            "AAkALgAtt" + number,
            "fileAttachment",
            name,
            type,
            false,
            null,
            "x".repeat(size).getBytes(StandardCharsets.UTF_8)));
    return message;
  }

  ImportResult importOnce(String account) {
    return mailroom.importAll(account).get(0);
  }

  /**
   * Imports accounts side by side, each once. Whenever a mailbox is left alone for a time, that
   * time has passed at once.
   */
  List<ImportResult> importWithoutWaits(Collection<String> names) {
    CompletableFuture<List<ImportResult>> running = mailroom.beginToImport(List.copyOf(names));
    await()
        .atMost(Duration.ofSeconds(150))
        .pollInterval(Duration.ofMillis(50))
        .until(
            () -> {
              names.forEach(this::passTheWait);
              return running.isDone();
            });
    return running.join();
  }

  /** If an account's mailbox is left alone for a time, that time has passed. */
  void passTheWait(String account) {
    mailroom
        .bean(MailboxGates.class)
        .closedUntil(address(account))
        .ifPresent(opens -> travel(Duration.between(now(), opens)));
  }

  /** The requests for an account's mailbox so far, parts of batches included. */
  List<DemoRequest> requests(String account) {
    return tenant.requests().stream()
        .filter(request -> request.mailbox().equals(address(account)))
        .toList();
  }

  /** What waits for another try is due now. */
  void letTimePass(String account) {
    mailroom
        .database()
        .update(
            "update delivery set next_attempt_at = current_timestamp where status = 'PENDING' and"
                + " account = ?",
            account);
  }

  /** The subjects that an account's destinations have. */
  List<String> imported(String account) {
    return mailroom
        .database()
        .queryForList(
            "select subject from mail_message where account = ? order by received_at",
            String.class,
            account);
  }

  /**
   * What the ledger says of what isn't delivered: subject, state and attempts of each, for the
   * database.
   */
  List<String> undelivered(String account) {
    return mailroom
        .database()
        .query(
            "select subject, status, attempts from delivery where account = ? and destination ="
                + " 'database' and status <> 'DELIVERED' order by received_at",
            (row, number) -> row.getString(1) + " " + row.getString(2) + " " + row.getInt(3),
            account);
  }

  /** Why it isn't delivered, for the database. */
  List<String> errors(String account) {
    return mailroom
        .database()
        .queryForList(
            "select last_error from delivery where account = ? and destination = 'database' and"
                + " status <> 'DELIVERED' order by received_at",
            String.class,
            account);
  }

  /** The attachments that the database has of a message: name, size. */
  List<Map<String, Object>> attachments(DemoMessage message) {
    return mailroom
        .database()
        .queryForList(
            "select name, size_bytes, location from mail_attachment where message_id = ? order by"
                + " position",
            message.immutableId());
  }

  /** The document that the database has of a message. */
  String document(DemoMessage message) {
    return mailroom
        .database()
        .queryForObject(
            "select document from mail_message where message_id = ?",
            String.class,
            message.immutableId());
  }

  /** Nothing was done that a client mustn't do; it isn't told to the next test. */
  void assertNoViolations() {
    var violations = tenant.violations();
    tenant.forgetViolations();
    assertThat(violations).isEmpty();
  }

  @Override
  public void close() {
    mailroom.close();
    tenant.close();
  }
}
