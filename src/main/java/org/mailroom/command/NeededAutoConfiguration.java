package org.mailroom.command;

import java.util.List;
import org.springframework.boot.autoconfigure.AutoConfigurationImportFilter;
import org.springframework.boot.autoconfigure.AutoConfigurationMetadata;
import org.springframework.context.EnvironmentAware;
import org.springframework.core.env.Environment;

/**
 * What Spring Boot would set up is left out where nothing needs it: traces while they are switched
 * off, which would otherwise be made and sent nowhere; and for a command that ends by itself
 * endpoints, the console with its security, and Hawtio. Only names are compared, so that nothing of
 * it is even loaded.
 */
final class NeededAutoConfiguration implements AutoConfigurationImportFilter, EnvironmentAware {

  /** The key in the environment that says that a command is started. */
  static final String COMMAND = "launcher.command";

  private static final String ACTUATOR = "org.springframework.boot.actuate.autoconfigure.";
  private static final String BOOT = "org.springframework.boot.autoconfigure.";

  static final List<String> LEFT_OUT_OF_COMMANDS =
      List.of(
          ACTUATOR,
          "io.hawt.",
          "org.jolokia.",
          BOOT + "security.",
          BOOT + "thymeleaf.",
          BOOT + "web.servlet.",
          BOOT + "web.embedded.",
          BOOT + "web.reactive.",
          BOOT + "websocket.");

  /** Of the actuator: metrics are counted, and the health of accounts is asked for. */
  static final List<String> KEPT =
      List.of(
          ACTUATOR + "metrics.MetricsAutoConfiguration",
          ACTUATOR + "metrics.CompositeMeterRegistryAutoConfiguration",
          ACTUATOR + "metrics.export.",
          ACTUATOR + "observation.ObservationAutoConfiguration",
          ACTUATOR + "endpoint.EndpointAutoConfiguration",
          ACTUATOR + "health.");

  static final List<String> OF_TRACES =
      List.of(
          ACTUATOR + "tracing.",
          ACTUATOR + "opentelemetry.",
          ACTUATOR + "logging.OpenTelemetry",
          ACTUATOR + "logging.otlp.");

  private boolean command;
  private boolean traces;

  @Override
  public void setEnvironment(Environment environment) {
    command = environment.getProperty(COMMAND, Boolean.class, false);
    traces = environment.getProperty("management.tracing.enabled", Boolean.class, false);
  }

  @Override
  public boolean[] match(String[] names, AutoConfigurationMetadata metadata) {
    boolean[] needed = new boolean[names.length];
    for (int i = 0; i < names.length; i++) {
      // a name that another filter has taken out is null
      needed[i] = names[i] == null || isNeeded(names[i]);
    }
    return needed;
  }

  private boolean isNeeded(String name) {
    return begins(name, OF_TRACES)
        ? traces
        : !command || !begins(name, LEFT_OUT_OF_COMMANDS) || begins(name, KEPT);
  }

  private static boolean begins(String name, List<String> prefixes) {
    return prefixes.stream().anyMatch(name::startsWith);
  }
}
