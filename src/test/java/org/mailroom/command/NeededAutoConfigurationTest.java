package org.mailroom.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.context.annotation.ImportCandidates;
import org.springframework.mock.env.MockEnvironment;

class NeededAutoConfigurationTest {

  /** Everything that Spring Boot, Camel and Hawtio would set up by themselves. */
  private final List<String> all =
      ImportCandidates.load(AutoConfiguration.class, getClass().getClassLoader()).getCandidates();

  private List<String> needed(MockEnvironment environment) {
    NeededAutoConfiguration needs = new NeededAutoConfiguration();
    needs.setEnvironment(environment);
    boolean[] matches = needs.match(all.toArray(String[]::new), null);
    List<String> needed = new ArrayList<>();
    for (int i = 0; i < matches.length; i++) {
      if (matches[i]) {
        needed.add(all.get(i));
      }
    }
    return needed;
  }

  private static MockEnvironment command() {
    return new MockEnvironment().withProperty(NeededAutoConfiguration.COMMAND, "true");
  }

  @Test
  void the_runtime_gets_all_and_traces_where_they_are_switched_on() {
    assertThat(needed(new MockEnvironment().withProperty("management.tracing.enabled", "true")))
        .isEqualTo(all);
    List<String> withoutTraces = new ArrayList<>(all);
    withoutTraces.removeIf(
        name ->
            name.matches(
                "org\\.springframework\\.boot\\.actuate\\.autoconfigure\\.(tracing\\.|opentelemetry\\.|logging\\.(OpenTelemetry|otlp)).*"));
    assertThat(needed(new MockEnvironment())).isEqualTo(withoutTraces).hasSizeLessThan(all.size());
  }

  @Test
  void a_command_does_without_console_hawtio_and_endpoints_and_keeps_what_imports_need() {
    List<String> needed = needed(command());
    assertThat(needed)
        .noneMatch(
            name ->
                name.matches(
                    "(io\\.hawt|org\\.jolokia|org\\.springframework\\.boot\\.autoconfigure\\.(security|thymeleaf|web\\.servlet)"
                        + "|org\\.springframework\\.boot\\.actuate\\..*(tracing|MetricsEndpoint|web)).*"));
    assertThat(needed)
        .anyMatch(name -> name.endsWith("FlywayAutoConfiguration"))
        .anyMatch(name -> name.endsWith("ArtemisAutoConfiguration"))
        .anyMatch(name -> name.endsWith("CamelAutoConfiguration"))
        .anyMatch(name -> name.endsWith("SslAutoConfiguration"))
        .anyMatch(name -> name.endsWith("CompositeMeterRegistryAutoConfiguration"))
        .anyMatch(name -> name.endsWith("HealthEndpointAutoConfiguration"));
    assertThat(needed.size()).isLessThan(all.size() - 100);
  }

  @Test
  void traces_of_commands_are_there_where_they_are_switched_on() {
    assertThat(needed(command().withProperty("management.tracing.enabled", "true")))
        .anyMatch(name -> name.endsWith(".OpenTelemetryTracingAutoConfiguration"));
  }

  @Test
  void every_name_that_is_left_out_or_kept_is_one_that_there_is() {
    for (List<String> prefixes :
        List.of(
            NeededAutoConfiguration.LEFT_OUT_OF_COMMANDS,
            NeededAutoConfiguration.KEPT,
            NeededAutoConfiguration.OF_TRACES)) {
      assertThat(prefixes)
          .allSatisfy(prefix -> assertThat(all).anyMatch(name -> name.startsWith(prefix)));
    }
  }
}
