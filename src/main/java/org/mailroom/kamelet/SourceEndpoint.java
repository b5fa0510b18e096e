package org.mailroom.kamelet;

import java.util.Map;
import java.util.TreeMap;
import org.apache.camel.Consumer;
import org.apache.camel.Processor;
import org.apache.camel.Producer;
import org.apache.camel.support.DefaultEndpoint;
import org.jspecify.annotations.Nullable;

/**
 * {@code graph-mail:source}: the messages of a folder, one exchange each. Its options are the
 * properties of the kamelet {@code graph-mail-source}.
 */
public final class SourceEndpoint extends DefaultEndpoint {

  private final GraphMail graphMail;
  private final Map<String, String> fields = new TreeMap<>();
  private @Nullable String name;

  SourceEndpoint(String uri, GraphMailComponent component, GraphMail graphMail) {
    super(uri, component);
    this.graphMail = graphMail;
  }

  /** What the account of this source is called. */
  public void setName(String name) {
    this.name = name;
  }

  public void setMailbox(String mailbox) {
    fields.put("mailbox", mailbox);
  }

  public void setCredential(String credential) {
    fields.put("credential", credential);
  }

  public void setFolder(String folder) {
    fields.put("folder", folder);
  }

  public void setFilter(String filter) {
    fields.put("filter", filter);
  }

  /** From the end of one poll to the beginning of the next. */
  public void setPeriod(String period) {
    fields.put("poll-every", period);
  }

  @Override
  public Consumer createConsumer(Processor processor) throws Exception {
    String called =
        name != null && !name.isBlank()
            ? name
            : called(
                fields.getOrDefault("mailbox", "") + "-" + fields.getOrDefault("folder", "inbox"));
    return new SourceConsumer(this, processor, graphMail, called, fields);
  }

  /** Two sources of one folder need names: then they don't share what is known of each message. */
  private static String called(String text) {
    String name = text.replaceAll("[^A-Za-z0-9._-]+", "-").replaceAll("^[^A-Za-z0-9]+|[.]+$", "");
    return name.length() <= 64
        ? name
        : name.substring(0, 55) + "-" + Integer.toHexString(text.hashCode());
  }

  @Override
  public Producer createProducer() {
    throw new UnsupportedOperationException(
        "graph-mail:source only gives messages: a route begins with it");
  }
}
