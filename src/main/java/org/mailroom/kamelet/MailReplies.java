package org.mailroom.kamelet;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.mailroom.credential.CredentialException;
import org.mailroom.graph.Graph;
import org.mailroom.graph.GraphException;
import org.mailroom.graph.GraphOperation;
import org.mailroom.graph.GraphRequest;
import org.mailroom.graph.GraphUris;
import org.mailroom.graph.MailboxClosedException;
import org.mailroom.message.AutomaticMail;
import org.mailroom.message.MailMessage;
import org.mailroom.message.MailMessage.EmailAddress;
import org.mailroom.settings.MailroomProperties;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * Replies to messages for routes of the site: never to what a machine sent, never to the mailbox
 * itself, at most once a message, and at most once an hour to a sender. A reply whose outcome isn't
 * known isn't sent again. Safe for use by several threads.
 */
@Component
final class MailReplies {

  /**
   * What is asked for.
   *
   * @param credential the name of one that may send (Mail.Send)
   * @param message that is replied to, as it was imported
   * @param comment what the reply says
   */
  record Wanted(
      String credential, String mailbox, String messageId, MailMessage message, String comment) {

    /** Never what the mail says: this text may reach a log. */
    @Override
    public String toString() {
      return "reply to message " + messageId;
    }
  }

  /** What became of it. */
  enum Outcome {
    SENT("true"),
    NOT_SENT("false"),
    UNKNOWN("unknown");

    private final String word;

    Outcome(String word) {
      this.word = word;
    }

    /** As a header tells it. */
    String word() {
      return word;
    }
  }

  /**
   * @param reason in words; null for one that was sent
   */
  record Result(Outcome outcome, @Nullable String reason) {}

  private static final Logger LOG = LoggerFactory.getLogger("mailroom.routes");

  /** Nobody who asks for more is answered: that is how others are flooded. */
  private static final int MOST_RECIPIENTS = 3;

  private final Graph graph;
  private final GraphUris uris;
  private final ReplyTable table;

  MailReplies(Graph graph, ReplyTable table, MailroomProperties properties) {
    this.graph = graph;
    this.table = table;
    this.uris = new GraphUris(properties.graphUrl());
  }

  /**
   * Sends a reply, or says why not.
   *
   * @throws GraphException when the service refuses it, so that nothing went out
   * @throws CredentialException when there is no token for it
   */
  Result reply(Wanted wanted) {
    MailMessage message = wanted.message();
    String automatic = AutomaticMail.why(message).orElse(null);
    if (automatic != null) {
      return notSent(wanted, automatic);
    }
    Set<String> recipients = recipients(message);
    if (recipients.size() > MOST_RECIPIENTS) {
      return notSent(wanted, "its reply would go to " + recipients.size() + " addresses");
    }
    if (recipients.stream().anyMatch(address -> isItself(address, wanted))) {
      return notSent(wanted, "its reply would go to the mailbox itself");
    }
    if (!table.claim(wanted.mailbox(), wanted.messageId())) {
      return notSent(wanted, "it was replied to before, or that was tried");
    }
    if (!table.claimSenders(wanted.mailbox(), recipients)) {
      return notSent(wanted, "its sender got a reply within the hour");
    }
    return send(wanted, recipients);
  }

  private static Result notSent(Wanted wanted, String why) {
    LOG.debug("{} of {}: not sent, {}", wanted, wanted.mailbox(), why);
    return new Result(Outcome.NOT_SENT, why);
  }

  /** Whom the service sends it to, and who sent the message. */
  private static Set<String> recipients(MailMessage message) {
    Set<String> recipients = new LinkedHashSet<>();
    Stream.concat(
            Stream.ofNullable(message.replyTo()).flatMap(List::stream),
            Stream.of(message.from() == null ? message.sender() : message.from()))
        .map(EmailAddress::address)
        .filter(address -> address != null && !address.isBlank())
        .map(address -> address.strip().toLowerCase(java.util.Locale.ROOT))
        .forEach(recipients::add);
    return recipients;
  }

  private static boolean isItself(String address, Wanted wanted) {
    return address.equalsIgnoreCase(wanted.mailbox().strip())
        || address.equalsIgnoreCase(wanted.message().mailbox());
  }

  private Result send(Wanted wanted, Set<String> recipients) {
    try {
      graph.ask(
          GraphRequest.post(
              GraphOperation.REPLY,
              wanted.credential(),
              wanted.mailbox(),
              uris.of("users", wanted.mailbox(), "messages", wanted.messageId(), "reply"),
              content(wanted.comment()),
              answer -> true));
      return new Result(Outcome.SENT, null);
    } catch (CredentialException | MailboxClosedException neverSent) {
      table.release(wanted.mailbox(), wanted.messageId(), recipients);
      throw neverSent;
    } catch (GraphException refusal) {
      if (refusal.isBeforeAnyWork()) {
        table.release(wanted.mailbox(), wanted.messageId(), recipients);
        throw refusal;
      }
      LOG.warn(
          "message {} of {}: it isn't known whether its reply went out, and it isn't sent again:"
              + " {}",
          wanted.messageId(),
          wanted.mailbox(),
          refusal.cause());
      return new Result(Outcome.UNKNOWN, refusal.cause());
    }
  }

  /**
   * The header keeps other machines, and Mailroom itself, from answering the answer; the service
   * takes none whose name doesn't begin with X.
   */
  private static String content(String comment) {
    ObjectNode content = JsonNodeFactory.instance.objectNode();
    content
        .putObject("message")
        .putArray("internetMessageHeaders")
        .addObject()
        .put("name", "X-Auto-Response-Suppress")
        .put("value", "All");
    return content.put("comment", comment).toString();
  }
}
