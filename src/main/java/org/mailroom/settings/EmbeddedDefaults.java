package org.mailroom.settings;

import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.convert.DurationStyle;
import org.springframework.boot.env.EnvironmentPostProcessor;
import org.springframework.core.Ordered;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;

/**
 * The defaults that follow from other settings: the embedded database and broker lie in {@code
 * data-dir}, the cloud names the service's addresses. Everything here yields to what the site sets.
 */
public final class EmbeddedDefaults implements EnvironmentPostProcessor, Ordered {

  @Override
  public void postProcessEnvironment(
      ConfigurableEnvironment environment, SpringApplication application) {
    Map<String, Object> defaults = new HashMap<>();
    Path dataDir =
        Path.of(text(environment, "mailroom.data-dir", "data")).toAbsolutePath().normalize();
    defaults.put("mailroom.data-dir", dataDir.toString());
    defaults.put("mailroom.mail-dir", dataDir.resolve("mail").toString());
    defaults.put("mailroom.routes", "file:routes");
    defaults.put("mailroom.queue", "mailroom.messages");
    // without a write delay what is committed is on the disk; H2's default may lose the last half
    // second, of which the mailbox was told already
    // no trace file: H2 writes statements with their values into it, which are mails
    defaults.put(
        "spring.datasource.url",
        "jdbc:h2:file:"
            + dataDir.resolve("mailroom")
            + ";TRACE_LEVEL_FILE=0;WRITE_DELAY=0;MODE=PostgreSQL;DATABASE_TO_LOWER=TRUE;DEFAULT_NULL_ORDERING=HIGH;AUTO_SERVER=TRUE");
    String graphUrl = text(environment, "mailroom.graph-url", "");
    if (graphUrl.isBlank()) {
      defaults.put("mailroom.graph-url", cloud(environment).graphUrl());
    }
    if (text(environment, "spring.datasource.url", "").startsWith("jdbc:postgresql:")) {
      // the driver sends the rows of a page in one statement
      defaults.put("spring.datasource.hikari.data-source-properties.reWriteBatchedInserts", "true");
      // a database that hangs holds nobody up for longer than this, in seconds: neither an importer
      // nor a stop
      defaults.put("spring.datasource.hikari.data-source-properties.connectTimeout", "10");
      defaults.put("spring.datasource.hikari.data-source-properties.socketTimeout", "60");
      defaults.put("spring.datasource.hikari.data-source-properties.tcpKeepAlive", "true");
      // a process that was stopped in the middle of a transaction doesn't keep its locks from those
      // who take its mailboxes over
      defaults.put(
          "spring.datasource.hikari.connection-init-sql",
          "set idle_in_transaction_session_timeout = " + takeoverAfter(environment).toMillis() / 2);
      // by default Flyway locks others out with a transaction that is idle while it migrates
      defaults.put("spring.flyway.postgresql.transactional-lock", "false");
    }
    artemis(environment, dataDir, defaults);
    environment.getPropertySources().addLast(new MapPropertySource("mailroomDefaults", defaults));
    // a key that is there but empty means the default, too
    environment
        .getPropertySources()
        .addFirst(new MapPropertySource("mailroomEmptyKeys", emptyKeys(environment, defaults)));
  }

  private static void artemis(
      ConfigurableEnvironment environment, Path dataDir, Map<String, Object> defaults) {
    if (environment.containsProperty("spring.artemis.broker-url")) {
      defaults.put("spring.artemis.mode", "native");
      return;
    }
    BrokerFile.Address running = new BrokerFile(dataDir).running().orElse(null);
    if (running != null) {
      defaults.put("spring.artemis.mode", "native");
      defaults.put("spring.artemis.broker-url", running.url());
      defaults.put("spring.artemis.user", running.user());
      defaults.put("spring.artemis.password", running.password());
      return;
    }
    defaults.put("spring.artemis.user", "mailroom");
    defaults.put("spring.artemis.password", UUID.randomUUID().toString());
    defaults.put("spring.artemis.mode", "embedded");
    defaults.put("spring.artemis.embedded.persistent", "true");
    defaults.put("spring.artemis.embedded.data-directory", dataDir.resolve("broker").toString());
  }

  private static Map<String, Object> emptyKeys(
      ConfigurableEnvironment environment, Map<String, Object> defaults) {
    Map<String, Object> empty = new HashMap<>();
    defaults.forEach(
        (key, value) -> {
          if (environment.containsProperty(key) && text(environment, key, "").isBlank()) {
            empty.put(key, value);
          }
        });
    return empty;
  }

  private static Duration takeoverAfter(ConfigurableEnvironment environment) {
    try {
      return DurationStyle.detectAndParse(text(environment, "mailroom.takeover-after", "30s"));
    } catch (IllegalArgumentException wrong) {
      // the binding refuses the value with all that is allowed
      return Duration.ofSeconds(30);
    }
  }

  private static Cloud cloud(ConfigurableEnvironment environment) {
    String name =
        text(environment, "mailroom.cloud", "global").toUpperCase(Locale.ROOT).replace('-', '_');
    for (Cloud cloud : Cloud.values()) {
      if (cloud.name().equals(name)) {
        return cloud;
      }
    }
    // the binding refuses the value with all that is allowed
    return Cloud.GLOBAL;
  }

  private static String text(ConfigurableEnvironment environment, String key, String fallback) {
    String value = environment.getProperty(key);
    return value == null || value.isBlank() ? fallback : value.trim();
  }

  /** After the configuration files were read. */
  @Override
  public int getOrder() {
    return Ordered.LOWEST_PRECEDENCE;
  }
}
