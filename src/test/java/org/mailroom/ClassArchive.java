package org.mailroom;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;

/**
 * Application class data sharing, so that a test can start Mailroom many times in processes of their own: an archive of the classes that a
 * run has loaded, made once by a run that is stopped well. Only jars can be archived, so folders of classes are packed first.
 */
final class ClassArchive {

  private static ClassArchive made;

  private final String classPath;
  private final Path archive;

  private ClassArchive(String classPath, Path archive) {
    this.classPath = classPath;
    this.archive = archive;
  }

  /** Returns the archive of this JVM's class path; the first call makes it. */
  static synchronized ClassArchive get() {
    if (made == null) {
      try {
        made = make();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
    return made;
  }

  String classPath() {
    return classPath;
  }

  List<String> options() {
    List<String> options = new ArrayList<>(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto"));
    if (Files.exists(archive)) {
      options.add("-XX:SharedArchiveFile=" + archive);
    }
    return options;
  }

  private static ClassArchive make() throws IOException, InterruptedException {
    Path folder = Files.createTempDirectory("mailroom-classes");
    List<String> jars = new ArrayList<>();
    for (String entry : System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")).split(File.pathSeparator)) {
      Path path = Path.of(entry);
      jars.add(Files.isDirectory(path) ? pack(path, folder.resolve(jars.size() + ".jar")).toString() : entry);
    }
    String classPath = String.join(File.pathSeparator, jars);
    Path archive = folder.resolve("mailroom.jsa");
    train(folder, classPath, archive);
    Runtime.getRuntime().addShutdownHook(new Thread(() -> delete(folder)));
    return new ClassArchive(classPath, archive);
  }

  private static Path pack(Path classes, Path jar) throws IOException {
    try (OutputStream file = Files.newOutputStream(jar); JarOutputStream out = new JarOutputStream(file); Stream<Path> all = Files.walk(classes)) {
      for (Path path : all.sorted().toList()) {
        String name = classes.relativize(path).toString().replace(File.separatorChar, '/');
        if (Files.isDirectory(path)) {
          if (!name.isEmpty()) {
            out.putNextEntry(new JarEntry(name + "/"));
          }
        } else {
          out.putNextEntry(new JarEntry(name));
          Files.copy(path, out);
        }
      }
    }
    return jar;
  }

  /** Runs until Mailroom has greeted, then stops it: the archive is written at the end. */
  private static void train(Path folder, String classPath, Path archive) throws IOException, InterruptedException {
    Path output = folder.resolve("training.log");
    List<String> command = new ArrayList<>(List.of(java(), "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-XX:ArchiveClassesAtExit=" + archive, "-cp", classPath));
    command.addAll(Arrays.asList("org.mailroom.Mailroom", "--spring.config.location=classpath:/application.yaml", "--server.port=0",
        "--mailroom.data-dir=" + folder.resolve("data")));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile()).start();
    org.awaitility.Awaitility.await().atMost(java.time.Duration.ofMinutes(3)).until(() -> !process.isAlive() || Files.readString(output).contains("No account is configured"));
    process.destroy();
    process.waitFor(3, TimeUnit.MINUTES);
  }

  static String java() {
    return Path.of(System.getProperty("java.home"), "bin", "java").toString();
  }

  private static void delete(Path folder) {
    try (Stream<Path> all = Files.walk(folder)) {
      all.sorted(java.util.Comparator.reverseOrder()).forEach(path -> path.toFile().delete());
    } catch (IOException stays) {
      return;
    }
  }
}
