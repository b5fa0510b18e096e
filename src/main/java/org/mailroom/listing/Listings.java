package org.mailroom.listing;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;
import org.mailroom.graph.Graph;
import org.mailroom.graph.GraphUris;
import org.mailroom.graph.ServiceClock;
import org.mailroom.settings.Limits;
import org.mailroom.settings.MailroomProperties;
import org.springframework.stereotype.Component;
import org.springframework.util.function.SingletonSupplier;

/** Begins listings of folders, and walks through them. It remembers nothing. */
@Component("listings")
public final class Listings {

  private static final int LEAST_PAGE_BUDGET = 256 * 1024;

  private static final int MOST_PAGE_BUDGET = 512 * 1024 * 1024;

  /** More than any clock is wrong that certificates are still accepted by. */
  private static final Duration CLOCK_MAY_BE_WRONG_BY = Duration.ofDays(1);

  private final GraphUris uris;
  private final Limits limits;
  private final ObjectMapper json;
  private final PageReader reader;
  private final Clock clock;
  private final ServiceClock serviceClock;

  Listings(
      MailroomProperties properties, ObjectMapper json, Clock clock, ServiceClock serviceClock) {
    this.uris = new GraphUris(properties.graphUrl());
    this.limits = properties.limits();
    this.json = json;
    // all pages in hand, of all imports, may take an eighth of the heap together
    long budget =
        Runtime.getRuntime().maxMemory() / 8 / limits.pagesInHand() / properties.importers();
    this.reader =
        new PageReader(json, (int) Math.max(LEAST_PAGE_BUDGET, Math.min(budget, MOST_PAGE_BUDGET)));
    this.clock = clock;
    this.serviceClock = serviceClock;
  }

  /**
   * Begins a listing of one folder's messages, oldest first.
   *
   * @param select the properties of a message that are needed, separated by commas
   * @param filter OData, or null
   * @param since what was received before isn't listed; null: everything
   * @param hints of the last listing of this folder
   */
  public MessageListing messages(
      MailFolder folder,
      String select,
      @Nullable String filter,
      @Nullable Instant since,
      Hints hints) {
    return new MessageListing(
        new MessageRequests(uris, folder, reader, select, filter),
        limits.pageSize(),
        since,
        hints,
        clock);
  }

  /**
   * Goes on to read what changed in one folder.
   *
   * @param stored where an earlier round stopped
   * @param unreadOnly of what was received before the first round only what is unread counts
   */
  public Listing changes(
      MailFolder folder, String select, DeltaLinks.Stored stored, boolean unreadOnly, Hints hints) {
    DeltaListing changes =
        new DeltaListing(
            uris, folder, reader, select, stored, unreadOnly, limits.pageSize(), hints, clock);
    return new ChangesOrTime(
        changes,
        () ->
            messages(
                folder,
                select,
                unreadOnly
                    ? "isRead eq false or receivedDateTime ge "
                        + changes.begunAt().truncatedTo(ChronoUnit.SECONDS)
                    : null,
                null,
                hints));
  }

  /**
   * From when on messages are listed so that none is missed that isn't too old; a day earlier while
   * the service hasn't told its time.
   *
   * @param maxAge null: no message is too old
   * @return null: from the beginning
   */
  public @Nullable Instant since(@Nullable Duration maxAge) {
    if (maxAge == null) {
      return null;
    }
    Instant oldest = serviceClock.now().minus(maxAge);
    return (serviceClock.isKnown() ? oldest : oldest.minus(CLOCK_MAY_BE_WRONG_BY))
        .truncatedTo(ChronoUnit.SECONDS);
  }

  /**
   * Leaves out what is older than that, by the service's clock when the first page has come.
   *
   * @param maxAge null: no message is too old
   */
  public Listing notOlder(Listing listing, @Nullable Duration maxAge) {
    return maxAge == null
        ? listing
        : new NotTooOld(listing, SingletonSupplier.of(() -> serviceClock.now().minus(maxAge)));
  }

  /** How many messages are left to list; null when the service doesn't say. */
  public Long count(Graph graph, MessageListing listing) {
    return listing.count(graph, json);
  }

  /** The pages of one folder in an import, or in one of its turns. */
  public Pages pages(Listing listing, Graph graph, Pages.Surroundings around) {
    return new Pages(listing, graph, around, limits.pagesInHand());
  }
}
