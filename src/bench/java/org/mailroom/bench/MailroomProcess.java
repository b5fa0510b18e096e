package org.mailroom.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;

/** Mailroom as it runs in production: a process that polls. */
final class MailroomProcess implements AutoCloseable {

  private final Process process;
  private final Path output;

  private MailroomProcess(Process process, Path output) {
    this.process = process;
    this.output = output;
  }

  static MailroomProcess start(Path folder, List<String> jvmOptions, List<String> settings)
      throws IOException {
    List<String> command = new ArrayList<>(List.of(Jvm.java()));
    command.addAll(jvmOptions);
    command.addAll(List.of("-cp", Jvm.runtimeClasspath(), "org.mailroom.Mailroom"));
    return start(folder, command, List.of(), settings);
  }

  /** By {@code bin/mailroom} of the distribution, with its archive. */
  static MailroomProcess byScript(Path folder, List<String> words, List<String> settings)
      throws IOException {
    return start(folder, List.of(Jvm.startScript()), words, settings);
  }

  private static MailroomProcess start(
      Path folder, List<String> launch, List<String> words, List<String> settings)
      throws IOException {
    // a thousand accounts are longer than a command line may be
    Path arguments = folder.resolve("settings.properties");
    Files.writeString(
        arguments,
        String.join(
            "\n",
            settings.stream()
                .filter(setting -> !setting.startsWith("--spring.config.location"))
                .map(setting -> setting.substring(2))
                .toList()));
    List<String> command = new ArrayList<>(launch);
    command.addAll(words);
    command.add("--spring.config.location=classpath:/application.yaml,file:" + arguments);
    Path output = folder.resolve("output.log");
    ProcessBuilder process =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile());
    process.environment().put("JAVA_HOME", System.getProperty("java.home"));
    return new MailroomProcess(process.start(), output);
  }

  /** Waits for its end, which must be a good one. */
  void awaitEnd(Duration atMost) throws IOException, InterruptedException {
    if (!process.waitFor(atMost.toSeconds(), TimeUnit.SECONDS) || process.exitValue() != 0) {
      throw new IllegalStateException(
          (process.isAlive() ? "it doesn't end\n" : "it failed: " + process.exitValue() + "\n")
              + output());
    }
  }

  /** Processor time that it has taken so far. */
  Duration processorTime() {
    return process.toHandle().info().totalCpuDuration().orElseThrow();
  }

  String output() throws IOException {
    return Files.readString(output);
  }

  /** Waits for something to become true. */
  void await(String what, Duration atMost, Duration every, Callable<Boolean> condition)
      throws Exception {
    long end = System.nanoTime() + atMost.toNanos();
    while (!condition.call()) {
      if (!process.isAlive() || System.nanoTime() > end) {
        throw new IllegalStateException(
            (process.isAlive() ? "too late: " : "it has ended: ") + what + "\n" + output());
      }
      TimeUnit.NANOSECONDS.sleep(every.toNanos());
    }
  }

  @Override
  public void close() throws InterruptedException {
    process.destroy();
    if (!process.waitFor(20, TimeUnit.SECONDS)) {
      process.destroyForcibly().waitFor();
    }
  }
}
