package org.mailroom.routes;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.mailroom.settings.MailroomProperties;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.core.io.Resource;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;
import org.springframework.stereotype.Component;

/**
 * The route files that hold: those of the folder {@code mailroom.routes}, and those that are
 * packaged for what the folder doesn't have. It is read anew each time; nothing is kept but what is
 * packaged.
 */
@Component
final class RouteFolder {

  static final String PACKAGED = "distribution/routes/";

  private static final String FILE = "file:";
  private static final String CLASS_PATH = "classpath:";
  private static final int DEEPEST = 4;

  private final String location;
  private final Map<String, RouteFile> packaged;

  @Autowired
  RouteFolder(MailroomProperties properties) {
    this(properties.routes(), PACKAGED);
  }

  RouteFolder(String location, String packaged) {
    this.location = location.replaceFirst("/+$", "");
    this.packaged = ofClassPath(packaged, " as packaged");
  }

  /** The files that hold, by name; what is blank counts as not there. */
  Map<String, RouteFile> read() {
    Map<String, RouteFile> own = own();
    own.values().removeIf(RouteFile::isBlank);
    Set<String> stems = own.values().stream().map(RouteFile::stem).collect(Collectors.toSet());
    packaged.values().stream()
        .filter(file -> !stems.contains(file.stem()))
        .forEach(file -> own.put(file.name(), file));
    return own;
  }

  private Map<String, RouteFile> own() {
    if (location.startsWith(CLASS_PATH)) {
      return ofClassPath(
          location.substring(CLASS_PATH.length()).replaceFirst("^/+", "") + "/",
          " in the class path");
    }
    Map<String, RouteFile> own = new TreeMap<>();
    look().keySet().stream()
        .filter(RouteFile::isRead)
        .forEach(
            name -> {
              Path file = folder().resolve(name);
              try {
                own.put(
                    name,
                    new RouteFile(
                        name,
                        shown(name),
                        FILE + file,
                        new String(Files.readAllBytes(file), StandardCharsets.UTF_8)));
              } catch (IOException gone) {
                // deleted between listing and reading, or not readable: the one that is packaged
                // holds
              }
            });
    return own;
  }

  /** How a file of the folder is told of. */
  String shown(String name) {
    return folder().getFileName() + "/" + name;
  }

  /** How the file at a location is told of. */
  String shownAt(String location) {
    if (location.endsWith(".kamelet.yaml")) {
      return "kamelets/" + location.replaceFirst(".*[/\\\\]", "");
    }
    String name = name(location);
    return location.startsWith(CLASS_PATH) && packaged.containsKey(name)
        ? packaged.get(name).shown()
        : shown(name);
  }

  /**
   * Whether the file at a location is one of Mailroom's own, or takes the place of one, and isn't
   * the site's.
   */
  boolean isEngines(String location) {
    String stem = RouteFile.stem(name(location));
    return !stem.startsWith("site/")
        && packaged.values().stream().anyMatch(file -> file.stem().equals(stem));
  }

  private String name(String location) {
    if (location.startsWith(CLASS_PATH)) {
      return packaged.values().stream()
          .filter(file -> file.location().equals(location))
          .map(RouteFile::name)
          .findFirst()
          .orElse(location);
    }
    Path file = Path.of(location.substring(FILE.length())).toAbsolutePath().normalize();
    return file.startsWith(folder())
        ? folder().relativize(file).toString().replace('\\', '/')
        : file.toString();
  }

  /** Whether it is a folder that somebody can change while Mailroom runs. */
  boolean isWatchable() {
    return !location.startsWith(CLASS_PATH);
  }

  Path folder() {
    return Path.of(location.startsWith(FILE) ? location.substring(FILE.length()) : location)
        .toAbsolutePath()
        .normalize();
  }

  /**
   * Each file of the folder with a mark that changes when it changes. Hidden files and folders
   * aren't there.
   */
  Map<String, String> look() {
    Map<String, String> files = new TreeMap<>();
    Path folder = folder();
    try {
      Files.walkFileTree(
          folder,
          Set.of(FileVisitOption.FOLLOW_LINKS),
          DEEPEST,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path sub, BasicFileAttributes attributes) {
              return !sub.equals(folder) && isHidden(sub)
                  ? FileVisitResult.SKIP_SUBTREE
                  : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
              if (attributes.isRegularFile() && !isHidden(file)) {
                files.put(
                    folder.relativize(file).toString().replace('\\', '/'),
                    attributes.lastModifiedTime().toMillis() + "/" + attributes.size());
              }
              return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException gone) {
              return FileVisitResult.CONTINUE;
            }
          });
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return files;
  }

  private static boolean isHidden(Path path) {
    String name = path.getFileName().toString();
    return name.startsWith(".")
        || name.startsWith("#")
        || name.endsWith("~")
        || name.matches("[0-9]+");
  }

  private static Map<String, RouteFile> ofClassPath(String root, String where) {
    Map<String, RouteFile> files = new TreeMap<>();
    try {
      for (Resource resource :
          new PathMatchingResourcePatternResolver()
              .getResources("classpath*:" + root + "**/*.camel.*")) {
        String url = resource.getURL().toString();
        String name = url.substring(url.lastIndexOf(root) + root.length());
        if (RouteFile.isRead(name)) {
          try (InputStream in = resource.getInputStream()) {
            files.putIfAbsent(
                name,
                new RouteFile(
                    name,
                    "routes/" + name + where,
                    CLASS_PATH + root + name,
                    new String(in.readAllBytes(), StandardCharsets.UTF_8)));
          }
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return files;
  }
}
