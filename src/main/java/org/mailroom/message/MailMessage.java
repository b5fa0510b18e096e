package org.mailroom.message;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.time.Instant;
import java.util.List;

/**
 * The canonical document of an imported message: queue body, file and {@code document} column. Its JSON is described by
 * {@code mail-message.schema.json}. What the service didn't tell is null here and absent there, never an invented value.
 *
 * @param account the account that imported it
 * @param mailbox where it lies
 * @param id Graph's immutable id; case-sensitive
 * @param importance low, normal or high, or what else the service says
 * @param folder the path of the folder that it lay in when it was imported, as the settings write paths; null where that isn't known
 * @param headers internet headers in their order, repeats included
 * @param kind {@code message}, or what kind of meeting message it is
 * @param warnings sentences for a person, when it was delivered although something of it wasn't as it should be; null when all is well
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonPropertyOrder({"account", "mailbox", "id", "internetMessageId", "conversationId", "subject", "from", "sender", "to", "cc", "bcc",
    "replyTo", "receivedAt", "sentAt", "importance", "categories", "folder", "headers", "body", "kind", "webLink", "attachments", "warnings"})
public record MailMessage(
    String account, String mailbox, String id, String internetMessageId, String conversationId, String subject, EmailAddress from,
    EmailAddress sender, List<EmailAddress> to, List<EmailAddress> cc, List<EmailAddress> bcc, List<EmailAddress> replyTo,
    Instant receivedAt, Instant sentAt, String importance, List<String> categories, String folder, List<Header> headers, Body body, String kind,
    String webLink, List<MailAttachment> attachments, List<String> warnings) {

  /** A person or group; either part may be unknown. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record EmailAddress(String name, String address) {}

  /** An internet header. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Header(String name, String value) {}

  /** The text; {@code contentType} is html or text, or what else the service says. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Body(String contentType, String content) {}

  /** The same with what every message has. */
  MailMessage with(String hasAccount, String hasMailbox, String hasId, String hasKind, List<MailAttachment> hasAttachments) {
    return new MailMessage(hasAccount, hasMailbox, hasId, internetMessageId, conversationId, subject, from, sender, to, cc, bcc, replyTo,
        receivedAt, sentAt, importance, categories, folder, headers, body, hasKind, webLink, hasAttachments, warnings);
  }

  /** The same with other words. */
  MailMessage with(String otherSubject, Body otherBody) {
    return new MailMessage(account, mailbox, id, internetMessageId, conversationId, otherSubject, from, sender, to, cc, bcc, replyTo,
        receivedAt, sentAt, importance, categories, folder, headers, otherBody, kind, webLink, attachments, warnings);
  }

  /** Whether there are any, inline ones included (unlike Graph's own hasAttachments). */
  public boolean hasAttachments() {
    return attachments != null && !attachments.isEmpty();
  }

  /** A message of which nothing is known but where it is. */
  public static MailMessage named(String account, String mailbox, String id) {
    return new MailMessage(account, mailbox, id, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null);
  }

  /** From, or who sent it in that person's name: the address, or the name where there is none; null when the service told neither. */
  public String sentBy() {
    EmailAddress who = from != null ? from : sender;
    return who == null ? null : who.address() != null ? who.address() : who.name();
  }

  /** Never what the mail says: this text may reach a log. */
  @Override
  public String toString() {
    return "message " + id + " of account " + account;
  }
}
