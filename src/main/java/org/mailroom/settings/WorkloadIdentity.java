package org.mailroom.settings;

import java.util.HashMap;
import java.util.Map;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.env.EnvironmentPostProcessor;
import org.springframework.core.Ordered;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;

/**
 * Workload identity of Azure Kubernetes Service, by the environment variables that its webhook sets
 * in a pod: a credential with {@code client-credentials} that has nothing to prove itself with
 * takes {@code AZURE_FEDERATED_TOKEN_FILE}, and, where the settings have none, tenant and
 * application from {@code AZURE_TENANT_ID} and {@code AZURE_CLIENT_ID}.
 */
public final class WorkloadIdentity implements EnvironmentPostProcessor, Ordered {

  private static final String CREDENTIALS = "mailroom.credentials";
  private static final Bindable<Map<String, Object>> MAP =
      Bindable.mapOf(String.class, Object.class);

  @Override
  public void postProcessEnvironment(
      ConfigurableEnvironment environment, SpringApplication application) {
    String file = environment.getProperty("AZURE_FEDERATED_TOKEN_FILE");
    if (file == null || file.isBlank()) {
      return;
    }
    Map<String, Object> defaults = new HashMap<>();
    for (String id : ids(environment)) {
      String key = CREDENTIALS + "." + id + ".";
      if (isProvenByNothing(environment, key)) {
        defaults.put(key + "federated-token-file", file);
        putIfMissing(environment, defaults, key + "client-id", "AZURE_CLIENT_ID");
        putIfMissing(environment, defaults, key + "tenant-id", "AZURE_TENANT_ID");
      }
    }
    environment.getPropertySources().addLast(new MapPropertySource("workloadIdentity", defaults));
  }

  private static Iterable<String> ids(ConfigurableEnvironment environment) {
    try {
      return Binder.get(environment)
          .bind(CREDENTIALS, MAP)
          .map(Map::keySet)
          .orElse(java.util.Set.of());
    } catch (BindException unreadable) {
      // told when the settings are bound
      return java.util.Set.of();
    }
  }

  private static boolean isProvenByNothing(ConfigurableEnvironment environment, String key) {
    Binder binder = Binder.get(environment);
    try {
      return "client-credentials".equals(text(binder, key + "grant-type"))
          && text(binder, key + "client-secret").isBlank()
          && text(binder, key + "federated-token-file").isBlank()
          && !binder.bind(key + "certificate", MAP).isBound();
    } catch (BindException unreadable) {
      return false;
    }
  }

  private static void putIfMissing(
      ConfigurableEnvironment environment,
      Map<String, Object> defaults,
      String key,
      String variable) {
    String value = environment.getProperty(variable);
    if (value != null && text(Binder.get(environment), key).isBlank()) {
      defaults.put(key, value);
    }
  }

  private static String text(Binder binder, String key) {
    return binder.bind(key, String.class).orElse("").strip();
  }

  /** After the configuration files were read. */
  @Override
  public int getOrder() {
    return Ordered.LOWEST_PRECEDENCE;
  }
}
