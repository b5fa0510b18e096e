package org.mailroom.command;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.apache.camel.ProducerTemplate;
import org.mailroom.listing.Backfill;
import org.mailroom.listing.Backfills;
import org.mailroom.account.ImportResult;
import org.mailroom.account.ImportProgress;
import org.springframework.context.ConfigurableApplicationContext;

/** Imports accounts once: puts their tasks on the queue of the importers and waits for them, with a progress bar on a terminal. */
final class ImportRun {

  private static final String TASKS = "seda:import-account?waitForTaskToComplete=Always&timeout=0&size=100000";

  private final ProducerTemplate camel;
  private final ImportProgress progress;
  private final Backfills backfills;

  ImportRun(ConfigurableApplicationContext context) {
    this.camel = context.getBean(ProducerTemplate.class);
    this.progress = context.getBean(ImportProgress.class);
    this.backfills = context.getBean(Backfills.class);
  }

  /**
   * Imports accounts side by side, each until nothing of it is left.
   *
   * @return what each import came to; several of an account that let others go first in between
   */
  List<ImportResult> run(List<String> accountIds) {
    List<ImportResult> results = Collections.synchronizedList(new ArrayList<>());
    CompletableFuture<Void> all = CompletableFuture.allOf(accountIds.stream().map(id -> run(id, results)).toArray(CompletableFuture[]::new));
    try {
      if (System.console() == null) {
        all.get();
      } else {
        watch(all, accountIds);
      }
      return List.copyOf(results);
    } catch (ExecutionException e) {
      throw new CommandException("the import ended unexpectedly: " + e.getCause().getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CommandException("the import was interrupted");
    }
  }

  private CompletableFuture<Void> run(String accountId, List<ImportResult> results) {
    return camel.asyncRequestBody(TASKS, accountId, ImportResult.class).thenCompose(result -> {
      if (result != null) {
        results.add(result);
      }
      return result == null || result.goesOnAt() == null ? CompletableFuture.completedFuture(null) : run(accountId, results);
    });
  }

  private void watch(CompletableFuture<Void> all, List<String> accounts) throws ExecutionException, InterruptedException {
    try (ProgressBar bar = new ProgressBarBuilder().setTaskName("Importing").setInitialMax(-1).setUnit(" messages", 1)
        .setStyle(ProgressBarStyle.COLORFUL_UNICODE_BLOCK).setUpdateIntervalMillis(250).build()) {
      while (true) {
        try {
          all.get(250, TimeUnit.MILLISECONDS);
          return;
        } catch (TimeoutException stillRunning) {
          long total = accounts.stream().mapToLong(id -> backfills.running(id).map(Backfill::total).orElse(0L)).sum();
          if (total > 0) {
            bar.maxHint(Math.max(total, progress.imported()));
          }
          bar.stepTo(progress.imported());
        }
      }
    }
  }
}
