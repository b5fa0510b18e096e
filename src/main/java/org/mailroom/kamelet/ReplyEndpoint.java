package org.mailroom.kamelet;

import org.apache.camel.Consumer;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.Processor;
import org.apache.camel.Producer;
import org.apache.camel.TypeConversionException;
import org.apache.camel.support.DefaultEndpoint;
import org.apache.camel.support.DefaultProducer;
import org.jspecify.annotations.Nullable;
import org.mailroom.message.MailMessage;

/**
 * {@code graph-mail:reply}: replies to the message that is the body, and leaves the body as it is.
 * Its options are the properties of {@code graph-mail-reply-action}. The headers {@code replySent}
 * (true, false, unknown) and {@code replyReason} tell what became of it.
 */
public final class ReplyEndpoint extends DefaultEndpoint {

  private final GraphMail graphMail;
  private @Nullable String credential;
  private @Nullable String mailbox;
  private @Nullable String messageId;
  private @Nullable String comment;

  ReplyEndpoint(String uri, GraphMailComponent component, GraphMail graphMail) {
    super(uri, component);
    this.graphMail = graphMail;
  }

  public void setCredential(String credential) {
    this.credential = credential;
  }

  public void setMailbox(String mailbox) {
    this.mailbox = mailbox;
  }

  public void setMessageId(String messageId) {
    this.messageId = messageId;
  }

  /** Text, or an expression of the language {@code simple}. */
  public void setComment(String comment) {
    this.comment = comment;
  }

  @Override
  public Producer createProducer() {
    String proof = credential;
    if (proof == null) {
      throw new IllegalArgumentException(
          "credential is missing: the name of one of mailroom.credentials, with the permission"
              + " Mail.Send");
    }
    String said = comment;
    if (said == null || said.isBlank()) {
      throw new IllegalArgumentException("comment is missing: what the reply says");
    }
    return new DefaultProducer(this) {
      @Override
      public void process(Exchange exchange) {
        MailMessage mail = mail(exchange);
        String of =
            mail.mailbox() == null || (mailbox != null && !mailbox.isBlank())
                ? MessageOption.of(exchange, "mailbox", mailbox, "mailbox")
                : mail.mailbox();
        String id =
            mail.id() == null || (messageId != null && !messageId.isBlank())
                ? MessageOption.of(exchange, "messageId", messageId, "messageId")
                : mail.id();
        MailReplies.Result result =
            graphMail.reply(
                new MailReplies.Wanted(
                    proof, of, id, mail, MessageOption.of(exchange, "comment", said, "comment")));
        Message message = exchange.getMessage();
        message.setHeader("replySent", result.outcome().word());
        message.removeHeader("replyReason");
        if (result.reason() != null) {
          message.setHeader("replyReason", result.reason());
        }
      }
    };
  }

  /** Whether a machine sent it stands in its headers: without them nothing is sent. */
  private static MailMessage mail(Exchange exchange) {
    try {
      MailMessage mail = exchange.getMessage().getBody(MailMessage.class);
      if (mail != null) {
        return mail;
      }
    } catch (TypeConversionException notAMailMessage) {
      // said below
    }
    throw new IllegalArgumentException(
        "the body isn't a MailMessage, nor its JSON: graph-mail:reply needs it to tell whether a"
            + " machine sent the mail. Put this step before those that change the body, or keep the"
            + " message in a variable and set it as the body again");
  }

  @Override
  public Consumer createConsumer(Processor processor) {
    throw new UnsupportedOperationException("graph-mail:reply is a step: no route begins with it");
  }
}
