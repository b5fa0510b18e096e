package org.mailroom;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import org.springframework.util.FileSystemUtils;

/**
 * Application class data sharing, so that a test can start Mailroom many times in processes of
 * their own: an archive of the classes that a run has loaded, made once a build by a run that is
 * stopped well. Only jars can be archived, so folders of classes are packed first.
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

  /** Those of {@code bin/mailroom}, and less of a collector. */
  List<String> options() {
    List<String> options =
        new ArrayList<>(
            List.of(
                "-XX:TieredStopAtLevel=1",
                "-Dsun.reflect.inflationThreshold=300",
                "-XX:+UseSerialGC",
                "-Xshare:auto"));
    if (Files.exists(archive)) {
      options.add("-XX:SharedArchiveFile=" + archive);
    }
    return options;
  }

  /**
   * Whoever comes first makes it; other JVMs of this build and the next builds find it, as long as
   * class path and JVM are the same.
   */
  private static ClassArchive make() throws IOException, InterruptedException {
    String[] entries =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"))
            .split(File.pathSeparator);
    Path folder = Files.createDirectories(Path.of("target", "class-archive").toAbsolutePath());
    try (FileChannel alone =
        FileChannel.open(
            folder.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      alone.lock();
      String content = content(entries);
      Path known = folder.resolve("content");
      boolean isMade = Files.exists(known) && Files.readString(known).equals(content);
      if (!isMade) {
        Files.deleteIfExists(known);
        Files.deleteIfExists(folder.resolve("mailroom.jsa"));
        FileSystemUtils.deleteRecursively(folder.resolve("data"));
      }
      List<String> jars = new ArrayList<>();
      for (String entry : entries) {
        Path jar = folder.resolve(jars.size() + ".jar");
        jars.add(
            !Files.isDirectory(Path.of(entry))
                ? entry
                : isMade ? jar.toString() : pack(Path.of(entry), jar).toString());
      }
      String classPath = String.join(File.pathSeparator, jars);
      Path archive = folder.resolve("mailroom.jsa");
      if (!isMade) {
        train(folder, classPath, archive);
        Files.writeString(known, content);
      }
      return new ClassArchive(classPath, archive);
    }
  }

  /**
   * What the archive is made of: the JVM, each jar with its size and time, and each other file with
   * its checksum, for builds write some of them anew.
   */
  private static String content(String[] entries) throws IOException {
    StringBuilder content =
        new StringBuilder(System.getProperty("java.home"))
            .append('\n')
            .append(System.getProperty("java.vm.version"));
    for (String entry : entries) {
      if (Files.exists(Path.of(entry))) {
        try (Stream<Path> all = Files.walk(Path.of(entry))) {
          for (Path file : all.filter(Files::isRegularFile).sorted().toList()) {
            content
                .append('\n')
                .append(file)
                .append(' ')
                .append(Files.size(file))
                .append(' ')
                .append(
                    file.toString().endsWith(".jar")
                        ? Files.getLastModifiedTime(file).toMillis()
                        : checksum(file));
          }
        }
      }
    }
    return content.toString();
  }

  private static long checksum(Path file) throws IOException {
    CRC32 checksum = new CRC32();
    checksum.update(Files.readAllBytes(file));
    return checksum.getValue();
  }

  private static Path pack(Path classes, Path jar) throws IOException {
    try (OutputStream file = Files.newOutputStream(jar);
        JarOutputStream out = new JarOutputStream(file);
        Stream<Path> all = Files.walk(classes)) {
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

  /**
   * Runs until Mailroom has greeted, then stops it: the archive is written at the end. Once
   * something was imported, Java 17 breaks down while it writes it.
   */
  private static void train(Path folder, String classPath, Path archive)
      throws IOException, InterruptedException {
    Path output = folder.resolve("training.log");
    List<String> command =
        new ArrayList<>(
            List.of(
                java(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-XX:ArchiveClassesAtExit=" + archive,
                "-cp",
                classPath));
    command.addAll(
        Arrays.asList(
            "org.mailroom.Mailroom",
            "--spring.config.location=classpath:/application.yaml",
            "--server.port=0",
            "--mailroom.data-dir=" + folder.resolve("data")));
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    org.awaitility.Awaitility.await()
        .atMost(java.time.Duration.ofMinutes(8))
        .until(
            () ->
                !process.isAlive()
                    || Files.readString(output).contains("No account is configured"));
    process.destroy();
    process.waitFor(3, TimeUnit.MINUTES);
  }

  static String java() {
    return Path.of(System.getProperty("java.home"), "bin", "java").toString();
  }
}
