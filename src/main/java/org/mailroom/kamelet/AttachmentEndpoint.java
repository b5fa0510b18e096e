package org.mailroom.kamelet;

import org.apache.camel.Consumer;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.Processor;
import org.apache.camel.Producer;
import org.apache.camel.support.DefaultEndpoint;
import org.apache.camel.support.DefaultProducer;
import org.jspecify.annotations.Nullable;
import org.mailroom.message.AttachmentContents;
import org.springframework.util.unit.DataSize;

/**
 * {@code graph-mail:attachment}: the content of an attachment as the body. Its options are the
 * properties of {@code graph-mail-attachment-action}.
 */
public final class AttachmentEndpoint extends DefaultEndpoint {

  private final GraphMail graphMail;
  private @Nullable String credential;
  private @Nullable String mailbox;
  private @Nullable String messageId;
  private @Nullable String attachmentId;
  private DataSize maxSize = DataSize.ofMegabytes(50);

  AttachmentEndpoint(String uri, GraphMailComponent component, GraphMail graphMail) {
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

  public void setAttachmentId(String attachmentId) {
    this.attachmentId = attachmentId;
  }

  /** As {@code 50MB}. */
  public void setMaxSize(String maxSize) {
    this.maxSize = DataSize.parse(maxSize);
    if (this.maxSize.toBytes() > Integer.MAX_VALUE / 2) {
      throw new IllegalArgumentException(
          "maxSize is " + maxSize + ": at most 1023MB, for the content is held in memory");
    }
  }

  @Override
  public Producer createProducer() {
    String proof = credential;
    if (proof == null) {
      throw new IllegalArgumentException(
          "credential is missing: the name of one of mailroom.credentials");
    }
    return new DefaultProducer(this) {
      @Override
      public void process(Exchange exchange) {
        AttachmentContents.Wanted wanted =
            new AttachmentContents.Wanted(
                proof,
                MessageOption.of(exchange, "mailbox", mailbox, "mailbox"),
                MessageOption.of(exchange, "messageId", messageId, "messageId"),
                MessageOption.of(exchange, "attachmentId", attachmentId, "attachmentId"),
                maxSize);
        AttachmentContents.Content content = graphMail.attachment(wanted);
        Message message = exchange.getMessage();
        message.setBody(content.bytes());
        message.setHeader("attachmentName", content.shownName());
        message.setHeader("attachmentContentType", content.contentType());
        message.setHeader("attachmentSize", content.bytes().length);
        message.setHeader(Exchange.FILE_NAME, graphMail.fileName(wanted, content));
      }
    };
  }

  @Override
  public Consumer createConsumer(Processor processor) {
    throw new UnsupportedOperationException(
        "graph-mail:attachment is a step: no route begins with it");
  }
}
