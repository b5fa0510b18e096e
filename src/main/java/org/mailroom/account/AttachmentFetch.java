package org.mailroom.account;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.mailroom.graph.GraphException;
import org.mailroom.message.MailAttachment;

/** The attachments of one message while they are fetched: first their list, page by page, then the content of each. */
public final class AttachmentFetch {

  /**
   * One attachment.
   *
   * @param position counts from 1 in the order of the service's list
   */
  public record Position(int position, MailAttachment metadata) {}

  private final List<MailAttachment> attachments = new ArrayList<>();
  private final Set<Integer> ofUnknownType = new HashSet<>();
  private final Set<String> followed = new HashSet<>();
  private String nextLink;
  private boolean listed;

  /** There is a page of attachments to ask for. */
  public boolean isListing() {
    return !listed;
  }

  String nextLink() {
    return nextLink;
  }

  void accept(MailAttachment attachment, boolean knownType) {
    attachments.add(attachment);
    if (!knownType) {
      ofUnknownType.add(attachments.size());
    }
  }

  /**
   * @throws GraphException when the next link leads back: the list would never end
   */
  void endPage(String mailbox, String next) {
    if (next != null && !followed.add(next)) {
      throw new GraphException("list attachments of " + mailbox, 0, "MailroomEndlessListing", null, null, "the same next link again", null);
    }
    nextLink = next;
    listed = next == null;
  }

  /** A type that Mailroom doesn't know may have no content. */
  boolean isOfUnknownType(Position where) {
    return ofUnknownType.contains(where.position());
  }

  /** Those that have a content of their own: files and items, not references. */
  public List<Position> withContent() {
    List<Position> positions = new ArrayList<>();
    for (int i = 0; i < attachments.size(); i++) {
      if (!attachments.get(i).kind().equals("reference")) {
        positions.add(new Position(i + 1, attachments.get(i)));
      }
    }
    return positions;
  }

  /** The content of one is stored; several threads may say so at once. */
  synchronized void stored(Position where, MailAttachment attachment) {
    attachments.set(where.position() - 1, attachment);
  }

  synchronized List<MailAttachment> attachments() {
    return List.copyOf(attachments);
  }
}
