package org.mailroom.routes;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.springframework.stereotype.Component;

/** Which route files run, as they were read. Threads: the start writes it, then the reload. */
@Component
final class RunningRoutes {

  private volatile Map<String, ParsedFile> files = Map.of();

  void set(Collection<ParsedFile> now) {
    Map<String, ParsedFile> byName = new TreeMap<>();
    now.forEach(
        file ->
            byName.put(file.file().name(), new ParsedFile(file.file(), List.of(), file.routes())));
    files = byName;
  }

  /** By name; not to be changed. */
  Map<String, ParsedFile> files() {
    return files;
  }
}
