package org.mailroom.console;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.camel.CamelContext;
import org.apache.camel.ServiceStatus;
import org.apache.camel.api.management.ManagedCamelContext;
import org.apache.camel.api.management.mbean.ManagedPerformanceCounterMBean;
import org.apache.camel.api.management.mbean.ManagedRouteMBean;
import org.apache.camel.component.seda.SedaEndpoint;
import org.apache.camel.model.Model;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.util.URISupport;
import org.jspecify.annotations.Nullable;
import org.mailroom.delivery.DestinationHealth;
import org.mailroom.settings.MailroomProperties;
import org.springframework.boot.actuate.endpoint.EndpointId;
import org.springframework.boot.actuate.endpoint.web.PathMappedEndpoints;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.server.ResponseStatusException;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** The routes: the picture of the flow, what passes each, how each is drawn, and a switch. */
@Controller
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
final class RoutesPage {

  /** Longer than any step but a download takes; what is in flight then goes on. */
  private static final long SECONDS_TO_STOP = 10;

  /** In the order of the flow. Others come after them, those without one last. */
  private static final List<String> GROUPS = List.of("import", "deliver", "mark", "wire", "site");

  private static final Map<String, String> MEANING =
      Map.of(
          "import",
          "from the mailbox to MailMessage",
          "deliver",
          "to the destinations",
          "mark",
          "what the mailbox is told",
          "wire",
          "requests to Microsoft Graph",
          "site",
          "what this site decides");

  /**
   * @param from where its messages come from, without what is secret
   */
  record Line(
      String id,
      String group,
      @Nullable String description,
      String from,
      boolean started,
      String status,
      RouteDiagram.@Nullable Figures figures) {}

  /**
   * Routes of a part of the flow.
   *
   * @param meaning in words; null for a group that isn't Mailroom's
   */
  record Group(String name, @Nullable String meaning, List<Line> routes) {}

  private final CamelContext camel;
  private final MailroomProperties properties;
  private final DestinationHealth destinations;
  private final Attention attention;
  private final Trail trail;
  private final PathMappedEndpoints endpoints;
  private final Words words;

  RoutesPage(
      CamelContext camel,
      MailroomProperties properties,
      DestinationHealth destinations,
      Attention attention,
      PathMappedEndpoints endpoints,
      Trail trail,
      Words words) {
    this.camel = camel;
    this.properties = properties;
    this.destinations = destinations;
    this.attention = attention;
    this.trail = trail;
    this.endpoints = endpoints;
    this.words = words;
  }

  @GetMapping("/routes")
  String list(org.springframework.ui.Model model) {
    List<RouteDefinition> definitions = definitions();
    RouteCalls calls = new RouteCalls(definitions);
    List<Line> lines = definitions.stream().map(this::line).toList();
    model.addAttribute("groups", groups(lines, calls));
    model.addAttribute("picture", picture(lines, calls));
    addHawtio(model);
    return "routes";
  }

  /** Hawtio within a page of the console, for it has no way back by itself. */
  @GetMapping("/routes/~hawtio")
  String hawtio(org.springframework.ui.Model model) {
    addHawtio(model);
    if (model.getAttribute("hawtio") == null) {
      throw new ResponseStatusException(HttpStatus.NOT_FOUND);
    }
    return "hawtio";
  }

  private void addHawtio(org.springframework.ui.Model model) {
    model.addAttribute("hawtio", endpoints.getPath(EndpointId.of("hawtio")));
  }

  /** Within a group: who calls before who is called, for files are read in no certain order. */
  private static List<Group> groups(List<Line> lines, RouteCalls calls) {
    Map<String, List<Line>> byGroup =
        new TreeMap<>(
            Comparator.comparing(RoutesPage::place).thenComparing(Comparator.naturalOrder()));
    lines.forEach(
        line -> byGroup.computeIfAbsent(line.group(), name -> new ArrayList<>()).add(line));
    return byGroup.entrySet().stream()
        .map(
            each -> {
              Set<String> ids = each.getValue().stream().map(Line::id).collect(Collectors.toSet());
              List<Line> sorted =
                  each.getValue().stream()
                      .sorted(
                          Comparator.comparing((Line line) -> depth(line.id(), ids, calls, 0))
                              .thenComparing(Line::id))
                      .toList();
              return new Group(each.getKey(), MEANING.get(each.getKey()), sorted);
            })
        .toList();
  }

  private static int place(String group) {
    return GROUPS.contains(group)
        ? GROUPS.indexOf(group)
        : GROUPS.size() + (group.isEmpty() ? 1 : 0);
  }

  private static int depth(String id, Set<String> within, RouteCalls calls, int below) {
    return below > within.size()
        ? 0
        : calls.callersOf(id).stream()
            .filter(caller -> within.contains(caller) && !caller.equals(id))
            .mapToInt(caller -> depth(caller, within, calls, below + 1) + 1)
            .max()
            .orElse(0);
  }

