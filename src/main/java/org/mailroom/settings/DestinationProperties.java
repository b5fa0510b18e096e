package org.mailroom.settings;

import jakarta.validation.Valid;
import jakarta.validation.constraints.AssertTrue;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.Pattern;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where messages go. In {@code application.yaml} it is a text, the endpoint, or an object: {@code
 * {uri: direct:…, pages: true}}.
 *
 * @param uri any Camel endpoint
 * @param pages whether it takes the messages of a page together, as a list of MailMessage, instead
 *     of one message as JSON text; null: not said, which is no, but for the packaged routes that do
 * @param retry how often and when a refused message is tried again; null: as {@code mailroom.retry}
 *     says
 * @param refusedOn failures that refuse the one message, beside what is documented: HTTP statuses
 *     and names of exception classes
 * @param downOn failures that concern every message: the destination is down
 * @param laterOn failures after which the one message is asked for again, without an attempt
 */
public record DestinationProperties(
    @NotBlank(message = "is missing: the Camel endpoint that takes the messages") String uri,
    @Nullable Boolean pages,
    @Valid @Nullable Retry retry,
    List<@Pattern(regexp = FAILURE, message = FAILURE_ALLOWED) String> refusedOn,
    List<@Pattern(regexp = FAILURE, message = FAILURE_ALLOWED) String> downOn,
    List<@Pattern(regexp = FAILURE, message = FAILURE_ALLOWED) String> laterOn) {

  static final String FAILURE =
      "[345][0-9]{2}|([\\p{L}_$][\\p{L}\\p{N}_$]*\\.)+[\\p{L}_$][\\p{L}\\p{N}_$]*";

  static final String FAILURE_ALLOWED =
      "must be an HTTP status from 300 to 599, or the full name of an exception's class, such as"
          + " java.net.ConnectException";

  private static final Duration SHORTEST_BACKOFF = Duration.ofSeconds(1);
  private static final Duration LONGEST_BACKOFF = Duration.ofHours(1);

  private static final Map<String, DestinationProperties> PACKAGED =
      Map.of(
          "database", of("direct:deliver-to-database", true),
          "file", of("direct:deliver-to-file", true),
          "queue", of("direct:deliver-to-queue", false));

  /**
   * When a message that it refused is tried again.
   *
   * @param maxAttempts null: as {@code mailroom.retry} says
   * @param backoff null: as {@code mailroom.retry} says
   */
  public record Retry(
      @Min(value = 1, message = "must be between 1 and 100")
          @Max(value = 100, message = "must be between 1 and 100")
          Integer maxAttempts,
      Duration backoff) {

    @AssertTrue(message = "backoff must be between 1s and 1h")
    boolean isBackoffValid() {
      return backoff == null
          || (backoff.compareTo(SHORTEST_BACKOFF) >= 0 && backoff.compareTo(LONGEST_BACKOFF) <= 0);
    }
  }

  public DestinationProperties {
    uri = uri == null ? null : uri.trim();
    refusedOn = refusedOn == null ? List.of() : List.copyOf(refusedOn);
    downOn = downOn == null ? List.of() : List.copyOf(downOn);
    laterOn = laterOn == null ? List.of() : List.copyOf(laterOn);
  }

  /** An endpoint, with everything else as it is documented. */
  public static DestinationProperties of(String uri, @Nullable Boolean pages) {
    return new DestinationProperties(uri, pages, null, List.of(), List.of(), List.of());
  }

  /** The short form: the endpoint alone. The binding of settings finds this method by its name. */
  public static DestinationProperties valueOf(String uri) {
    return of(uri, null);
  }

  @AssertTrue(message = "names a failure that refused-on names, too: it means one thing")
  boolean isDownOnValid() {
    return Collections.disjoint(downOn, refusedOn);
  }

  @AssertTrue(message = "names a failure that refused-on or down-on names, too: it means one thing")
  boolean isLaterOnValid() {
    return Collections.disjoint(laterOn, refusedOn) && Collections.disjoint(laterOn, downOn);
  }

  /** Whether it takes the messages of a page together. */
  public boolean takesPages() {
    return Boolean.TRUE.equals(pages);
  }

  /** When a message that it refused is tried again: as it says itself, else as all do. */
  public MailroomProperties.Retry retryOr(MailroomProperties.Retry ofAll) {
    return retry == null
        ? ofAll
        : new MailroomProperties.Retry(
            retry.maxAttempts() == null ? ofAll.maxAttempts() : retry.maxAttempts(),
            retry.backoff() == null ? ofAll.backoff() : retry.backoff());
  }

  /** Adds the packaged destinations to a site's, and to each what the site left out. */
  static Map<String, DestinationProperties> withPackaged(
      Map<String, DestinationProperties> ofSite) {
    Map<String, DestinationProperties> all = new LinkedHashMap<>(PACKAGED);
    if (ofSite != null) {
      ofSite.forEach(
          (name, destination) -> all.put(name, destination.completed(PACKAGED.get(name))));
    }
    return Map.copyOf(all);
  }

  private DestinationProperties completed(@Nullable DestinationProperties sameName) {
    String endpoint = uri == null && sameName != null ? sameName.uri : uri;
    Boolean together =
        pages != null
            ? pages
            : PACKAGED.values().stream()
                .filter(packaged -> packaged.uri.equals(endpoint))
                .findFirst()
                .map(DestinationProperties::takesPages)
                .orElse(false);
    return new DestinationProperties(endpoint, together, retry, refusedOn, downOn, laterOn);
  }
}
