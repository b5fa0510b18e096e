package org.mailroom.graph;

import org.mailroom.listing.ListedMessage;
import java.net.URI;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Reads what changed in a folder since the last time (Graph's delta query), for mailboxes in which nothing may be marked. The first
 * round lists the whole folder. {@link #link} is where the next page or the next round goes on; it is to be stored once everything
 * before it is delivered. When the service has forgotten the link (410) the walk begins anew.
 */
public final class DeltaListing implements Listing {

  private final GraphUris uris;
  private final String mailbox;
  private final URI beginning;
  private final Instant begunAt;
  private final boolean unreadOnly;
  private final Set<URI> followed = new HashSet<>();
  private URI link;
  private boolean resynchronised;
  private int unlistable;
  private boolean ended;

  /**
   * @param link the stored link; null begins with the whole folder
   * @param begunAt when Mailroom first read this folder: what was received since counts whether it is read or not
   * @param unreadOnly of what was received earlier only what is unread counts
   */
  DeltaListing(GraphUris uris, String mailbox, String folder, String select, URI link, Instant begunAt, boolean unreadOnly) {
    this.uris = uris;
    this.mailbox = mailbox;
    this.beginning = uris.of(GraphUris.options("$select", select), "users", mailbox, "mailFolders", folder, "messages", "delta");
    this.link = link;
    this.begunAt = begunAt;
    this.unreadOnly = unreadOnly;
  }

  @Override
  public synchronized URI nextPage() {
    return link == null ? beginning : link;
  }

  @Override
  public synchronized List<ListedMessage> accept(MessagePage page) {
    URI next = page.next() != null ? page.next() : page.delta();
    if (next == null) {
      throw new GraphException("list changes of " + mailbox, 0, "MailroomCutAnswer", null, null, "neither a next link nor a delta link", null);
    }
    if (!uris.owns(next)) {
      throw new GraphException("list changes of " + mailbox, 0, "MailroomForeignNextLink", null, null, "host " + next.getHost(), null);
    }
    if (page.next() != null && !followed.add(next)) {
      throw new GraphException("list changes of " + mailbox, 0, "MailroomEndlessListing", null, null, "the same next link again", null);
    }
    link = next;
    unlistable += page.nameless();
    ended = page.next() == null;
    List<ListedMessage> counting = new ArrayList<>();
    Set<String> seen = new HashSet<>();
    for (ListedMessage message : page.messages()) {
      if (counts(message) && seen.add(message.id())) {
        counting.add(message.isPartial() ? message.withoutResource() : message);
      }
    }
    return counting;
  }

  private boolean counts(ListedMessage message) {
    return !unreadOnly || !message.isRead() || (message.receivedAt() != null && !message.receivedAt().isBefore(begunAt));
  }

  @Override
  public synchronized boolean askOtherwise(GraphException refusal) {
    if (refusal.status() != 410 || resynchronised) {
      return false;
    }
    resynchronised = true;
    link = null;
    return true;
  }

  /** Where to go on after everything up to here is delivered; null before the first page. */
  public synchronized URI link() {
    return link;
  }

  public Instant begunAt() {
    return begunAt;
  }

  @Override
  public synchronized boolean isBehind(Instant receivedAt) {
    return true;
  }

  @Override
  public synchronized boolean isEnded() {
    return ended;
  }

  @Override
  public synchronized int unlistable() {
    return unlistable;
  }

  @Override
  public String operation() {
    return "list-changes";
  }
}
