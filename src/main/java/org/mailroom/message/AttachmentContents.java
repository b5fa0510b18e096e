package org.mailroom.message;

import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;
import org.mailroom.graph.AnswerJson;
import org.mailroom.graph.Graph;
import org.mailroom.graph.GraphOperation;
import org.mailroom.graph.GraphRequest;
import org.mailroom.graph.GraphUris;
import org.mailroom.settings.MailroomProperties;
import org.springframework.stereotype.Component;
import org.springframework.util.unit.DataSize;

/**
 * The content of one attachment for a route of the site, in memory and no larger than the route
 * says. Safe for use by several threads.
 */
@Component
public final class AttachmentContents {

  /**
   * Which attachment.
   *
   * @param credential the name of the credential that opens the mailbox
   * @param maxSize a larger one isn't fetched
   */
  public record Wanted(
      String credential, String mailbox, String messageId, String attachmentId, DataSize maxSize) {}

  /**
   * What the service gave.
   *
   * @param shownName as the mail says it, in one line; null when it says none
   * @param safeName a name that every file system takes
   * @param contentType as the mail says it; null when it says none
   */
  public record Content(
      @Nullable String shownName, String safeName, @Nullable String contentType, byte[] bytes) {}

  private final Graph graph;
  private final AnswerJson json;
  private final GraphUris uris;

  AttachmentContents(Graph graph, AnswerJson json, MailroomProperties properties) {
    this.graph = graph;
    this.json = json;
    this.uris = new GraphUris(properties.graphUrl());
  }

  /**
   * Fetches it: first what is told of it, then its content, whole or not at all.
   *
   * @throws org.mailroom.graph.GraphException when the service refuses, or gives no answer that
   *     counts
   * @throws org.mailroom.credential.CredentialException when there is no token
   * @throws IllegalStateException when it has no content of its own, or is too large
   */
  public Content get(Wanted wanted) {
    ListedAttachment told =
        graph.ask(
            GraphRequest.get(
                GraphOperation.LIST_ATTACHMENTS,
                wanted.credential(),
                wanted.mailbox(),
                uris.of(GraphUris.options("$select", AttachmentFetch.SELECT), path(wanted)),
                answer -> ListedAttachment.of(1, json.tree(answer))));
    MailAttachment attachment = told.metadata();
    if (!told.hasContent()) {
      throw new IllegalStateException(
          "the attachment"
              + named(attachment)
              + " is a link to a file elsewhere: the mailbox has no content of it");
    }
    if (attachment.kind().equals("file") && attachment.size() != null) {
      requireRoom(wanted, attachment, attachment.size() * 7 / 10);
    }
    byte[] content =
        graph.ask(
            GraphRequest.get(
                GraphOperation.GET_ATTACHMENT,
                wanted.credential(),
                wanted.mailbox(),
                uris.of(path(wanted, "$value")),
                answer -> read(wanted, told, answer)));
    return new Content(
        attachment.name() == null
            ? null
            : attachment.name().replaceAll("[\\p{C}\\p{Zl}\\p{Zp}]", ""),
        SafeFileName.of(attachment.name()),
        attachment.contentType(),
        content);
  }

  private static byte[] read(Wanted wanted, ListedAttachment told, InputStream answer)
      throws IOException {
    try (ServiceStream stream =
        new ServiceStream(
            answer,
            bytes -> requireRoom(wanted, told.metadata(), bytes),
            (beginning, length) -> told.requireWhole(length))) {
      return stream.readAllBytes();
    }
  }

  private static void requireRoom(Wanted wanted, MailAttachment attachment, long bytes) {
    if (bytes > wanted.maxSize().toBytes()) {
      throw new IllegalStateException(
          "the attachment"
              + named(attachment)
              + " is larger than maxSize of graph-mail-attachment-action ("
              + wanted.maxSize().toBytes()
              + " bytes). Raise it, or let an account import the message: there contents go to"
              + " disk");
    }
  }

  private static String named(MailAttachment attachment) {
    return Asked.attachment(1, attachment).replaceFirst("^attachment 1", "");
  }

  private static String[] path(Wanted wanted, String... more) {
    String[] path = new String[6 + more.length];
    System.arraycopy(
        new String[] {
          "users",
          wanted.mailbox(),
          "messages",
          wanted.messageId(),
          "attachments",
          wanted.attachmentId()
        },
        0,
        path,
        0,
        6);
    System.arraycopy(more, 0, path, 6, more.length);
    return path;
  }
}
