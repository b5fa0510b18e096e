package org.mailroom;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.mailroom.check.AccountCheck;
import org.mailroom.check.CheckStep;
import org.mailroom.demo.DemoTenant;
import org.mailroom.monitoring.AccountStatus;
import org.springframework.boot.actuate.health.Health;
import org.springframework.boot.actuate.health.HealthEndpoint;
import org.springframework.boot.actuate.health.Status;

/**
 * What log, console, health and {@code check} tell of failures; in {@code target/failure-table.md}
 * a line each.
 */
final class FailureTable {

  private static final Path FILE = Path.of("target/failure-table.md");
  private static final String HEAD =
      "| failure | log | console | health | check |\n| --- | --- | --- | --- | --- |\n";
  private static final String REMEDY =
      ".*\\b(Check|Set|Create|Upload|Grant|grant|Sign in|Enter|Have|If it"
          + " is|Give|Free|Simplify|goes on|tries again)\\b.*";

  /**
   * A failure.
   *
   * @param account that shows it
   * @param cause words that every channel must tell
   * @param remedy words that every channel must tell
   * @param step of the check that must fail
   */
  record Failure(String name, String account, String cause, String remedy, String step) {
    @Override
    public String toString() {
      return name;
    }
  }

  private final Path log;
  private final Map<String, String> rows = new TreeMap<>();

  FailureTable(Path log) {
    this.log = log;
  }

  String logSetting() {
    return "--logging.file.name=" + log;
  }

  /** Asks every channel and fails unless each tells cause and remedy. */
  void show(Failure failure, MailroomRun run, AccountStatus status) throws IOException {
    String told =
        Files.readAllLines(log).stream()
            .filter(
                line ->
                    line.contains("account " + failure.account() + ":")
                        || line.contains("mailbox " + failure.account() + "@")
                        || (failure.step().equals("destination")
                            && line.contains("destination " + failure.cause() + " is down")))
            .filter(line -> line.contains("ERROR") || line.contains("WARN"))
            .findFirst()
            .orElse("");
    Health health =
        (Health) run.bean(HealthEndpoint.class).healthForPath("accounts", failure.account());
    List<CheckStep> steps = run.bean(AccountCheck.class).check(failure.account());
    CheckStep failed =
        steps.stream()
            .filter(CheckStep::isFailed)
            .findFirst()
            .orElseThrow(() -> new AssertionError("the check finds nothing: " + steps));
    rows.put(
        failure.name(),
        "| "
            + String.join(
                " | ",
                failure.name(),
                cell(told.replaceFirst("^\\S+ (\\w+) +\\S+ - ", "$1 ")),
                cell(status.state().inWords() + ": " + status.reason()),
                cell(health.getStatus() + ": " + health.getDetails().get("reason")),
                cell(failed.inWords()))
            + " |");
    assertThat(told).as("log").contains(failure.cause()).contains(failure.remedy());
    assertThat(status.reason()).as("console").contains(failure.cause()).contains(failure.remedy());
    assertThat(health.getStatus()).as("health").isNotEqualTo(Status.UP);
    assertThat(health.getDetails().get("reason").toString())
        .contains(failure.cause())
        .contains(failure.remedy());
    assertThat(failed.name()).as("check: " + failed.inWords()).isEqualTo(failure.step());
    assertThat(List.of(told, status.reason(), failed.inWords()))
        .as("each names a remedy")
        .allMatch(text -> text.matches(REMEDY));
    assertThat(told + status.reason() + health + failed)
        .doesNotContain(DemoTenant.CLIENT_SECRET)
        .doesNotContain("eyJ0")
        .doesNotContain("guessed");
  }

  private static String cell(String text) {
    return text.replace("|", "\\|")
        .replace("\n", " ")
        .replaceAll("/\\S*/(share|data|disk)\\b", "…/$1");
  }

  /** Adds to what other tests have told, which may run in another process now. */
  void write() throws IOException {
    Files.createDirectories(FILE.getParent());
    try (FileChannel channel =
        FileChannel.open(
            FILE.resolveSibling("failure-table.lock"),
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE)) {
      channel.lock();
      Map<String, String> all = new TreeMap<>();
      if (Files.exists(FILE)) {
        Files.readAllLines(FILE).stream()
            .skip(2)
            .filter(row -> !row.isBlank())
            .forEach(row -> all.put(row.substring(2, row.indexOf(" | ")), row));
      }
      all.putAll(rows);
      Files.writeString(FILE, HEAD + String.join("\n", all.values()) + "\n");
    }
  }
}