  private FlowPicture.Picture picture(List<Line> lines, RouteCalls calls) {
    Map<String, FlowPicture.Standing> standing = new HashMap<>();
    lines.forEach(
        line -> {
          RouteDiagram.Figures figures =
              line.figures() == null ? new RouteDiagram.Figures(0, 0, 0, 0, false) : line.figures();
          standing.put(
              line.id(),
              new FlowPicture.Standing(
                  line.started(),
                  figures.total(),
                  figures.failed(),
                  figures.inflight(),
                  figures.failing()));
        });
    Map<String, DestinationHealth.Outage> down = destinations.outages();
    List<FlowPicture.Destination> all =
        properties.destinations().entrySet().stream()
            .map(
                each ->
                    new FlowPicture.Destination(
                        each.getKey(),
                        calls.startingAt(each.getValue().uri()),
                        down.containsKey(each.getKey())))
            .toList();
    long waiting =
        camel.getEndpoints().stream()
            .filter(SedaEndpoint.class::isInstance)
            .map(SedaEndpoint.class::cast)
            .filter(endpoint -> endpoint.getEndpointUri().startsWith("seda://import-account"))
            .mapToLong(endpoint -> endpoint.getExchanges().size())
            .max()
            .orElse(0);
    return FlowPicture.of(standing, all, waiting, words::number);
  }

  @GetMapping("/routes/{id}")
  String show(@PathVariable String id, org.springframework.ui.Model model) {
    RouteDefinition route = find(id);
    ManagedCamelContext managed =
        camel.getCamelContextExtension().getContextPlugin(ManagedCamelContext.class);
    RouteCalls calls = new RouteCalls(definitions());
    Line line = line(route);
    model.addAttribute("route", line);
    model.addAttribute("calls", calls.of(id));
    model.addAttribute("callers", calls.callersOf(id));
    model.addAttribute(
        "drawing",
        RouteDiagram.of(
            route,
            calls,
            line.figures(),
            step -> step == null ? null : figures(managed.getManagedProcessor(step))));
    return "route";
  }

  @PostMapping("/routes/{id}/start")
  String start(@PathVariable String id, RedirectAttributes told) throws Exception {
    find(id);
    camel.getRouteController().startRoute(id);
    trail.record(Trail.Action.STARTED, "route " + id, null);
    return changed(id, "Route " + id + " was started.", told);
  }

  @PostMapping("/routes/{id}/stop")
  String stop(@PathVariable String id, RedirectAttributes told) throws Exception {
    find(id);
    camel.getRouteController().stopRoute(id, SECONDS_TO_STOP, TimeUnit.SECONDS);
    trail.record(
        Trail.Action.STOPPED, "route " + id, "it stays so until it is started, or Mailroom is");
    return changed(
        id,
        "Route " + id + " was stopped. What needs it waits or fails until it is started.",
        told);
  }

  private String changed(String id, String done, RedirectAttributes told) {
    attention.changed();
    told.addFlashAttribute("done", done);
    told.addAttribute("id", id);
    return "redirect:/routes/{id}";
  }

  private RouteDefinition find(String id) {
    return definitions().stream()
        .filter(route -> Objects.equals(route.getId(), id))
        .findFirst()
        .orElseThrow(() -> new ResponseStatusException(HttpStatus.NOT_FOUND));
  }

  private List<RouteDefinition> definitions() {
    return camel.getCamelContextExtension().getContextPlugin(Model.class).getRouteDefinitions();
  }

  private Line line(RouteDefinition route) {
    ServiceStatus status = camel.getRouteController().getRouteStatus(route.getId());
    ManagedRouteMBean managed =
        camel
            .getCamelContextExtension()
            .getContextPlugin(ManagedCamelContext.class)
            .getManagedRoute(route.getId());
    return new Line(
        route.getId(),
        route.getGroup() == null ? "" : route.getGroup(),
        route.getDescriptionText(),
        URISupport.sanitizeUri(route.getInput().getEndpointUri()),
        status != null && status.isStarted(),
        status == null ? "unknown" : status.name().toLowerCase(java.util.Locale.ROOT),
        figures(managed));
  }

  /** A route's or a step's. */
  @SuppressWarnings("JavaUtilDate")
  private static RouteDiagram.@Nullable Figures figures(
      @Nullable ManagedPerformanceCounterMBean counted) {
    try {
      if (counted == null) {
        return null;
      }
      Date failed = counted.getLastExchangeFailureTimestamp();
      Date completed = counted.getLastExchangeCompletedTimestamp();
      return new RouteDiagram.Figures(
          counted.getExchangesTotal(),
          counted.getExchangesFailed(),
          counted.getExchangesInflight(),
          counted.getMeanProcessingTime(),
          failed != null && (completed == null || !failed.before(completed)));
    } catch (Exception notCounted) {
      return null;
    }
  }
}
