package org.mailroom.settings;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.bind.PropertySourcesPlaceholdersResolver;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.env.ConfigTreePropertySource;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MutablePropertySources;
import org.springframework.core.env.PropertySource;
import org.springframework.stereotype.Component;

/**
 * The settings of credentials as the files of Spring's config trees ({@code spring.config.import:
 * configtree:/run/secrets/}) say now; Spring itself reads such files once. Safe for use by several
 * threads.
 */
@Component
public final class ConfigTrees {

  private static final Bindable<Map<String, CredentialProperties>> CREDENTIALS =
      Bindable.mapOf(String.class, CredentialProperties.class);

  private final ConfigurableEnvironment environment;
  private final boolean there;

  public ConfigTrees(ConfigurableEnvironment environment) {
    this.environment = environment;
    this.there =
        environment.getPropertySources().stream()
            .anyMatch(ConfigTreePropertySource.class::isInstance);
  }

  /**
   * Reads the settings of a credential anew.
   *
   * @return empty where no config tree is imported, or it isn't a credential of {@code
   *     application.yaml}
   * @throws IllegalStateException with the reason in words when they can't be read: a file is gone,
   *     say
   */
  public Optional<CredentialProperties> credential(String id) {
    if (!there) {
      return Optional.empty();
    }
    try {
      MutablePropertySources sources = new MutablePropertySources();
      for (PropertySource<?> source : environment.getPropertySources()) {
        if (source instanceof ConfigTreePropertySource tree) {
          sources.addLast(
              new ConfigTreePropertySource(
                  tree.getName(),
                  tree.getSource(),
                  ConfigTreePropertySource.Option.AUTO_TRIM_TRAILING_NEW_LINE));
        } else if (!ConfigurationPropertySources.isAttachedConfigurationPropertySource(source)) {
          sources.addLast(source);
        }
      }
      Map<String, CredentialProperties> all =
          new Binder(
                  ConfigurationPropertySources.from(sources),
                  new PropertySourcesPlaceholdersResolver(sources),
                  null,
                  WrittenAddresses::register)
              .bind("mailroom.credentials", CREDENTIALS)
              .orElse(Map.of());
      return Optional.ofNullable(all.get(id));
    } catch (BindException | IllegalArgumentException | IllegalStateException e) {
      throw new IllegalStateException(PlainCause.of(Causes.root(e)), e);
    }
  }

  /** The folders of the trees, for words. */
  public String inWords() {
    return String.join(
        ", ",
        environment.getPropertySources().stream()
            .filter(ConfigTreePropertySource.class::isInstance)
            .map(source -> ((Path) source.getSource()).toString())
            .toList());
  }
}
