package org.mailroom.coverage;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.yaml.snakeyaml.Yaml;

/**
 * The ids of the steps in a folder's route files, by route; of those steps that Camel counts
 * exchanges of. It counts none in {@code doCatch} and {@code doFinally}, and no {@code transacted}.
 */
final class RouteSteps {

  /** Parts of another step, which counts for them, and what isn't a step. */
  private static final Set<String> NOT_COUNTED =
      Set.of(
          "route", "routeConfiguration", "when", "otherwise", "from", "onException", "transacted");

  private static final Set<String> WITH_ALL_THEIR_STEPS = Set.of("doCatch", "doFinally");

  private static final Pattern XML = Pattern.compile("<(\\w+)\\s[^>]*?\\bid=\"([^\"]+)\"");

  private RouteSteps() {}

  static Map<String, List<String>> of(Path folder) throws IOException {
    Map<String, List<String>> steps = new TreeMap<>();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
        if (file.toString().endsWith(".yaml")) {
          List<?> routes = new Yaml().load(Files.readString(file));
          routes.forEach(route -> ofYaml((Map<?, ?>) route, steps));
        } else if (file.toString().endsWith(".xml")) {
          ofXml(Files.readString(file), steps);
        }
      }
    }
    return steps;
  }

  private static void ofYaml(Map<?, ?> file, Map<String, List<String>> steps) {
    file.forEach(
        (kind, definition) -> {
          if (definition instanceof Map<?, ?> route && route.get("id") instanceof String id) {
            collect(route, steps.computeIfAbsent(id, key -> new ArrayList<>()));
          }
        });
  }

  private static void collect(Object part, List<String> ids) {
    if (part instanceof List<?> list) {
      list.forEach(each -> collect(each, ids));
    } else if (part instanceof Map<?, ?> map) {
      map.forEach(
          (kind, content) -> {
            if (WITH_ALL_THEIR_STEPS.contains(String.valueOf(kind))) {
              return;
            }
            if (content instanceof Map<?, ?> step
                && step.get("id") instanceof String id
                && !NOT_COUNTED.contains(String.valueOf(kind))) {
              ids.add(id);
            }
            collect(content, ids);
          });
    }
  }

  private static void ofXml(String text, Map<String, List<String>> steps) {
    List<String> ids = new ArrayList<>();
    Matcher element = XML.matcher(text);
    while (element.find()) {
      if (element.group(1).equals("route")) {
        ids = steps.computeIfAbsent(element.group(2), route -> new ArrayList<>());
      } else if (!NOT_COUNTED.contains(element.group(1))) {
        ids.add(element.group(2));
      }
    }
  }
}
