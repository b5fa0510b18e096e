package org.mailroom.listing;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.time.Instant;
import org.mailroom.graph.Graph;
import org.mailroom.graph.GraphUris;
import org.mailroom.settings.MailroomProperties;
import org.springframework.stereotype.Component;

/** Begins listings of folders, and walks through them. It remembers nothing. */
@Component("listings")
public final class Listings {

  private static final int LEAST_PAGE_BUDGET = 256 * 1024;

  private static final int MOST_PAGE_BUDGET = 512 * 1024 * 1024;

  private final GraphUris uris;
  private final MailroomProperties.Limits limits;
  private final ObjectMapper json;
  private final PageReader reader;
  private final Clock clock;

  Listings(MailroomProperties properties, ObjectMapper json, Clock clock) {
    this.uris = new GraphUris(properties.graphUrl());
    this.limits = properties.limits();
    this.json = json;
    // all pages in hand, of all imports, may take an eighth of the heap together
    long budget = Runtime.getRuntime().maxMemory() / 8 / limits.pagesInHand() / properties.importers();
    this.reader = new PageReader(json, (int) Math.max(LEAST_PAGE_BUDGET, Math.min(budget, MOST_PAGE_BUDGET)));
    this.clock = clock;
  }

  /**
   * Begins a listing of one folder's messages, oldest first.
   *
   * @param select the properties of a message that are needed, separated by commas
   * @param filter OData, or null
   * @param since what was received before isn't listed; null: everything
   * @param hints of the last listing of this folder
   */
  public MessageListing messages(MailFolder folder, String select, String filter, Instant since, Hints hints) {
    return new MessageListing(new MessageRequests(uris, folder, reader, select, filter), limits.pageSize(), since, hints, clock);
  }

  /**
   * Goes on to read what changed in one folder.
   *
   * @param stored where an earlier round stopped
   * @param unreadOnly of what was received before the first round only what is unread counts
   */
  public Listing changes(MailFolder folder, String select, DeltaLinks.Stored stored, boolean unreadOnly, Hints hints) {
    DeltaListing changes = new DeltaListing(uris, folder, reader, select, stored, unreadOnly, limits.pageSize(), hints, clock);
    return new ChangesOrTime(changes, () -> messages(folder, select,
        unreadOnly ? "isRead eq false or receivedDateTime ge " + changes.begunAt().truncatedTo(ChronoUnit.SECONDS) : null, null, hints));
  }

  /** How many messages are left to list; null when the service doesn't say. */
  public Long count(Graph graph, MessageListing listing) {
    return listing.count(graph, json);
  }

  /** The pages of one import, or of one of its turns. */
  public Pages pages(String account, Listing listing, Graph graph, Pages.Surroundings around) {
    return new Pages(account, listing, graph, around, new Pages.Bounds(limits.pagesInHand(), limits.longestImport()), clock);
  }
}
