package org.mailroom.delivery;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.mailroom.message.IncomingMessage;

/** Messages on their way to one destination. */
public record Delivery(
    String destination, @Nullable String endpoint, boolean page, List<IncomingMessage> messages) {

  List<String> messageIds() {
    return messages.stream().map(IncomingMessage::id).toList();
  }

  public boolean isSeveral() {
    return messages.size() > 1;
  }

  /** The same messages, each alone: so that one that is refused doesn't hold up the others. */
  public List<Delivery> singly() {
    return messages.stream()
        .map(message -> new Delivery(destination, endpoint, page, List.of(message)))
        .toList();
  }
}
