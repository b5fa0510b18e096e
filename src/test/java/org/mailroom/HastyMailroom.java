package org.mailroom;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import org.mailroom.command.Launcher;
import org.mailroom.command.MailroomCommand;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.Primary;

/**
 * The runtime as a process whose clock goes {@value #FASTER} times as fast: what the service asks
 * it to wait is over soon. For tests that show what is done, and not when.
 */
final class HastyMailroom {

  private static final int FASTER = 20;

  private HastyMailroom() {}

  /** Mailroom by such a clock; no configuration that a scan of the packages would find. */
  @Import(MailroomApplication.class)
  static class Application {

    @Bean
    @Primary
    Clock hastyClock() {
      return new HastyClock();
    }
  }

  private static final class HastyClock extends Clock {

    private final Instant started = Instant.now();

    @Override
    public Instant instant() {
      return started.plus(Duration.between(started, Instant.now()).multipliedBy(FASTER));
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      throw new UnsupportedOperationException("times are UTC");
    }
  }

  static MailroomProcess start(Path folder, List<String> settings) throws IOException {
    return MailroomProcess.start(HastyMailroom.class.getName(), folder, List.of(), settings);
  }

  /** In a process of its own. */
  public static void main(String[] settings) {
    int code =
        MailroomCommand.run(new String[0], new Launcher(Application.class, List.of(settings)));
    if (code != MailroomCommand.STILL_RUNNING) {
      System.exit(code);
    }
  }
}
