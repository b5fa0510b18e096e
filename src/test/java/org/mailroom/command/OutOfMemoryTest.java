package org.mailroom.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * A process that has lost a thread to a lack of memory ends; another failure of a thread leaves it
 * alone.
 */
class OutOfMemoryTest {

  /** What runs in a process of its own. */
  static final class Victim {

    public static void main(String[] arguments) throws InterruptedException {
      OutOfMemory.endsTheProcess();
      Thread thread =
          new Thread(
              () -> {
                if (arguments[0].equals("memory")) {
                  throw new IllegalStateException(
                      "in a thread", new OutOfMemoryError("Java heap space"));
                }
                throw new IllegalStateException("something else");
              });
      thread.start();
      thread.join();
      // a shutdown that would take for ever, as it does without memory
      Runtime.getRuntime().addShutdownHook(new Thread(() -> System.out.println("an orderly end")));
    }
  }

  private static String run(String kind, int code) throws Exception {
    Process process =
        new ProcessBuilder(
                List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-Xshare:auto",
                    "-XX:TieredStopAtLevel=1",
                    "-cp",
                    "target/classes" + java.io.File.pathSeparator + "target/test-classes",
                    Victim.class.getName(),
                    kind))
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(output).isEqualTo(code);
    return output;
  }

  @Test
  void the_process_ends_at_once_and_says_why() throws Exception {
    assertThat(run("memory", OutOfMemory.EXIT_CODE))
        .contains("Out of memory")
        .contains("-Xmx")
        .doesNotContain("an orderly end");
    assertThat(run("other", 0)).contains("something else").contains("an orderly end");
  }
}
