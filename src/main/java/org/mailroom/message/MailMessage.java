package org.mailroom.message;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The canonical document of an imported message: queue body, file and {@code document} column. Its
 * JSON is described by {@code mail-message.schema.json}. What the service didn't tell is null here
 * and absent there, never an invented value.
 *
 * @param account the account that imported it
 * @param mailbox where it lies
 * @param id Graph's immutable id; case-sensitive
 * @param importance low, normal or high, or what else the service says
 * @param folder the path of the folder that it lay in when it was imported, as the settings write
 *     paths; null where that isn't known
 * @param inReplyTo the id of the message that it answers, in angle brackets like {@code
 *     internetMessageId}
 * @param references the ids of the messages before it, the first one first; of very many the first
 *     and the last ones
 * @param autoSubmitted no, auto-generated, auto-replied, bounce or bulk; null where there are no
 *     headers to tell it by
 * @param bounce what a bounce says about the message that wasn't delivered; null for every other
 *     message, and where it can't be read
 * @param headers internet headers in their order, repeats included
 * @param bodyText the text of the body: made of it where that is HTML, the body itself where that
 *     is text
 * @param replyText the text of the part that is new in this message, without what it quotes; where
 *     the account asks for it
 * @param kind {@code message}, or what kind of meeting message it is
 * @param calendar the meeting that a meeting message is about
 * @param schemaVersion 2; null in a document that was written before there were versions
 * @param warnings sentences for a person, when it was delivered although something of it wasn't as
 *     it should be; null when all is well
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonPropertyOrder({
  "account",
  "mailbox",
  "id",
  "internetMessageId",
  "conversationId",
  "subject",
  "from",
  "sender",
  "to",
  "cc",
  "bcc",
  "replyTo",
  "receivedAt",
  "sentAt",
  "importance",
  "categories",
  "folder",
  "inReplyTo",
  "references",
  "autoSubmitted",
  "bounce",
  "headers",
  "body",
  "bodyText",
  "replyText",
  "kind",
  "calendar",
  "webLink",
  "attachments",
  "warnings",
  "schemaVersion"
})
public record MailMessage(
    String account,
    String mailbox,
    String id,
    @Nullable String internetMessageId,
    @Nullable String conversationId,
    @Nullable String subject,
    @Nullable EmailAddress from,
    @Nullable EmailAddress sender,
    @Nullable List<EmailAddress> to,
    @Nullable List<EmailAddress> cc,
    @Nullable List<EmailAddress> bcc,
    @Nullable List<EmailAddress> replyTo,
    @Nullable Instant receivedAt,
    @Nullable Instant sentAt,
    @Nullable String importance,
    @Nullable List<String> categories,
    @Nullable String folder,
    @Nullable String inReplyTo,
    @Nullable List<String> references,
    @Nullable String autoSubmitted,
    @Nullable Bounce bounce,
    @Nullable List<Header> headers,
    @Nullable Body body,
    @Nullable String bodyText,
    @Nullable String replyText,
    @Nullable String kind,
    @Nullable Meeting calendar,
    @Nullable String webLink,
    @Nullable List<MailAttachment> attachments,
    @Nullable List<String> warnings,
    @Nullable Integer schemaVersion) {

  /**
   * Of the documents that are written now. What a later one adds, a reader of this one may pass
   * over.
   */
  static final Integer VERSION = 2;

  /** A person or group; either part may be unknown. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record EmailAddress(@Nullable String name, @Nullable String address) {}

  /** An internet header. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Header(String name, @Nullable String value) {}

  /** The text; {@code contentType} is html or text, or what else the service says. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Body(@Nullable String contentType, @Nullable String content) {}

  /**
   * What a bounce tells.
   *
   * @param status the enhanced status code of RFC 3463, such as 5.1.1; that of the first recipient
   *     who has one
   * @param recipients whom it couldn't be delivered to
   * @param readFrom {@code report}: the delivery report of RFC 3464; {@code headers}; {@code body}:
   *     what the text for people says
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Bounce(
      @Nullable String status, @Nullable List<Recipient> recipients, String readFrom) {}

  /**
   * Somebody whom a message couldn't be delivered to.
   *
   * @param status the enhanced status code, where it is told for this recipient
   * @param action failed, delayed and the others of RFC 3464, where a delivery report says it
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Recipient(String address, @Nullable String status, @Nullable String action) {}

  /**
   * The meeting of a meeting message, as the service tells it.
   *
   * @param request of a request: newMeetingRequest, fullUpdate, informationalUpdate, silentUpdate,
   *     outdated or principalWantsCopy
   * @param recurrence singleInstance, occurrence, exception or seriesMaster
   * @param allDay its days are those of start and end, whatever the time zone
   * @param organizer of a request or a cancellation: whom it is from
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Meeting(
      @Nullable Instant start,
      @Nullable Instant end,
      @Nullable Boolean allDay,
      @Nullable String location,
      @Nullable EmailAddress organizer,
      @Nullable String request,
      @Nullable String recurrence,
      @Nullable Boolean outOfDate) {}

  /** The same with what every message has. */
  MailMessage with(
      String hasAccount,
      String hasMailbox,
      String hasId,
      @Nullable String hasKind,
      List<MailAttachment> hasAttachments) {
    return new MailMessage(
        hasAccount,
        hasMailbox,
        hasId,
        internetMessageId,
        conversationId,
        subject,
        from,
        sender,
        to,
        cc,
        bcc,
        replyTo,
        receivedAt,
        sentAt,
        importance,
        categories,
        folder,
        inReplyTo,
        references,
        autoSubmitted,
        bounce,
        headers,
        body,
        bodyText,
        replyText,
        hasKind,
        calendar,
        webLink,
        hasAttachments,
        warnings,
        VERSION);
  }

  /**
   * The same with other words. What was made of another body is made anew, and what can't be made
   * of it is gone.
   */
  MailMessage with(@Nullable String otherSubject, @Nullable Body otherBody) {
    boolean same = Objects.equals(body, otherBody);
    return with(
        otherSubject, otherBody, same ? bodyText : BodyText.of(otherBody), same ? replyText : null);
  }

  MailMessage with(
      @Nullable String otherSubject,
      @Nullable Body otherBody,
      @Nullable String otherBodyText,
      @Nullable String otherReplyText) {
    return new MailMessage(
        account,
        mailbox,
        id,
        internetMessageId,
        conversationId,
        otherSubject,
        from,
        sender,
        to,
        cc,
        bcc,
        replyTo,
        receivedAt,
        sentAt,
        importance,
        categories,
        folder,
        inReplyTo,
        references,
        autoSubmitted,
        bounce,
        headers,
        otherBody,
        otherBodyText,
        otherReplyText,
        kind,
        calendar,
        webLink,
        attachments,
        warnings,
        schemaVersion);
  }

  /** The same with what its delivery report says. */
  MailMessage withReport(String otherAutoSubmitted, @Nullable Bounce told) {
    return new MailMessage(
        account,
        mailbox,
        id,
        internetMessageId,
        conversationId,
        subject,
        from,
        sender,
        to,
        cc,
        bcc,
        replyTo,
        receivedAt,
        sentAt,
        importance,
        categories,
        folder,
        inReplyTo,
        references,
        otherAutoSubmitted,
        told,
        headers,
        body,
        bodyText,
        replyText,
        kind,
        calendar,
        webLink,
        attachments,
        warnings,
        schemaVersion);
  }

  /**
   * The same, where a body was replaced and the texts that were made of the body before it were
   * left: what was taken out of the one mustn't stay in the others.
   */
  MailMessage textsAsTheBody(MailMessage before) {
    if (Objects.equals(body, before.body)) {
      return this;
    }
    return with(
        subject,
        body,
        Objects.equals(bodyText, before.bodyText) ? BodyText.of(body) : bodyText,
        Objects.equals(replyText, before.replyText) ? null : replyText);
  }

  /** Whether there are any, inline ones included (unlike Graph's own hasAttachments). */
  public boolean hasAttachments() {
    return attachments != null && !attachments.isEmpty();
  }

  /** A message of which nothing is known but where it is. */
  public static MailMessage named(String account, String mailbox, String id) {
    return new MailMessage(
        account, mailbox, id, null, null, null, null, null, null, null, null, null, null, null,
        null, null, null, null, null, null, null, null, null, null, null, null, null, null, null,
        null, null);
  }

  /**
   * From, or who sent it in that person's name: the address, or the name where there is none; null
   * when the service told neither.
   */
  public @Nullable String sentBy() {
    EmailAddress who = from != null ? from : sender;
    return who == null ? null : who.address() != null ? who.address() : who.name();
  }

  /** Never what the mail says: this text may reach a log. */
  @Override
  public String toString() {
    return "message " + id + " of account " + account;
  }
}
