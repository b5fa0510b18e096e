package org.mailroom.kamelet;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.apache.camel.Consumer;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.Producer;
import org.apache.camel.support.DefaultEndpoint;
import org.apache.camel.support.DefaultProducer;
import org.jspecify.annotations.Nullable;
import org.mailroom.marking.MailUpdate;
import org.mailroom.settings.AfterImport.Flag;

/**
 * {@code graph-mail:update}: changes a message in its mailbox, and leaves the exchange as it is.
 * Its options are the properties of {@code graph-mail-update-action}.
 */
public final class UpdateEndpoint extends DefaultEndpoint {

  private final GraphMail graphMail;
  private @Nullable String credential;
  private @Nullable String mailbox;
  private @Nullable String messageId;
  private @Nullable Boolean read;
  private List<String> categories = List.of();
  private @Nullable Flag flag;
  private @Nullable String moveTo;

  UpdateEndpoint(String uri, GraphMailComponent component, GraphMail graphMail) {
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

  public void setRead(Boolean read) {
    this.read = read;
  }

  /** Separated by commas. */
  public void setCategories(String categories) {
    this.categories =
        Arrays.stream(categories.split(","))
            .map(String::strip)
            .filter(category -> !category.isEmpty())
            .toList();
  }

  /** {@code flagged}, {@code complete} or {@code not-flagged}. */
  public void setFlag(String flag) {
    try {
      this.flag = Flag.valueOf(flag.toUpperCase(Locale.ROOT).replace('-', '_'));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "flag is '" + flag + "': allowed are flagged, complete, not-flagged");
    }
  }

  public void setMoveTo(@Nullable String moveTo) {
    this.moveTo = moveTo == null || moveTo.isBlank() ? null : moveTo;
  }

  @Override
  public Producer createProducer() {
    String proof = credential;
    if (proof == null) {
      throw new IllegalArgumentException(
          "credential is missing: the name of one of mailroom.credentials");
    }
    if (read == null && categories.isEmpty() && flag == null && moveTo == null) {
      throw new IllegalArgumentException(
          "nothing to update: set one of read, categories, flag and moveTo");
    }
    return new DefaultProducer(this) {
      @Override
      public void process(Exchange exchange) {
        graphMail.update(
            new MailUpdate(
                proof,
                MessageOption.of(exchange, "mailbox", mailbox, "mailbox"),
                MessageOption.of(exchange, "messageId", messageId, "messageId"),
                read,
                categories,
                flag,
                moveTo));
      }
    };
  }

  @Override
  public Consumer createConsumer(Processor processor) {
    throw new UnsupportedOperationException("graph-mail:update is a step: no route begins with it");
  }
}
