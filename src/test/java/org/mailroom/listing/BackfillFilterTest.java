package org.mailroom.listing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BackfillFilterTest {

  private static final Instant JANUARY = Instant.parse("2026-01-01T00:00:00Z");

  private static String readToo(String filter) {
    return new Backfill("a", JANUARY, null, true, JANUARY, null, JANUARY, null).filter(filter);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "isRead eq false or importance eq 'high'|",
        "importance eq 'high' OR IsRead  eq  false|",
        "(isRead eq false)|",
        "isRead ne true|",
        "((isRead eq false) or importance eq 'high')|",
        "importance eq 'high' and isRead eq false|importance eq 'high'",
        "isRead eq false and (importance eq 'high' or hasAttachments eq true)|(importance eq 'high'"
            + " or hasAttachments eq true)",
        "(isRead eq false or importance eq 'high') and hasAttachments eq true|hasAttachments eq"
            + " true",
        "isRead eq false and hasAttachments eq true or importance eq 'high'|hasAttachments eq true"
            + " or importance eq 'high'",
        "(isRead eq false and hasAttachments eq true) or importance eq 'high'|(hasAttachments eq"
            + " true) or importance eq 'high'",
        "subject eq 'isRead eq false or (not ''this'''|subject eq 'isRead eq false or (not"
            + " ''this'''",
        "isRead eq false and contains(subject,' or ) isRead eq false')|contains(subject,' or )"
            + " isRead eq false')",
        "isRead eq true and importance eq 'high'|isRead eq true and importance eq 'high'",
        "isRead eq false and not (importance eq 'low')|not (importance eq 'low')"
      })
  void the_demand_that_a_message_is_unread_goes_and_with_it_what_it_makes_meaningless(
      String filter, String left) {
    assertThat(readToo(filter)).isEqualTo(left == null ? "" : left);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "not (isRead eq false)",
        "not isRead",
        "(isRead eq false",
        "isRead eq false)",
        "isRead eq false and",
        "or isRead eq false",
        "isRead eq null or importance eq 'high'"
      })
  void a_filter_of_which_that_cannot_be_told_is_refused_with_what_to_write(String filter) {
    assertThatThrownBy(() -> readToo(filter))
        .isInstanceOf(UnclearFilterException.class)
        .hasMessageContaining("'" + filter + "'")
        .hasMessageContaining("isRead eq false");
    assertThat(new Backfill("a", JANUARY, null, false, JANUARY, null, JANUARY, null).filter(filter))
        .as("nobody asks for read ones")
        .isEqualTo(filter);
  }

  @Test
  void the_filter_of_the_account_holds_for_a_backfill_too() {
    Backfill read =
        new Backfill("a", JANUARY, JANUARY.plusSeconds(60), true, JANUARY, null, JANUARY, null);
    assertThat(read.filter("isRead eq false"))
        .isEqualTo("receivedDateTime lt 2026-01-01T00:01:00Z");
    assertThat(read.filter("isRead eq false and importance eq 'high'"))
        .isEqualTo("receivedDateTime lt 2026-01-01T00:01:00Z and importance eq 'high'");
    assertThat(read.filter("importance eq 'high' or hasAttachments eq true"))
        .isEqualTo(
            "receivedDateTime lt 2026-01-01T00:01:00Z and (importance eq 'high' or hasAttachments"
                + " eq true)");
    assertThat(read.filter("isRead eq false or importance eq 'high'"))
        .as("everything")
        .isEqualTo("receivedDateTime lt 2026-01-01T00:01:00Z");
    assertThat(
            new Backfill("a", JANUARY, null, false, JANUARY, null, JANUARY, null)
                .filter("isRead eq false"))
        .isEqualTo("isRead eq false");
  }
}
