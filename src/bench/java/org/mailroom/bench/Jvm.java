package org.mailroom.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * How the benchmark starts other processes: with the same Java, and with the class path of the
 * runtime alone.
 */
final class Jvm {

  private Jvm() {}

  static String java() {
    return Path.of(System.getProperty("java.home"), "bin", "java").toString();
  }

  /** {@code bin/mailroom} of the distribution that the build has laid out. */
  static String startScript() {
    return Path.of(System.getProperty("bench.distribution", "target/mailroom"), "bin", "mailroom")
        .toAbsolutePath()
        .toString();
  }

  /** Mailroom and what it needs at run time. */
  static String runtimeClasspath() throws IOException {
    return System.getProperty("bench.classes") + ":" + dependencies();
  }

  /** What Mailroom needs at run time, without Mailroom. */
  static String dependencies() throws IOException {
    return Files.readString(Path.of(System.getProperty("bench.dependencies"))).trim();
  }

  /** The benchmark's own classes. */
  static String benchClasses() {
    return System.getProperty("bench.own-classes");
  }
}
