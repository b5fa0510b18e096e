package org.mailroom.retention;

import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.mailroom.MigratedDatabase;
import org.mailroom.SettableClock;
import org.mailroom.account.Accounts;
import org.mailroom.graph.ServiceClock;
import org.mailroom.message.MailMessage;
import org.mailroom.message.MailMessageJson;
import org.mailroom.message.MessageFolder;
import org.mailroom.message.MessageFolders;
import org.mailroom.settings.MailroomProperties;
import org.mailroom.settings.Utc;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.namedparam.NamedParameterJdbcTemplate;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Retention and erasure on a database with the tables as the migrations make them, a folder of
 * mail, and a clock that the test drives.
 */
final class RetentionParts {

  final SettableClock clock = new SettableClock();
  final MailMessageJson json = new MailMessageJson();
  final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  final Accounts accounts = mock(Accounts.class);

  /** Nobody has told it what time it is for the service, unless a test does. */
  final ServiceClock service = mock(ServiceClock.class);

  final JdbcTemplate jdbc;
  private final TransactionTemplate transaction;
  final MessageFolders folders;
  final MailroomProperties properties;
  final ErasedMessages erased;
  final Erasure erasure;
  final Retention retention;
  final RetentionHealth health;
  private final RetentionTurn turn;

  /** What becomes of a file that is to be deleted; a test may let it fail. */
  MailTree.Remover remover = Files::deleteIfExists;

  /**
   * @param settings keys and values below {@code mailroom}, in turns
   */
  RetentionParts(Path folder, String... settings) {
    this(new MigratedDatabase(), folder, settings);
  }

  private RetentionParts(MigratedDatabase database, Path folder, String... settings) {
    this(database.jdbc(), database.transaction(), folder, settings);
  }

  RetentionParts(
      JdbcTemplate jdbc, TransactionTemplate transaction, Path folder, String... settings) {
    Map<String, String> all = new TreeMap<>();
    for (int i = 0; i < settings.length; i += 2) {
      all.put("mailroom." + settings[i], settings[i + 1]);
    }
    this.jdbc = jdbc;
    when(service.now()).thenAnswer(asked -> clock.instant());
    this.transaction = transaction;
    properties =
        new Binder(new MapConfigurationPropertySource(all))
            .bindOrCreate("mailroom", MailroomProperties.class);
    folders = new MessageFolders(folder.resolve("mail"));
    NamedParameterJdbcTemplate named = new NamedParameterJdbcTemplate(jdbc);
    MailTree tree = new MailTree(folders, path -> remover.remove(path));
    MessageRows rows = new MessageRows(jdbc);
    erased = new ErasedMessages(jdbc, rows, tree, folders, transaction, properties, clock);
    erasure =
        new Erasure(named, new ErasureSearch(named, json, folders), erased, properties, clock);
    turn = new RetentionTurn(jdbc, clock);
    retention =
        new Retention(
            properties,
            turn,
            new OldRows(named, rows, tree, folders, transaction),
            new OldFiles(tree, folders, json, named, transaction),
            erased,
            accounts,
            service,
            meters,
            clock);
    health = new RetentionHealth(retention, properties);
  }

  /** The same database and folder, as another process has them. */
  RetentionParts ofAnotherProcess(Path folder) {
    return new RetentionParts(jdbc, transaction, folder);
  }

  /** A mail as it is imported, received so long ago; null: that isn't known. */
  MailMessage mail(String account, String id, Duration ago, String from, String sender) {
    Map<String, Object> mail =
        new LinkedHashMap<>(
            Map.of(
                "account",
                account,
                "id",
                id,
                "internetMessageId",
                "<" + id + "@example.com>",
                "subject",
                "about " + id,
                "body",
                Map.of("contentType", "text", "content", "body of " + id),
                "kind",
                "message",
                "attachments",
                List.of()));
    if (ago != null) {
      mail.put("receivedAt", clock.instant().minus(ago).toString());
    }
    if (from != null) {
      mail.put("from", Map.of("name", "A", "address", from));
    }
    if (sender != null) {
      mail.put("sender", Map.of("name", "B", "address", sender));
    }
    return read(mail);
  }

