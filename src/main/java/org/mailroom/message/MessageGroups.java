package org.mailroom.message;

import java.util.ArrayList;
import java.util.List;
import org.apache.camel.Variable;
import org.mailroom.account.AtATime;
import org.mailroom.settings.Limits;
import org.mailroom.settings.MailroomProperties;
import org.springframework.stereotype.Component;

/**
 * What of a page goes together: the messages that came whole with it, in one group; each other
 * alone, so that what has to be fetched for it holds up no other. As many groups are worked on at a
 * time as the mailbox has places. The threads of an import's pages call it.
 */
@Component("messageGroups")
public final class MessageGroups {

  private final MessagePreparation preparation;
  private final Limits limits;

  MessageGroups(MessagePreparation preparation, MailroomProperties properties) {
    this.preparation = preparation;
    this.limits = properties.limits();
  }

  /** The groups of those messages that are to be delivered. */
  public AtATime<List<IncomingMessage>> of(@Variable("messages") List<IncomingMessage> messages) {
    List<List<IncomingMessage>> groups = new ArrayList<>();
    List<IncomingMessage> whole = new ArrayList<>(messages.size());
    for (IncomingMessage message : messages) {
      if (message.isSettled()) {
        continue;
      }
      if (preparation.isWhole(message)) {
        whole.add(message);
      } else {
        groups.add(List.of(message));
      }
    }
    if (!whole.isEmpty()) {
      groups.add(0, whole);
    }
    return new AtATime<>(limits.requestsInFlight(), groups.iterator());
  }

  /** Whether the listing brought all that there is of the messages of a group. */
  public boolean isWhole(@Variable("group") List<IncomingMessage> group) {
    return group.stream().allMatch(preparation::isWhole);
  }

  /** The work on one of them is over. */
  public void done(@Variable("groups") AtATime<List<IncomingMessage>> groups) {
    groups.done();
  }
}
