package org.mailroom.console;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.apache.camel.CamelContext;
import org.apache.camel.ServiceStatus;
import org.apache.camel.api.management.ManagedCamelContext;
import org.apache.camel.api.management.mbean.ManagedProcessorMBean;
import org.apache.camel.api.management.mbean.ManagedRouteMBean;
import org.apache.camel.model.Model;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.util.URISupport;
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

/** The routes: what passes them, how each is drawn, and a switch. */
@Controller
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
final class RoutesPage {

  /** Longer than any step but a download takes; what is in flight then goes on. */
  private static final long SECONDS_TO_STOP = 10;

  /**
   * @param from where its messages come from, without what is secret
   */
  record Line(String id, String description, String from, boolean started, String status, RouteDiagram.Figures figures) {}

  private final CamelContext camel;
  private final Attention attention;
  private final Trail trail;
  private final PathMappedEndpoints endpoints;

  RoutesPage(CamelContext camel, Attention attention, PathMappedEndpoints endpoints, Trail trail) {
    this.camel = camel;
    this.attention = attention;
    this.trail = trail;
    this.endpoints = endpoints;
  }

  @GetMapping("/routes")
  String list(org.springframework.ui.Model model) {
    List<Line> lines = new ArrayList<>();
    definitions().forEach(route -> lines.add(line(route)));
    // files are read in no certain order
    lines.sort(Comparator.comparing(Line::id));
    model.addAttribute("routes", lines);
    model.addAttribute("hawtio", endpoints.getPath(EndpointId.of("hawtio")));
    return "routes";
  }

  @GetMapping("/routes/{id}")
  String show(@PathVariable String id, org.springframework.ui.Model model) {
    RouteDefinition route = find(id);
    ManagedCamelContext managed = camel.getCamelContextExtension().getContextPlugin(ManagedCamelContext.class);
    Line line = line(route);
    model.addAttribute("route", line);
    model.addAttribute("drawing", RouteDiagram.of(route, line.figures(), step -> step == null ? null : figures(managed.getManagedProcessor(step))));
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
    trail.record(Trail.Action.STOPPED, "route " + id, "it stays so until it is started, or Mailroom is");
    return changed(id, "Route " + id + " was stopped. What needs it waits or fails until it is started.", told);
  }

  private String changed(String id, String done, RedirectAttributes told) {
    attention.changed();
    told.addFlashAttribute("done", done);
    told.addAttribute("id", id);
    return "redirect:/routes/{id}";
  }

  private RouteDefinition find(String id) {
    return definitions().stream().filter(route -> Objects.equals(route.getId(), id)).findFirst().orElseThrow(() -> new ResponseStatusException(HttpStatus.NOT_FOUND));
  }

  private List<RouteDefinition> definitions() {
    return camel.getCamelContextExtension().getContextPlugin(Model.class).getRouteDefinitions();
  }

  private Line line(RouteDefinition route) {
    ServiceStatus status = camel.getRouteController().getRouteStatus(route.getId());
    ManagedRouteMBean managed = camel.getCamelContextExtension().getContextPlugin(ManagedCamelContext.class).getManagedRoute(route.getId());
    return new Line(route.getId(), route.getDescriptionText(), URISupport.sanitizeUri(route.getInput().getEndpointUri()), status != null && status.isStarted(),
        status == null ? "unknown" : status.name().toLowerCase(java.util.Locale.ROOT), figures(managed));
  }

  private static RouteDiagram.Figures figures(ManagedRouteMBean route) {
    try {
      return route == null ? null : new RouteDiagram.Figures(route.getExchangesTotal(), route.getExchangesFailed(), route.getExchangesInflight(), route.getMeanProcessingTime());
    } catch (Exception notCounted) {
      return null;
    }
  }

  private static RouteDiagram.Figures figures(ManagedProcessorMBean step) {
    try {
      return step == null ? null : new RouteDiagram.Figures(step.getExchangesTotal(), step.getExchangesFailed(), step.getExchangesInflight(), step.getMeanProcessingTime());
    } catch (Exception notCounted) {
      return null;
    }
  }
}