  private MailMessage read(Object tree) {
    try {
      return json.read(json.mapper().writeValueAsString(tree));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** As the destinations database and file leave it, with an attachment. */
  MailMessage imports(MailMessage mail) {
    MailMessage stored = writeFiles(mail, mail.receivedAt());
    writeRow(stored);
    knows(mail, mail.receivedAt(), "database", "DELIVERED");
    knows(mail, mail.receivedAt(), "file", "DELIVERED");
    return stored;
  }

  MailMessage imports(String account, String id, Duration ago) {
    return imports(mail(account, id, ago, "anna@example.com", "anna@example.com"));
  }

  /** The files of a mail, written at a time. */
  MailMessage writeFiles(MailMessage mail, Instant at) {
    MessageFolder folder = folders.of(mail);
    Path attachment = folder.attachment(1, "order.txt");
    ObjectNode tree = json.mapper().valueToTree(mail);
    tree.putArray("attachments")
        .addObject()
        .put("id", "a")
        .put("kind", "file")
        .put("name", "order.txt")
        .put("contentType", "text/plain")
        .put("size", 8)
        .put("inline", false)
        .put("sha256", "00")
        .put("location", attachment.toString());
    MailMessage stored = read(tree);
    write(attachment, "12345678", at);
    write(folder.messageJson(), json.toString(stored), at);
    return stored;
  }

  static void write(Path file, String content, Instant at) {
    try {
      Files.createDirectories(file.getParent());
      Files.writeString(file, content);
      Files.setLastModifiedTime(file, FileTime.from(at));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  void writeRow(MailMessage mail) {
    jdbc.update(
        "insert into mail_message (account, message_id, internet_message_id, subject, sender,"
            + " received_at, sent_at, has_attachments, document, imported_at, body) values (?, ?,"
            + " ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        mail.account(),
        mail.id(),
        mail.internetMessageId(),
        mail.subject(),
        mail.sentBy(),
        utc(mail.receivedAt()),
        utc(mail.sentAt()),
        mail.hasAttachments(),
        json.toString(mail),
        utc(mail.receivedAt() == null ? clock.instant() : mail.receivedAt()),
        mail.body().content());
    if (mail.hasAttachments()) {
      jdbc.update(
          "insert into mail_attachment (account, message_id, position, kind, name, is_inline,"
              + " location) values (?, ?, 1, 'file', 'order.txt', false, ?)",
          mail.account(),
          mail.id(),
          mail.attachments().get(0).location());
    }
  }

  /** An entry of the ledger. */
  void knows(MailMessage mail, Instant at, String destination, String status) {
    boolean delivered = status.equals("DELIVERED");
    jdbc.update(
        "insert into delivery (account, message_id, destination, status, attempts, last_error,"
            + " subject, next_attempt_at, delivered_at, last_attempt_at) values (?, ?, ?, ?, 1, ?,"
            + " ?, ?, ?, ?)",
        mail.account(),
        mail.id(),
        destination,
        status,
        delivered ? null : "refused: " + mail.subject(),
        delivered ? null : mail.subject(),
        status.equals("PENDING") ? utc(at) : null,
        delivered ? utc(at) : null,
        delivered ? null : utc(at));
    jdbc.update(
        "insert into ledger_message (account, message_id, listed_at, received_at, subject, sender,"
            + " internet_message_id) values (?, ?, ?, ?, ?, ?, ?) on conflict do nothing",
        mail.account(),
        mail.id(),
        utc(mail.receivedAt() == null ? at : mail.receivedAt()),
        utc(mail.receivedAt()),
        mail.subject(),
        mail.from() == null ? null : mail.from().address(),
        mail.internetMessageId());
  }

  /** Looks as the timer does, an hour later. */
  void anHourLater() {
    clock.pass(Duration.ofHours(1));
    retention.look();
  }

  List<String> ids(String table) {
    return jdbc.queryForList(
        "select distinct message_id from " + table + " order by message_id", String.class);
  }

  List<String> keys() {
    return jdbc.queryForList(
        "select account || ' ' || message_id || ' ' || destination || ' ' || status from delivery"
            + " order by 1",
        String.class);
  }

  boolean hasFiles(MailMessage mail) {
    return Files.exists(folders.of(mail).path());
  }

  double deleted(String what) {
    return meters.counter("mailroom.retention.deleted", "what", what).count();
  }

  /** Another node on the same database. */
  RetentionTurn otherNode() {
    return new RetentionTurn(jdbc, clock);
  }

  static java.time.OffsetDateTime utc(Instant time) {
    return Utc.of(time);
  }

  static Duration days(int days) {
    return Duration.ofDays(days);
  }
}
