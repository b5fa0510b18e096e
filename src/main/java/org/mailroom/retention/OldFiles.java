package org.mailroom.retention;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.mailroom.message.MailMessageJson;
import org.mailroom.message.MessageFolders;
import org.mailroom.settings.Causes;
import org.mailroom.settings.Utc;
import org.springframework.jdbc.core.namedparam.NamedParameterJdbcTemplate;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Deletes the folders of messages whose files were all written longer ago than they are kept, and
 * the folders of days that nothing lies in any more. The tree itself tells what is left to do, so
 * that a run that was killed is gone on with, and files that nobody knows of go, too. Rows that say
 * where a content lies say so no longer, before it goes. Used by one thread.
 */
@Component
final class OldFiles {

  /** So many folders are looked up together. */
  private static final int AT_A_TIME = 2_000;

  /** The first by an index; the second are few. */
  private static final List<String> OF_DAY =
      List.of(
          "received_at >= :from and received_at < :to",
          "received_at is null and coalesce(sent_at, :epoch) >= :from and coalesce(sent_at, :epoch)"
              + " < :to");

  static final String NOT_STORED = "deleted by mailroom.retention.files";

  private final MailTree tree;
  private final MessageFolders folders;
  private final ObjectMapper mapper;
  private final NamedParameterJdbcTemplate jdbc;
  private final TransactionTemplate transaction;

  OldFiles(
      MailTree tree,
      MessageFolders folders,
      MailMessageJson json,
      NamedParameterJdbcTemplate jdbc,
      TransactionTemplate transaction) {
    this.tree = tree;
    this.folders = folders;
    this.mapper = json.mapper();
    this.jdbc = jdbc;
    this.transaction = transaction;
  }

  /**
   * Deletes what was written before a time, as long as the run may go on. What can't be read or
   * deleted is told, and the rest goes.
   */
  void delete(Instant before, Run run) {
    LocalDate last = LocalDate.ofInstant(before, ZoneOffset.UTC);
    try {
      for (Path account : tree.accounts()) {
        for (Path day : tree.days(account, last)) {
          if (!run.goesOn()) {
            return;
          }
          deleteOf(day, before, run);
        }
      }
    } catch (IOException e) {
      run.problem(
          folders.root()
              + " can't be read ("
              + Causes.inShort(e)
              + "): let the user that Mailroom runs as read it");
    }
  }

  private void deleteOf(Path day, Instant before, Run run) {
    List<Path> old = new ArrayList<>();
    try (DirectoryStream<Path> messages = tree.messages(day)) {
      for (Path folder : messages) {
        if (isOld(folder, before, run)) {
          old.add(folder);
        }
        if (old.size() == AT_A_TIME) {
          deleteAll(day, old, run);
          old.clear();
        }
        if (!run.goesOn()) {
          return;
        }
      }
      deleteAll(day, old, run);
      tree.removeIfEmpty(day);
    } catch (NoSuchFileException goneMeanwhile) {
      return;
    } catch (IOException | DirectoryIteratorException e) {
      run.problem(
          day
              + " can't be read ("
              + Causes.inShort(e)
              + "): let the user that Mailroom runs as read it");
    }
  }

  /** One that can't be read holds up no other. */
  private boolean isOld(Path folder, Instant before, Run run) {
    try {
      return tree.look(folder).newest().isBefore(before);
    } catch (IOException e) {
      run.problem(
          folder
              + " can't be read ("
              + Causes.inShort(e)
              + "): let the user that Mailroom runs as read it");
      return false;
    }
  }

  private void deleteAll(Path day, List<Path> old, Run run) {
    if (old.isEmpty()) {
      return;
    }
    tellRows(
        day,
        old.stream()
            .map(folder -> folder.getFileName().toString())
            .collect(Collectors.toCollection(HashSet::new)));
    for (Path folder : old) {
      if (!run.goesOn()) {
        return;
      }
      run.files(tree.delete(folder));
    }
  }

  /**
   * A folder's name is made of the message's id and can't be turned back: the messages of the day
   * are gone through for those that it may be.
   */
  private void tellRows(Path day, Set<String> keys) {
    LocalDate date = Objects.requireNonNull(tree.date(day), "the day of a folder");
    String account = day.getName(day.getNameCount() - 4).toString();
    Map<String, Object> ofDay =
        Map.of(
            "account",
            account,
            "epoch",
            Utc.of(Instant.EPOCH),
            "from",
            date.atStartOfDay().atOffset(ZoneOffset.UTC),
            "to",
            date.plusDays(1).atStartOfDay().atOffset(ZoneOffset.UTC));
    List<String> ids = new ArrayList<>();
    for (String time : OF_DAY) {
      jdbc.query(
          "select message_id from mail_message where account = :account and has_attachments and "
              + time,
          ofDay,
          row -> {
            String id = row.getString(1);
            if (keys.contains(folders.key(id))) {
              ids.add(id);
            }
          });
    }
    for (int from = 0; from < ids.size(); from += MessageRows.AT_A_TIME) {
      List<String> some = ids.subList(from, Math.min(ids.size(), from + MessageRows.AT_A_TIME));
      transaction.executeWithoutResult(status -> some.forEach(id -> noLongerStored(account, id)));
    }
  }

  private void noLongerStored(String account, String id) {
    Map<String, Object> key = Map.of("account", account, "id", id);
    if (jdbc.update(
            "update mail_attachment set location = null where account = :account and message_id ="
                + " :id and location is not null",
            key)
        == 0) {
      return;
    }
    jdbc
        .queryForList(
            "select document from mail_message where account = :account and message_id = :id",
            key,
            String.class)
        .stream()
        .findFirst()
        .map(this::withoutContents)
        .ifPresent(
            document ->
                jdbc.update(
                    "update mail_message set document = :document where account = :account and"
                        + " message_id = :id",
                    Map.of("account", account, "id", id, "document", document)));
  }

  /**
   * The document says of each content that was stored why it isn't any more; null when it is none.
   */
  private @Nullable String withoutContents(String document) {
    try {
      JsonNode message = mapper.readTree(document);
      for (JsonNode attachment : message.path("attachments")) {
        if (attachment instanceof ObjectNode stored && stored.remove("location") != null) {
          stored.remove("sha256");
          stored.put("notStored", NOT_STORED);
        }
      }
      return mapper.writeValueAsString(message);
    } catch (JsonProcessingException notADocument) {
      return null;
    }
  }
}
