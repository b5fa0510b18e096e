package org.mailroom;

import java.util.List;
import java.util.Map;
import org.mailroom.account.ImportResult;
import org.mailroom.command.Launcher;
import org.mailroom.schedule.ImportOnce;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * Mailroom within the benchmark's JVM, started as {@code import --once} starts it: so that it runs
 * as warm as the baseline.
 */
public final class BenchRuntime implements AutoCloseable {

  private final ConfigurableApplicationContext context;

  public BenchRuntime(List<String> settings) {
    context = new Launcher(MailroomApplication.class, settings).startCommand(Map.of());
  }

  /** Imports accounts side by side and returns how many messages there were. */
  public int run(List<String> accounts) {
    List<ImportResult> results = context.getBean(ImportOnce.class).begin(accounts).join();
    for (ImportResult result : results) {
      if (!result.isComplete()) {
        throw new IllegalStateException("incomplete: " + result);
      }
    }
    return results.stream().mapToInt(ImportResult::imported).sum();
  }

  /** Forgets what was imported, so that the same mail is imported again. */
  public void forget() {
    context.getBean(JdbcTemplate.class).execute("truncate mail_message, mail_attachment, delivery");
  }

  @Override
  public void close() {
    context.close();
  }
}
