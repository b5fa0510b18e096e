package org.mailroom.settings;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.slf4j.LoggerFactory;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.jdbc.BadSqlGrammarException;
import org.springframework.jdbc.CannotGetJdbcConnectionException;

/** By a clock that the test drives. */
@ExtendWith(OutputCaptureExtension.class)
class LastingFailureTest {

  private static final RuntimeException DENIED =
      new BadSqlGrammarException(
          "update", "update push_subscription", new SQLException("permission denied for table x"));

  private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 1);
  private final LastingFailure failure =
      new LastingFailure(
          LoggerFactory.getLogger("mailroom.push"), "subscriptions can't be kept up", nanos::get);

  /** So many failures, and so much time before each. */
  private void fails(int times, Duration apart, RuntimeException why) {
    for (int time = 0; time < times; time++) {
      nanos.addAndGet(apart.toNanos());
      failure.failed(why);
    }
  }

  private static long warnings(CapturedOutput output) {
    return output.getOut().lines().filter(line -> line.contains("WARN  ")).count();
  }

  @Test
  void what_is_over_within_a_minute_is_not_told_however_often_it_comes(CapturedOutput output) {
    for (int time = 0; time < 10; time++) {
      fails(59, Duration.ofSeconds(1), DENIED);
      failure.passed();
    }
    assertThat(output.getOut()).doesNotContain("subscriptions can't");
  }

  @Test
  void what_lasts_is_told_after_a_minute_with_its_cause_then_each_hour_and_so_is_its_end(
      CapturedOutput output) {
    fails(62, Duration.ofSeconds(1), DENIED);
    assertThat(output.getOut())
        .contains(
            "WARN  subscriptions can't be kept up for 60 s now: Mailroom's database doesn't answer"
                + " as it should (permission denied for table x). Check that it runs")
        .contains("spring.datasource.*. It is tried again by itself.");
    fails(59, Duration.ofMinutes(1), DENIED);
    assertThat(warnings(output)).isEqualTo(1);
    fails(1, Duration.ofMinutes(1), DENIED);
    assertThat(warnings(output)).isEqualTo(2);
    failure.passed();
    failure.passed();
    assertThat(output.getOut())
        .containsOnlyOnce("INFO  subscriptions can't be kept up: that is over after 3661 s");
  }

  @Test
  void what_is_no_failure_of_the_database_says_what_it_is(CapturedOutput output) {
    fails(2, LastingFailure.TOLD_AFTER, new IllegalStateException("the table is full of nonsense"));
    assertThat(output.getOut())
        .contains("for 60 s now: the table is full of nonsense. It is tried again by itself.")
        .doesNotContain("database");
  }

  @Test
  void an_outage_of_the_database_is_not_told_here_as_well_and_what_it_leaves_behind_is(
      CapturedOutput output) {
    fails(
        10,
        Duration.ofMinutes(1),
        new CannotGetJdbcConnectionException(
            "none", new SQLTransientConnectionException("the database can't be reached")));
    assertThat(output.getOut()).doesNotContain("subscriptions can't");
    fails(1, Duration.ofSeconds(1), DENIED);
    assertThat(warnings(output)).isEqualTo(1);
  }
}
