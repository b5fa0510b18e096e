package org.mailroom.routes;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.apache.camel.CamelContext;
import org.apache.camel.Component;
import org.apache.camel.RouteConfigurationsBuilder;
import org.apache.camel.RoutesBuilder;
import org.apache.camel.component.kamelet.KameletComponent;
import org.apache.camel.component.properties.PropertiesComponent;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.model.Model;
import org.apache.camel.model.RouteConfigurationDefinition;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.model.RouteDefinitionHelper;
import org.apache.camel.spi.BeanRepository;
import org.apache.camel.spi.PropertiesSource;
import org.apache.camel.support.DefaultRegistry;
import org.apache.camel.support.PatternHelper;
import org.jspecify.annotations.Nullable;

/**
 * Builds routes in a context of their own, which is never started: what Camel has against them
 * shows there, and the routes that run don't notice. It has the beans and properties of the running
 * context.
 */
final class RouteTrial {

  private final CamelContext running;

  RouteTrial(CamelContext running) {
    this.running = running;
  }

  /**
   * Reads files that are to run together, and builds routes of them.
   *
   * @param isNew which of them don't run yet
   * @param isAffected of which routes are built, for they would be replaced
   * @return what stands in them
   * @throws RouteFileException for the first file that can't be taken
   */
  List<ParsedFile> build(
      Collection<RouteFile> files, Predicate<RouteFile> isNew, Predicate<RouteFile> isAffected)
      throws Exception {
    try (DefaultCamelContext context = context()) {
      List<ParsedFile> parsed = new ArrayList<>();
      for (RouteFile file : files) {
        parsed.add(ParsedFile.of(context, file));
      }
      Conflicts.check(parsed, isNew);
      for (ParsedFile file : parsed) {
        addConfigurations(context, file);
      }
      for (ParsedFile file : parsed) {
        addRoutes(context, file);
      }
      for (ParsedFile file : parsed) {
        if (isAffected.test(file.file())) {
          build(context, file.file());
        }
      }
      return parsed;
    }
  }

  private DefaultCamelContext context() {
    DefaultCamelContext context = new DefaultCamelContext(false);
    context.disableJMX();
    context.setApplicationContextClassLoader(running.getApplicationContextClassLoader());
    context.getCamelContextExtension().setName("trial");
    context.getCamelContextExtension().setRegistry(new DefaultRegistry(new BeansOf(running)));
    context.build();
    PropertiesComponent properties = new PropertiesComponent();
    properties.addPropertiesSource(new PropertiesOf(running));
    context.setPropertiesComponent(properties);
    context.init();
    context
        .getComponent("kamelet", KameletComponent.class)
        .setLocation(running.getComponent("kamelet", KameletComponent.class).getLocation());
    return context;
  }

  private static void addConfigurations(CamelContext context, ParsedFile file) {
    for (RoutesBuilder builder : file.builders()) {
      if (builder instanceof RouteConfigurationsBuilder configurations) {
        try {
          configurations.addRouteConfigurationsToCamelContext(context);
        } catch (Exception e) {
          throw RouteFileException.of(file.file(), e);
        }
      }
    }
  }

  private static void addRoutes(CamelContext context, ParsedFile file) {
    try {
      for (RoutesBuilder builder : file.builders()) {
        builder.addRoutesToCamelContext(context);
      }
      for (RoutesBuilder builder : file.builders()) {
        context.addTemplatedRoutes(builder);
      }
    } catch (Exception e) {
      throw RouteFileException.of(file.file(), e);
    }
  }

  private static void build(DefaultCamelContext context, RouteFile file) {
    Model model = context.getCamelContextExtension().getContextPlugin(Model.class);
    for (RouteDefinition route : List.copyOf(model.getRouteDefinitions())) {
      if (route.getResource() != null
          && route.getResource().getLocation().equals(file.location())) {
        requireConfigurations(model, route, file);
        try {
          RouteDefinitionHelper.forceAssignIds(context, model.getRouteDefinitions());
          RouteDefinitionHelper.prepareRoute(context, route);
          route.markPrepared();
          RouteDefinitionHelper.forceAssignIds(context, route.getInput());
          RouteDefinitionHelper.forceAssignIds(context, route);
          model.getModelReifierFactory().createRoute(context, route);
        } catch (Exception e) {
          throw RouteFileException.of(file, route.getId(), e);
        }
      }
    }
  }

  /** Camel leaves out silently what it doesn't find. */
  private static void requireConfigurations(Model model, RouteDefinition route, RouteFile file) {
    if (route.getRouteConfigurationId() == null) {
      return;
    }
    for (String pattern : route.getRouteConfigurationId().split(",")) {
      List<String> known =
          model.getRouteConfigurationDefinitions().stream()
              .map(RouteConfigurationDefinition::getId)
              .filter(id -> id != null)
              .toList();
      if (known.stream().noneMatch(id -> PatternHelper.matchPattern(id, pattern.trim()))) {
        throw new RouteFileException(
            file,
            "route "
                + route.getId()
                + " names the routeConfiguration "
                + pattern.trim()
                + ", which no file has. There are: "
                + String.join(", ", known));
      }
    }
  }

  /** The beans of another context, but no components: these know the context that they work for. */
  private record BeansOf(CamelContext context) implements BeanRepository {

    @Override
    public @Nullable Object lookupByName(String name) {
      return unlessComponent(context.getRegistry().lookupByName(name));
    }

    @Override
    public <T> @Nullable T lookupByNameAndType(String name, Class<T> type) {
      return unlessComponent(context.getRegistry().lookupByNameAndType(name, type));
    }

    private static <T> @Nullable T unlessComponent(T bean) {
      return bean instanceof Component ? null : bean;
    }

    @Override
    public <T> Map<String, T> findByTypeWithName(Class<T> type) {
      return Component.class.isAssignableFrom(type)
          ? Map.of()
          : context.getRegistry().findByTypeWithName(type);
    }

    @Override
    public <T> Set<T> findByType(Class<T> type) {
      return Component.class.isAssignableFrom(type)
          ? Set.of()
          : context.getRegistry().findByType(type);
    }
  }

  private record PropertiesOf(CamelContext context) implements PropertiesSource {

    @Override
    public String getName() {
      return "running";
    }

    @Override
    public @Nullable String getProperty(String name) {
      return context.getPropertiesComponent().resolveProperty(name).orElse(null);
    }
  }
}
