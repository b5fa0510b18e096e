package org.mailroom.settings;

import jakarta.validation.constraints.AssertTrue;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import java.time.Duration;
import java.util.stream.Stream;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * What Mailroom allows itself towards the service; the defaults are what Microsoft documents.
 *
 * @param requestsInFlight for one mailbox at the same time
 * @param requestsPerWindow for one mailbox; each part of a batch counts
 * @param window any stretch of time of this length holds at most so many
 * @param connectTimeout until a connection to Graph or to Entra ID stands
 * @param responseTimeout how long the service may be silent, before its answer and within it
 * @param requestTimeout one request as a whole, from its sending to the end of its answer
 * @param leastRate bytes a second that an answer has to bring while it is waited for
 * @param leastRateAfter so long an answer may be slower
 * @param tokenTimeout one request for a token as a whole
 * @param tries of one request that fails, the first included; throttling and a refused token are
 *     counted apart
 * @param throttledFor so long a throttled request is sent again, from its first try on
 * @param longestRetryAfter what a Retry-After is believed; longer ones are taken for a mistake
 * @param pageSize messages asked for in one listing ($top)
 * @param batchSize parts of one JSON batch
 * @param batchesInFlight for one mailbox; with more than one, the parts of each wait for one
 *     another ({@code dependsOn}), so that no more of them run at the same time than requests may
 *     be in flight
 * @param pagesInHand of one import that are held in memory: one is listed while the others are
 *     delivered and marked
 * @param pagesPerTurn after so many an import lets others go first, if any wait for one of the
 *     importers
 * @param waitingDeliveries of one account; while a destination is down and so many wait for it,
 *     nothing more is read from the mailbox
 * @param settleWithin how long a message waits for attachments that are still being scanned, or
 *     that it has and aren't listed; then it is delivered as it is, with a warning
 * @param mailboxWait so long a command waits for a mailbox that another node works on
 * @param importerWait so long a command waits for a route that takes its imports from the queue,
 *     where none runs
 * @param longestImport so long an import may list in one turn; what is left comes with another
 *     turn, which begins by itself
 */
public record Limits(
    @DefaultValue("4") @Min(1) @Max(4) int requestsInFlight,
    @DefaultValue("10000") @Min(20) int requestsPerWindow,
    @DefaultValue("10m") @NotNull Duration window,
    @DefaultValue("10s") @NotNull Duration connectTimeout,
    @DefaultValue("100s") @NotNull Duration responseTimeout,
    @DefaultValue("15m") @NotNull Duration requestTimeout,
    @DefaultValue("1KB") @NotNull DataSize leastRate,
    @DefaultValue("20s") @NotNull Duration leastRateAfter,
    @DefaultValue("30s") @NotNull Duration tokenTimeout,
    @DefaultValue("5") @Min(1) @Max(100) int tries,
    @DefaultValue("1h") @NotNull Duration throttledFor,
    @DefaultValue("6h") @NotNull Duration longestRetryAfter,
    @DefaultValue("200") @Min(1) @Max(1000) int pageSize,
    @DefaultValue("20") @Min(1) @Max(20) int batchSize,
    @DefaultValue("1") @Min(1) @Max(4) int batchesInFlight,
    @DefaultValue("3") @Min(1) @Max(10) int pagesInHand,
    @DefaultValue("20") @Min(1) int pagesPerTurn,
    @DefaultValue("1000") @Min(1) int waitingDeliveries,
    @DefaultValue("1h") @NotNull Duration settleWithin,
    @DefaultValue("10m") @NotNull Duration mailboxWait,
    @DefaultValue("30s") @NotNull Duration importerWait,
    @DefaultValue("6h") @NotNull Duration longestImport) {

  @AssertTrue(message = "mailbox-wait must be between 0s and 1d")
  boolean isMailboxWaitValid() {
    return mailboxWait == null
        || (!mailboxWait.isNegative() && mailboxWait.compareTo(Duration.ofDays(1)) <= 0);
  }

  @AssertTrue(message = "importer-wait must be between 0s and 1d")
  boolean isImporterWaitValid() {
    return importerWait == null
        || (!importerWait.isNegative() && importerWait.compareTo(Duration.ofDays(1)) <= 0);
  }

  @AssertTrue(message = "window must be at least 1s")
  boolean isWindowValid() {
    return window == null || window.compareTo(Duration.ofSeconds(1)) >= 0;
  }

  @AssertTrue(message = "settle-within must be between 0s and 30d")
  boolean isSettleWithinValid() {
    return settleWithin == null
        || (!settleWithin.isNegative() && settleWithin.compareTo(Duration.ofDays(30)) <= 0);
  }

  @AssertTrue(message = "longest-import must be at least 1m")
  boolean isLongestImportValid() {
    return longestImport == null || longestImport.compareTo(Duration.ofMinutes(1)) >= 0;
  }

  @AssertTrue(
      message =
          "connect-timeout, response-timeout, request-timeout, least-rate-after, token-timeout,"
              + " throttled-for and longest-retry-after must be at least 1s")
  boolean isEachTimeValid() {
    return Stream.of(
            connectTimeout,
            responseTimeout,
            requestTimeout,
            leastRateAfter,
            tokenTimeout,
            throttledFor,
            longestRetryAfter)
        .allMatch(time -> time == null || time.compareTo(Duration.ofSeconds(1)) >= 0);
  }
}
