package org.mailroom.command;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * Starts the application for a command: with the port of the console for the runtime, without any
 * for commands that end by themselves.
 */
public final class Launcher {

  private final Class<?> application;
  private final List<String> settings;
  private final AtomicReference<ConfigurableApplicationContext> runtime = new AtomicReference<>();

  /**
   * @param settings arguments of the form {@code --key=value}, which win over {@code
   *     application.yaml}
   */
  public Launcher(Class<?> application, List<String> settings) {
    this.application = application;
    this.settings = List.copyOf(settings);
  }

  /** Starts the runtime: it polls, and serves the console. */
  public ConfigurableApplicationContext startRuntime(Map<String, Object> defaults, String... more) {
    ConfigurableApplicationContext started = start(WebApplicationType.SERVLET, defaults, more);
    runtime.set(started);
    return started;
  }

  /** Stops the runtime, if it has started, and then the process. */
  void stopAndExit(int code) {
    ConfigurableApplicationContext started = runtime.get();
    if (started != null) {
      started.close();
    }
    System.exit(code);
  }

  /** Starts what a command needs that ends by itself: it doesn't poll and opens no port. */
  public ConfigurableApplicationContext startCommand(Map<String, Object> defaults, String... more) {
    List<String> arguments = new ArrayList<>(Arrays.asList(more));
    arguments.add("--mailroom.polling=false");
    arguments.add("--" + NeededAutoConfiguration.COMMAND + "=true");
    // what the groups name is for probes of the runtime
    arguments.add("--management.endpoint.health.validate-group-membership=false");
    // nobody scrapes a command
    arguments.add("--management.prometheus.metrics.export.enabled=false");
    arguments.add("--camel.metrics.enable-route-policy=false");
    // nor looks at its routes over JMX while it runs; with it a start takes a tenth longer
    arguments.add("--camel.main.jmx-enabled=false");
    // a consumer looks that often whether it is to stop: a command that is through doesn't wait for
    // that
    arguments.add("--import-account.poll-timeout=50");
    return start(WebApplicationType.NONE, defaults, arguments.toArray(String[]::new));
  }

  /**
   * Starts what a command needs that only reads or changes what Mailroom keeps in its database: no
   * routes, and no broker.
   */
  public ConfigurableApplicationContext startWithoutRoutes() {
    return startCommand(
        Map.of(),
        "--camel.main.routes-include-pattern=false",
        "--spring.artemis.embedded.enabled=false");
  }

  /** The same for a command whose output goes into a file: of the log only errors are printed. */
  ConfigurableApplicationContext startQuietly() {
    // not the threshold of the console: that becomes a property of the whole process, and stays
    return startCommand(
        Map.of(),
        "--camel.main.routes-include-pattern=false",
        "--spring.artemis.embedded.enabled=false",
        "--logging.level.root=error",
        "--logging.level.mailroom=error",
        "--logging.level.org.mailroom=error");
  }

  private ConfigurableApplicationContext start(
      WebApplicationType type, Map<String, Object> defaults, String... more) {
    SpringApplication spring = new SpringApplication(application);
    spring.setWebApplicationType(type);
    spring.setDefaultProperties(defaults);
    List<String> arguments = new ArrayList<>(Arrays.asList(more));
    arguments.addAll(settings);
    try {
      return spring.run(lastOfEachKey(arguments));
    } catch (RuntimeException e) {
      throw new StartFailedException(e);
    }
  }

  /** Spring joins the values of an argument that is given twice; here the last one wins. */
  private static String[] lastOfEachKey(List<String> arguments) {
    Map<String, String> byKey = new LinkedHashMap<>();
    arguments.forEach(argument -> byKey.put(argument.split("=", 2)[0], argument));
    return byKey.values().toArray(String[]::new);
  }
}
