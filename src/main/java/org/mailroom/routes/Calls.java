package org.mailroom.routes;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.mailroom.routes.ParsedFile.ParsedRoute;

/**
 * Who calls a {@code direct:} endpoint that no route begins with: it would wait half a minute and
 * fail.
 */
final class Calls {

  /** What Mailroom itself sends to. */
  private final Map<String, String> destinations;

  /**
   * @param destinations names of destinations by the address of their endpoint
   */
  Calls(Map<String, String> destinations) {
    this.destinations = destinations;
  }

  /**
   * Checks files that are to run together.
   *
   * @param running the files that run now
   * @param changed which of those that are to run are new
   * @return what leads nowhere for a file was deleted, in words
   * @throws RouteFileException when a new file calls what isn't there, or takes away what another
   *     calls
   */
  List<String> check(
      Collection<ParsedFile> files, Map<String, ParsedFile> running, Predicate<RouteFile> changed) {
    List<String> nowhere = new ArrayList<>();
    if (files.stream().anyMatch(file -> file.file().text().contains("templatedRoute"))) {
      // what such routes begin with is known only when they run
      return nowhere;
    }
    Set<String> begun = begun(files).collect(Collectors.toSet());
    for (ParsedFile file : files) {
      for (ParsedRoute route : file.routes()) {
        for (String target : route.calls()) {
          if (!begun.contains(target)) {
            if (changed.test(file.file())) {
              throw new RouteFileException(
                  file.file(),
                  route.shown()
                      + " calls "
                      + target
                      + ", which no route begins with. Add that route, or correct the name");
            }
            nowhere.addAll(
                missing(
                    target, route.shown() + " in " + file.file().shown(), files, running, changed));
          }
        }
      }
    }
    destinations.forEach(
        (target, name) -> {
          if (!begun.contains(target)) {
            nowhere.addAll(missing(target, "destination " + name, files, running, changed));
          }
        });
    return nowhere;
  }

  private static List<String> missing(
      String target,
      String caller,
      Collection<ParsedFile> files,
      Map<String, ParsedFile> running,
      Predicate<RouteFile> changed) {
    ParsedFile had =
        running.values().stream()
            .filter(file -> begun(List.of(file)).anyMatch(target::equals))
            .findFirst()
            .orElse(null);
    if (had == null) {
      return List.of();
    }
    RouteFile now =
        files.stream()
            .map(ParsedFile::file)
            .filter(file -> Objects.equals(file.stem(), had.file().stem()))
            .findFirst()
            .orElse(null);
    if (now != null && changed.test(now)) {
      throw new RouteFileException(
          now, "no route in it begins with " + target + " any more, which " + caller + " calls");
    }
    return List.of(
        caller
            + " calls "
            + target
            + ", which no route begins with any more: "
            + had.file().shown()
            + " was deleted");
  }

  private static Stream<String> begun(Collection<ParsedFile> files) {
    return files.stream().flatMap(file -> file.routes().stream()).map(ParsedRoute::from);
  }
}
