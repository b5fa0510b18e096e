package org.mailroom.command;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.mailroom.account.ImportProgress;
import org.mailroom.account.ImportResult;
import org.mailroom.listing.Backfill;
import org.mailroom.listing.Backfills;
import org.mailroom.schedule.ImportOnce;
import org.mailroom.settings.Causes;
import org.mailroom.settings.RouteNotRunningException;
import org.mailroom.settings.Terminal;
import org.springframework.context.ConfigurableApplicationContext;

/** Imports accounts once: with a progress bar on a terminal. */
final class ImportRun {

  private final ImportOnce imports;
  private final ImportProgress progress;
  private final Backfills backfills;

  ImportRun(ConfigurableApplicationContext context) {
    this.imports = context.getBean(ImportOnce.class);
    this.progress = context.getBean(ImportProgress.class);
    this.backfills = context.getBean(Backfills.class);
  }

  /**
   * Imports accounts side by side, each until nothing of it is left.
   *
   * @return what each import came to; several of an account that let others go first in between
   */
  List<ImportResult> run(List<String> accountIds) {
    try {
      CompletableFuture<List<ImportResult>> results = imports.begin(accountIds);
      return Terminal.isThere() ? watch(results, accountIds) : results.get();
    } catch (RouteNotRunningException nobodyImports) {
      throw new CommandException(nobodyImports.getMessage() + " Nothing was imported or marked.");
    } catch (ExecutionException e) {
      throw new CommandException(
          "the import ended unexpectedly: " + Causes.inShort(Causes.root(e)));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CommandException("the import was interrupted");
    }
  }

  private List<ImportResult> watch(
      CompletableFuture<List<ImportResult>> results, List<String> accounts)
      throws ExecutionException, InterruptedException {
    try (ProgressBar bar =
        new ProgressBarBuilder()
            .setTaskName("Importing")
            .setInitialMax(-1)
            .setUnit(" messages", 1)
            .setStyle(ProgressBarStyle.COLORFUL_UNICODE_BLOCK)
            .setUpdateIntervalMillis(250)
            .build()) {
      while (true) {
        try {
          return results.get(250, TimeUnit.MILLISECONDS);
        } catch (TimeoutException stillRunning) {
          long total =
              accounts.stream()
                  .mapToLong(id -> backfills.running(id).map(Backfill::total).orElse(0L))
                  .sum();
          if (total > 0) {
            bar.maxHint(Math.max(total, progress.imported()));
          }
          bar.stepTo(progress.imported());
        }
      }
    }
  }
}
