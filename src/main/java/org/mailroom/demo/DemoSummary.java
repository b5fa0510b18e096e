package org.mailroom.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import org.apache.activemq.artemis.core.server.ActiveMQServer;
import org.apache.activemq.artemis.core.server.embedded.EmbeddedActiveMQ;
import org.apache.camel.CamelContext;
import org.apache.camel.Route;
import org.mailroom.account.Account;
import org.mailroom.account.Accounts;
import org.mailroom.account.ImportProgress;
import org.mailroom.schedule.AccountSchedule;
import org.mailroom.settings.MailroomProperties;
import org.mailroom.settings.Terminal;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.JdbcTemplate;

/** Says what the demo's first import came to, counted where the messages went. */
final class DemoSummary {

  private final ConfigurableApplicationContext context;
  private final DemoTenant tenant;
  private final long loaded;

  DemoSummary(ConfigurableApplicationContext context, DemoTenant tenant, long loaded) {
    this.context = context;
    this.tenant = tenant;
    this.loaded = loaded;
  }

  /**
   * Waits until each account was imported once; shows a progress bar on a terminal.
   *
   * @param longest so long nothing may happen
   * @return whether each was; when nothing happens any more, it is said which wasn't, and why not
   */
  boolean awaitImport(Duration longest) throws InterruptedException {
    AccountSchedule schedule = context.getBean(AccountSchedule.class);
    Accounts accounts = context.getBean(Accounts.class);
    ImportProgress progress = context.getBean(ImportProgress.class);
    long quietSince = System.nanoTime();
    long seen = 0;
    try (ProgressBar bar =
        !Terminal.isThere()
            ? null
            : new ProgressBarBuilder().setTaskName("Importing").setInitialMax(loaded).build()) {
      while (true) {
        List<String> left =
            accounts.all().stream()
                .map(Account::id)
                .filter(id -> schedule.lastResult(id).isEmpty())
                .toList();
        if (left.isEmpty()) {
          return true;
        }
        long now = progress.imported() - left.size();
        if (now != seen) {
          seen = now;
          quietSince = System.nanoTime();
        }
        if (System.nanoTime() - quietSince >= longest.toNanos()) {
          System.err.println(notImported(longest, left, schedule));
          return false;
        }
        TimeUnit.MILLISECONDS.sleep(100);
        if (bar != null) {
          bar.stepTo(progress.imported());
        }
      }
    }
  }

  private String notImported(Duration longest, List<String> left, AccountSchedule schedule) {
    CamelContext camel = context.getBean(CamelContext.class);
    String stopped =
        camel.getRoutes().stream()
            .map(Route::getRouteId)
            .filter(id -> !camel.getRouteController().getRouteStatus(id).isStarted())
            .sorted()
            .collect(Collectors.joining(", "));
    return "mailroom: nothing happened for "
        + longest.toSeconds()
        + " s (--give-up-after), and not imported yet: "
        + left.stream()
            .map(id -> schedule.isPaused(id) ? id + " (paused; resume it in the console)" : id)
            .collect(Collectors.joining(", "))
        + "."
        + (stopped.isEmpty()
            ? " Look at the log, and whether routes/ has the routes poll-accounts and"
                + " import-account."
            : " These routes don't run: "
                + stopped
                + ". Start them in the console, or mend their files in routes/.");
  }

  boolean isComplete() {
    return rows() == loaded && unread() == 0;
  }

  void print() throws IOException {
    MailroomProperties properties = context.getBean(MailroomProperties.class);
    System.out.printf(
        """

        Imported. Of %d messages in the demo tenant, %d are still unread.
          database  %d rows in mail_message in all     %s
          files     %d message.json in all             %s
          queue     %d messages                        %s (embedded Artemis)
        Look at them: ls %s, or open the database with any H2 client (user sa, no password).
        """,
        loaded,
        unread(),
        rows(),
        context.getEnvironment().getProperty("spring.datasource.url", "").replaceAll(";.*", ""),
        files(properties.mailDir()),
        properties.mailDir(),
        queued(properties.queue()),
        properties.queue(),
        properties.mailDir());
  }

  private long unread() {
    long unread = 0;
    for (Account account : context.getBean(Accounts.class).all()) {
      unread += tenant.mailbox(account.mailbox()).unread();
    }
    return unread;
  }

  private long rows() {
    Long rows =
        context
            .getBean(JdbcTemplate.class)
            .queryForObject("select count(*) from mail_message", Long.class);
    return rows == null ? 0 : rows;
  }

  private static long files(Path mail) throws IOException {
    try (Stream<Path> files = Files.walk(mail)) {
      return files.filter(file -> file.endsWith("message.json")).count();
    }
  }

  /**
   * Asks the broker: a JMS browser may stop while messages are on their way to it. It starts with
   * the first message.
   */
  private long queued(String queue) {
    ActiveMQServer broker = context.getBean(EmbeddedActiveMQ.class).getActiveMQServer();
    return broker == null || broker.locateQueue(queue) == null
        ? 0
        : broker.locateQueue(queue).getMessageCount();
  }
}
