package org.mailroom.routes;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.jspecify.annotations.Nullable;
import org.mailroom.routes.ParsedFile.ParsedRoute;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes route files over when they change, and what is packaged when they are deleted. All files
 * that are to run together are tried before any running route is touched; a file that can't be
 * taken is told with the reason, once, and what was running goes on.
 *
 * <p>Threads: {@link #look} is called by one at a time.
 */
final class RouteReload {

  private static final Logger LOG = LoggerFactory.getLogger("mailroom.routes");
  private static final Duration UNTIL_TRIED_AGAIN = Duration.ofSeconds(30);

  private final RouteFolder folder;
  private final RunningRoutes running;
  private final CamelContext camel;
  private final RouteTrial trial;
  private final RouteSwap swap;
  private final Calls calls;

  private Map<String, String> seen = Map.of();
  private Map<String, String> handled = Map.of();
  private @Nullable Long tryAgainAt;
  private final Set<String> ignored = new HashSet<>();
  private final Map<String, String> told = new HashMap<>();

  /**
   * @param destinations names of destinations by their endpoints
   * @param longestWait for messages to leave the routes that are replaced
   */
  RouteReload(
      RouteFolder folder,
      RunningRoutes running,
      CamelContext camel,
      Map<String, String> destinations,
      Duration longestWait) {
    this.folder = folder;
    this.running = running;
    this.camel = camel;
    this.trial = new RouteTrial(camel);
    this.swap = new RouteSwap(camel, longestWait);
    Map<String, String> addresses = new HashMap<>();
    destinations.forEach(
        (uri, name) -> {
          if (uri.startsWith("direct:")) {
            addresses.put(ParsedFile.address(camel, uri), name);
          }
        });
    this.calls = new Calls(addresses);
  }

  /**
   * Looks at the folder; what has changed and is the same at two looks in a row is taken over.
   * Editors write in two steps.
   */
  void look() throws Exception {
    Map<String, String> now = folder.look();
    boolean settled = now.equals(seen);
    seen = now;
    boolean isTime = tryAgainAt != null && System.nanoTime() >= tryAgainAt;
    if (settled && camel.isStarted() && (isTime || !now.equals(handled))) {
      tryAgainAt = null;
      handled = now;
      warnOfIgnored(now.keySet());
      takeOver(now.keySet());
    }
  }

  private void warnOfIgnored(Collection<String> names) {
    for (String name : names) {
      if (!RouteFile.isRead(name) && !name.matches("(.*/)?[^/]*\\.(md|txt)") && ignored.add(name)) {
        LOG.warn(
            "{} is not read: {}",
            folder.shown(name),
            RouteFile.isRoutes(name)
                ? "only files in "
                    + folder.shown("")
                    + " itself and below "
                    + folder.shown("site/")
                    + " are"
                : "a route file's name ends in .camel.yaml or .camel.xml");
      }
    }
  }

  private void takeOver(Set<String> names) throws Exception {
    Map<String, RouteFile> wanted = wanted(names);
    Set<String> faults = new HashSet<>();
    while (!isRunning(wanted)) {
      try {
        replaceBy(wanted);
      } catch (RouteFileException e) {
        RouteFile file = e.file();
        faults.add(file.name());
        tell(e);
        if (isRunning(file)) {
          // what is at fault is that another was deleted
          break;
        }
        keepRunning(wanted, file.stem());
      } catch (RouteSwap.StillBusyException e) {
        tellBusy(e);
        tryAgainAt = System.nanoTime() + UNTIL_TRIED_AGAIN.toNanos();
        break;
      }
    }
    told.keySet().removeIf(name -> !faults.contains(name) && tryAgainAt == null);
  }

  /**
   * What the folder and the jar say; but what runs goes on where its file is there and is empty or
   * can't be read.
   */
  private Map<String, RouteFile> wanted(Set<String> names) {
    Map<String, RouteFile> wanted = new TreeMap<>(folder.read());
    for (ParsedFile runs : running.files().values()) {
      RouteFile file = runs.file();
      RouteFile read = wanted.get(file.name());
      if (!file.isPackaged()
          && names.contains(file.name())
          && (read == null || read.isPackaged())) {
        keepRunning(wanted, file.stem());
      }
    }
    return wanted;
  }

  private void keepRunning(Map<String, RouteFile> wanted, String stem) {
    wanted.values().removeIf(file -> file.stem().equals(stem));
    running.files().values().stream()
        .map(ParsedFile::file)
        .filter(file -> file.stem().equals(stem))
        .forEach(file -> wanted.put(file.name(), file));
  }

  private boolean isRunning(Map<String, RouteFile> wanted) {
    return wanted.size() == running.files().size()
        && wanted.values().stream().allMatch(this::isRunning);
  }

  private boolean isRunning(RouteFile file) {
    ParsedFile runs = running.files().get(file.name());
    return runs != null && runs.file().equals(file);
  }

  private void replaceBy(Map<String, RouteFile> wanted) throws Exception {
    Map<String, ParsedFile> before = running.files();
    List<RouteFile> out =
        before.values().stream()
            .map(ParsedFile::file)
            .filter(file -> !file.equals(wanted.get(file.name())))
            .toList();
    List<RouteFile> in = wanted.values().stream().filter(file -> !isRunning(file)).toList();
    boolean concernsAll =
        Stream.concat(out.stream(), in.stream())
            .anyMatch(
                file ->
                    file.text()
                        .matches(
                            "(?s).*(routeConfiguration:|<routeConfiguration |routeTemplate).*"));
    Predicate<RouteFile> affected = file -> concernsAll || in.contains(file);
    List<ParsedFile> parsed = trial.build(wanted.values(), in::contains, affected);
    List<String> nowhere = calls.check(parsed, before, in::contains);
    swap.replace(
        before.values().stream().filter(file -> concernsAll || out.contains(file.file())).toList(),
        parsed.stream().filter(file -> affected.test(file.file())).toList());
    running.set(parsed);
    tellTaken(out, in);
    nowhere.forEach(LOG::warn);
  }

  private void tellTaken(List<RouteFile> out, List<RouteFile> in) {
    for (RouteFile file : in) {
      RouteFile old =
          out.stream().filter(one -> one.stem().equals(file.stem())).findFirst().orElse(null);
      if (old == null) {
        LOG.info("{} is new: {} now", file.shown(), ids(file, " runs", " run"));
      } else if (old.location().equals(file.location())) {
        LOG.info("{} was reloaded", file.shown());
      } else {
        LOG.info("{} takes the place of {}", file.shown(), old.shown());
      }
    }
    for (RouteFile file : out) {
      if (in.stream().noneMatch(one -> one.stem().equals(file.stem()))) {
        LOG.info("{} was deleted, and its routes have left", file.shown());
      }
    }
  }

  private String ids(RouteFile file, String one, String several) {
    List<String> ids =
        Objects.requireNonNull(running.files().get(file.name())).routes().stream()
            .map(ParsedRoute::shown)
            .toList();
    return ids.isEmpty()
        ? "no route of it" + one
        : String.join(", ", ids) + (ids.size() == 1 ? one : several);
  }

  private void tell(RouteFileException e) {
    String sentence = String.valueOf(e.getMessage());
    if (!sentence.equals(told.put(e.file().name(), sentence))) {
      LOG.error(
          "{} was not taken over, the routes that were running go on: {}",
          e.file().shown(),
          e.reason());
    }
  }

  private void tellBusy(RouteSwap.StillBusyException e) {
    if (told.put("", "busy") == null) {
      LOG.warn(
          "The changed routes wait, {}; those that were running go on. It is tried again every {}"
              + " s.",
          e.getMessage(),
          UNTIL_TRIED_AGAIN.toSeconds());
    }
  }
}
