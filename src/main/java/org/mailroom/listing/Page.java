package org.mailroom.listing;

import java.util.ArrayList;
import java.util.List;

/**
 * Some messages of an import, which are delivered together; {@link Pages#done} is to be told when that is over.
 *
 * @param number of the page within its import; its position moves on in this order
 * @param messages may be none
 */
public record Page(int number, List<ListedMessage> messages) {

  public Page {
    messages = List.copyOf(messages);
  }

  /** The messages in groups that fit into memory together: those that came with their contents, then each other alone. */
  public List<List<ListedMessage>> groups() {
    List<List<ListedMessage>> groups = new ArrayList<>();
    List<ListedMessage> together = messages.stream().filter(message -> message.resource() != null).toList();
    if (!together.isEmpty()) {
      groups.add(together);
    }
    messages.stream().filter(message -> message.resource() == null).forEach(message -> groups.add(List.of(message)));
    return groups;
  }
}
