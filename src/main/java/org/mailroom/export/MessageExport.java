package org.mailroom.export;

import com.fasterxml.jackson.core.JsonProcessingException;
import jakarta.mail.MessagingException;
import jakarta.mail.internet.MimeMessage;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import org.mailroom.message.MailMessageJson;
import org.mailroom.settings.Causes;
import org.mailroom.settings.Utc;
import org.springframework.jdbc.core.namedparam.MapSqlParameterSource;
import org.springframework.jdbc.core.namedparam.NamedParameterJdbcTemplate;
import org.springframework.stereotype.Component;

/**
 * Writes out what was imported, for whoever has to hand it over: earliest received first, then by
 * account and message id, so that the same question has the same order. One message at a time is in
 * memory; contents of attachments are streamed. Threads: any, each call for itself.
 */
@Component("messageExport")
public final class MessageExport {

  /** How it is written. */
  public enum Format {
    /** The documents, one a line; contents of attachments by their location. */
    JSONL,
    /** Mails with their attachments, in the mailbox format mboxrd. */
    MBOX
  }

  /**
   * Which messages.
   *
   * @param account null: of all
   * @param since received at that time or later
   * @param until received before that; null: all later ones
   */
  public record Selection(@Nullable String account, Instant since, @Nullable Instant until) {}

  /**
   * What was written.
   *
   * @param written messages
   * @param notKept messages that Mailroom knows of and keeps no document of, such as those that
   *     went to a queue alone
   * @param problems what couldn't be read, in words
   */
  public record Result(long written, long notKept, List<String> problems) {}

  private static final int AT_A_TIME = 500;
  private static final int MOST_PROBLEMS = 20;

  private record Place(Instant listedAt, KnownMessage message) {}

  private final NamedParameterJdbcTemplate jdbc;
  private final KeptMessages kept;
  private final MailMessageJson json;
  private final MimeBuilder mime;

  MessageExport(
      NamedParameterJdbcTemplate jdbc, KeptMessages kept, MailMessageJson json, MimeBuilder mime) {
    this.jdbc = jdbc;
    this.kept = kept;
    this.json = json;
    this.mime = mime;
  }

  /**
   * @param out gets the bytes; is flushed and not closed
   * @param progress told how many messages were looked at
   * @throws IOException when it can't be written
   */
  public Result export(
      Selection selection, @Nullable Format format, OutputStream out, LongConsumer progress)
      throws IOException {
    Writer writer = format == Format.JSONL ? new JsonLines(out) : new Mbox(out);
    List<String> problems = new ArrayList<>();
    long written = 0;
    long notKept = 0;
    long looked = 0;
    Place last = null;
    for (List<Place> next = next(selection, null); !next.isEmpty(); next = next(selection, last)) {
      for (Place each : next) {
        Outcome outcome = writer.write(each.message(), problems);
        written += outcome == Outcome.WRITTEN ? 1 : 0;
        notKept += outcome == Outcome.NOT_KEPT ? 1 : 0;
        progress.accept(++looked);
      }
      last = next.get(next.size() - 1);
    }
    out.flush();
    return new Result(written, notKept, problems);
  }

  /** By the index of the console's list. */
  private List<Place> next(Selection selection, @Nullable Place last) {
    MapSqlParameterSource values = new MapSqlParameterSource("since", Utc.of(selection.since()));
    StringBuilder where = new StringBuilder(" where m.listed_at >= :since");
    if (selection.until() != null) {
      where.append(" and m.listed_at < :until");
      values.addValue("until", Utc.of(selection.until()));
    }
    if (selection.account() != null) {
      where.append(" and m.account = :account");
      values.addValue("account", selection.account());
    }
    if (last != null) {
      where.append(
          " and m.listed_at >= :at and (m.listed_at > :at or m.account > :lastAccount or (m.account"
              + " = :lastAccount and m.message_id > :lastId))");
      values
          .addValue("at", Utc.of(last.listedAt()))
          .addValue("lastAccount", last.message().account())
          .addValue("lastId", last.message().messageId());
    }
    return jdbc.query(
        "select m.account, m.message_id, m.listed_at, coalesce(stored.received_at, stored.sent_at,"
            + " m.received_at) as filed_at from ledger_message m left join mail_message stored on"
            + " stored.account = m.account and stored.message_id = m.message_id"
            + where
            + " order by m.listed_at, m.account, m.message_id limit "
            + AT_A_TIME,
        values,
        (row, number) ->
            new Place(
                row.getTimestamp("listed_at").toInstant(),
                new KnownMessage(
                    row.getString("account"),
                    row.getString("message_id"),
                    row.getTimestamp("filed_at") == null
                        ? null
                        : row.getTimestamp("filed_at").toInstant())));
  }

  private enum Outcome {
    WRITTEN,
    NOT_KEPT,
    FAILED
  }

  private interface Writer {
    Outcome write(KnownMessage message, List<String> problems) throws IOException;
  }

  private static void tell(List<String> problems, String problem) {
    if (problems.size() < MOST_PROBLEMS) {
      problems.add(problem);
    } else if (problems.size() == MOST_PROBLEMS) {
      problems.add("and more");
    }
  }

  /** A document that can't be read is told, and the next one comes. */
  private static Outcome unreadable(KnownMessage message, IOException why, List<String> problems) {
    tell(problems, message + " can't be read (" + Causes.inShort(why) + "): it isn't written");
    return Outcome.FAILED;
  }

  private final class JsonLines implements Writer {
    private final OutputStream out;

    private JsonLines(OutputStream out) {
      this.out = out;
    }

    @Override
    public Outcome write(KnownMessage message, List<String> problems) throws IOException {
      String line;
      try {
        String document = kept.document(message);
        if (document == null) {
          return Outcome.NOT_KEPT;
        }
        line = oneLine(document);
      } catch (IOException e) {
        return unreadable(message, e, problems);
      }
      out.write((line + "\n").getBytes(StandardCharsets.UTF_8));
      return Outcome.WRITTEN;
    }

    private String oneLine(String document) throws JsonProcessingException {
      return document.indexOf('\n') < 0 && document.indexOf('\r') < 0
          ? document
          : json.mapper().writeValueAsString(json.mapper().readTree(document));
    }
  }

  private final class Mbox implements Writer {
    private final MboxOutput out;

    private Mbox(OutputStream out) {
      this.out = new MboxOutput(out);
    }

    @Override
    public Outcome write(KnownMessage message, List<String> problems) throws IOException {
      KeptMessages.Mail mail;
      MimeMessage made = null;
      try {
        mail = kept.mail(message);
        if (mail == null) {
          return Outcome.NOT_KEPT;
        }
        if (mail.original() == null) {
          made =
              mime.build(
                  Objects.requireNonNull(mail.document()),
                  problem -> tell(problems, message + ": " + problem));
        }
      } catch (IOException e) {
        return unreadable(message, e, problems);
      }
      out.begin(mail.sender(), mail.at());
      try {
        if (made == null) {
          Files.copy(mail.original(), out);
        } else {
          made.writeTo(out);
        }
      } catch (IOException | MessagingException e) {
        if (out.hasFailed()) {
          throw new IOException(e);
        }
        tell(
            problems,
            message + " is cut, for a file of it can't be read (" + Causes.inShort(e) + ")");
      }
      out.end();
      return Outcome.WRITTEN;
    }
  }
}
