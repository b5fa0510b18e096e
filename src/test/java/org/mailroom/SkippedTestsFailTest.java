package org.mailroom;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;
import static org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder.request;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Disabled;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;

/** Tests that can't run here, run by JUnit as those of the build are. */
class SkippedTestsFailTest {

  private static final String ALLOWED = "mailroom.allow-skipped";

  private final String before = System.getProperty(ALLOWED);

  @AfterEach
  void giveThePropertyBack() {
    allow(before);
  }

  private static void allow(String value) {
    if (value == null) {
      System.clearProperty(ALLOWED);
    } else {
      System.setProperty(ALLOWED, value);
    }
  }

  static final class GivesUp {
    @Test
    void cannot_run_here() {
      abort("no such command");
    }
  }

  static final class GivesUpBeforeItBegins {
    @BeforeEach
    void prepare() {
      abort("no root");
    }

    @Test
    void cannot_run_here() {}
  }

  static final class GivesUpForAll {
    @BeforeAll
    static void prepare() {
      abort("no root");
    }

    @Test
    void cannot_run_here() {}
  }

  static final class IsSwitchedOff {
    @Test
    @Disabled
    void fails() {
      throw new IllegalStateException("it was run");
    }
  }

  private static TestExecutionSummary run(Class<?> tests) {
    SummaryGeneratingListener summary = new SummaryGeneratingListener();
    LauncherFactory.create().execute(request().selectors(selectClass(tests)).build(), summary);
    return summary.getSummary();
  }

  @ParameterizedTest
  @ValueSource(classes = {GivesUp.class, GivesUpBeforeItBegins.class, GivesUpForAll.class})
  void a_test_that_can_not_run_here_fails_and_says_why_and_what_lets_it_be_skipped(Class<?> tests) {
    allow(null);
    TestExecutionSummary summary = run(tests);
    assertThat(summary.getTotalFailureCount()).isEqualTo(1);
    assertThat(summary.getFailures().get(0).getException())
        .hasMessageContaining("This test can't run here: ")
        .hasMessageContaining("no ")
        .hasMessageContaining("-Dmailroom.allow-skipped");
  }

  @ParameterizedTest
  @ValueSource(classes = {GivesUp.class, GivesUpBeforeItBegins.class, GivesUpForAll.class})
  void with_the_property_it_is_skipped(Class<?> tests) {
    allow("true");
    assertThat(run(tests).getTotalFailureCount()).isZero();
    allow("");
    assertThat(run(tests).getTotalFailureCount()).isZero();
  }

  @Test
  void a_test_that_an_annotation_switches_off_runs_all_the_same() {
    assertThat(run(IsSwitchedOff.class).getFailures())
        .singleElement()
        .satisfies(failure -> assertThat(failure.getException()).hasMessage("it was run"));
  }
}
