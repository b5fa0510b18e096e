package org.mailroom.account;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.mailroom.graph.GraphException;
import org.mailroom.graph.GraphOperation;

/** What an import came to, as other nodes read it. */
class StoredResultsTest {

  private static final Instant BEGUN = Instant.parse("2026-03-01T00:00:00Z");

  private static ImportResult result(Exception unmarked, Exception failure) {
    return new ImportResult(
        "support",
        BEGUN,
        Duration.ofMillis(1234),
        1,
        2,
        3,
        4,
        5,
        6,
        7,
        8,
        9,
        10,
        true,
        BEGUN.plusSeconds(60),
        unmarked,
        "the disk said \"no\"",
        failure,
        List.of(
            new FolderStanding("inbox", FolderStanding.State.READ, null),
            new FolderStanding("Archive/2025", FolderStanding.State.IN_PART, BEGUN)));
  }

  @Test
  void everything_comes_back_and_failures_in_their_words() {
    GraphException denied =
        new GraphException(
            GraphOperation.LIST_MESSAGES, "a@contoso.com", 403, "ErrorAccessDenied", null, null);
    GraphException trouble =
        new GraphException(
            GraphOperation.LIST_MESSAGES, "a@contoso.com", 503, "serviceNotAvailable", null, null);
    ImportResult result = result(denied, trouble);
    ImportResult read = StoredResults.read("support", StoredResults.text(result));
    assertThat(read)
        .usingRecursiveComparison()
        .ignoringFields("firstUnmarked", "failure")
        .isEqualTo(result);
    assertThat(read.firstUnmarked()).hasMessage(denied.getMessage());
    assertThat(FailureInWords.of(read.firstUnmarked()))
        .isEqualTo(FailureInWords.of(denied))
        .satisfies(
            words -> {
              assertThat(words.code()).isEqualTo("ErrorAccessDenied");
              assertThat(words.cause()).isEqualTo(denied.cause());
              assertThat(words.remedy()).isEqualTo(denied.remedy());
              assertThat(words.passing()).isFalse();
            });
    assertThat(FailureInWords.of(read.failure()).passing()).as("the service has trouble").isTrue();
    assertThat(StoredResults.text(read))
        .as("the next node tells the same")
        .isEqualTo(StoredResults.text(result));
  }

  @Test
  void of_another_version_it_takes_what_it_knows_and_what_is_not_readable_is_none() {
    assertThat(
            StoredResults.read(
                "support",
                "{\"begun\":\"2026-03-01T00:00:00Z\",\"imported\":3,\"added-later\":{\"x\":1}}"))
        .satisfies(
            read -> {
              assertThat(read.imported()).isEqualTo(3);
              assertThat(read.failed()).isZero();
              assertThat(read.isThrough()).isTrue();
            });
    assertThat(StoredResults.read("support", "{}")).isNull();
    assertThat(StoredResults.read("support", "not JSON")).isNull();
    assertThat(StoredResults.read("support", null)).isNull();
    assertThat(StoredResults.text(null)).isNull();
  }

  @Test
  void what_is_too_long_is_cut_and_a_failure_of_the_database_is_known_as_one() {
    Exception failure = ImportFailure.inWords(new java.sql.SQLException("x".repeat(5000)));
    ImportResult read = StoredResults.read("support", StoredResults.text(result(null, failure)));
    assertThat(read.failure().getMessage())
        .hasSize(2000)
        .startsWith("Mailroom's database doesn't answer as it should");
    assertThat(FailureInWords.of(read.failure()).ofDatabase()).isTrue();
    assertThat(read.firstUnmarked()).isNull();
  }
}
