package org.mailroom.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.mailroom.account.ImportProgress;
import org.mailroom.schedule.ImportTotals;

class ImportMeterTest {

  private static final Instant NOW = Instant.parse("2026-01-05T08:00:00Z");

  private final ImportProgress progress = mock(ImportProgress.class);
  private final ImportTotals totals = mock(ImportTotals.class);
  private final ImportMeter meter =
      new ImportMeter(progress, totals, Clock.fixed(NOW, ZoneOffset.UTC));

  private void runs(Duration since, int through, Long all) {
    when(progress.running("orders"))
        .thenReturn(
            Optional.of(
                new ImportProgress.Running(
                    "orders", NOW.minus(since), NOW, through, through + 10, through)));
    when(totals.of("orders")).thenReturn(Optional.ofNullable(all));
  }

  @Test
  void an_import_that_runs_has_a_total_a_rate_and_a_time_left() {
    runs(Duration.ofSeconds(60), 600, 1800L);
    assertThat(meter.of("orders"))
        .hasValueSatisfying(
            reading -> {
              assertThat(reading.done()).isEqualTo(600);
              assertThat(reading.all()).isEqualTo(1800);
              assertThat(reading.rate()).isEqualTo("10 a second");
              assertThat(reading.left()).isEqualTo(Duration.ofSeconds(120));
            });
    runs(Duration.ofSeconds(60), 30, 90L);
    assertThat(meter.of("orders"))
        .hasValueSatisfying(reading -> assertThat(reading.rate()).isEqualTo("30 a minute"));
  }

  @Test
  void what_is_not_known_is_not_told() {
    runs(Duration.ofSeconds(60), 600, null);
    assertThat(meter.of("orders"))
        .hasValueSatisfying(
            reading -> {
              assertThat(reading.all()).isNull();
              assertThat(reading.left()).isNull();
              assertThat(reading.rate()).isEqualTo("10 a second");
            });
    runs(Duration.ofSeconds(1), 600, 1800L);
    assertThat(meter.of("orders"))
        .as("too early for a rate")
        .hasValueSatisfying(
            reading -> {
              assertThat(reading.rate()).isEmpty();
              assertThat(reading.left()).isNull();
            });
    when(progress.running("orders")).thenReturn(Optional.empty());
    assertThat(meter.of("orders")).isEmpty();
  }
}
