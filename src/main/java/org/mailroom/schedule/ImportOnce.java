package org.mailroom.schedule;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.camel.ProducerTemplate;
import org.mailroom.account.ImportResult;
import org.mailroom.settings.MailroomProperties;
import org.springframework.stereotype.Component;

/** Imports chosen accounts once, whatever their poll says: puts their tasks on the queue of the importers and waits for them. */
@Component
public final class ImportOnce {

  private static final String TASKS = "seda:import-account?waitForTaskToComplete=Always&timeout=0&size=100000";

  private final ProducerTemplate camel;
  private final int importers;

  ImportOnce(ProducerTemplate camel, MailroomProperties properties) {
    this.camel = camel;
    this.importers = properties.importers();
  }

  /**
   * Imports accounts side by side, each until nothing of it is left.
   *
   * @return what their imports came to, in the order of the accounts, without those that are gone
   */
  public CompletableFuture<List<ImportResult>> begin(List<String> accountIds) {
    AtomicInteger number = new AtomicInteger();
    ExecutorService waiting = Executors.newFixedThreadPool(Math.max(1, Math.min(importers, accountIds.size())), task -> {
      Thread thread = new Thread(task, "import-once-" + number.incrementAndGet());
      thread.setDaemon(true);
      return thread;
    });
    List<CompletableFuture<List<ImportResult>>> imports = accountIds.stream().map(id -> CompletableFuture.supplyAsync(() -> importToItsEnd(id), waiting)).toList();
    waiting.shutdown();
    return CompletableFuture.allOf(imports.toArray(CompletableFuture[]::new))
        .thenApply(all -> imports.stream().flatMap(each -> each.join().stream()).toList());
  }

  /** Another turn goes on counting where the one before ended. */
  private List<ImportResult> importToItsEnd(String accountId) {
    ImportResult result = camel.requestBody(TASKS, accountId, ImportResult.class);
    while (result != null && result.goesOnAt() != null && result.failure() == null) {
      result = camel.requestBody(TASKS, accountId, ImportResult.class);
    }
    return result == null ? List.of() : List.of(result);
  }
}
