package org.mailroom;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Mailroom as a process of its own, which can be killed at any instant. Its output goes to a file.
 */
final class MailroomProcess implements AutoCloseable {

  private final Process process;
  private final Path output;

  private MailroomProcess(Process process, Path output) {
    this.process = process;
    this.output = output;
  }

  static MailroomProcess start(Path folder, List<String> jvmOptions, List<String> arguments)
      throws IOException {
    return start("org.mailroom.Mailroom", folder, jvmOptions, arguments);
  }

  /** The same with a class of the tests that starts it. */
  static MailroomProcess start(
      String main, Path folder, List<String> jvmOptions, List<String> arguments)
      throws IOException {
    MigratedFile.forStartWith(arguments);
    ClassArchive classes = ClassArchive.get();
    List<String> command = new ArrayList<>(List.of(ClassArchive.java()));
    command.addAll(classes.options());
    command.addAll(jvmOptions);
    command.addAll(List.of("-cp", classes.classPath(), main));
    command.addAll(arguments);
    Path output = folder.resolve("output.log");
    Process process =
        new ProcessBuilder(command)
            .directory(new File("").getAbsoluteFile())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(output.toFile()))
            .start();
    return new MailroomProcess(process, output);
  }

  long pid() {
    return process.pid();
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** SIGKILL: nothing is finished, nothing is flushed. */
  void kill() throws InterruptedException {
    process.destroyForcibly();
    process.waitFor();
  }

  /** SIGTERM; returns the exit code. */
  int stop() throws InterruptedException {
    process.destroy();
    if (!process.waitFor(40, TimeUnit.SECONDS)) {
      throw new AssertionError("it doesn't stop: " + output());
    }
    return process.exitValue();
  }

  int await(long seconds) throws InterruptedException {
    if (!process.waitFor(seconds, TimeUnit.SECONDS)) {
      throw new AssertionError("it doesn't end: " + output());
    }
    return process.exitValue();
  }

  String output() {
    try {
      return Files.readString(output);
    } catch (IOException e) {
      return e.toString();
    }
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
