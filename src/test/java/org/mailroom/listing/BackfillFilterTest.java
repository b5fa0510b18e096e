package org.mailroom.listing;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;

class BackfillFilterTest {

  private static final Instant JANUARY = Instant.parse("2026-01-01T00:00:00Z");

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
    assertThat(
            new Backfill("a", JANUARY, null, false, JANUARY, null, JANUARY, null)
                .filter("isRead eq false"))
        .isEqualTo("isRead eq false");
  }
}
