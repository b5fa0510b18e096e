package org.mailroom.schedule;

import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.camel.ProducerTemplate;
import org.jspecify.annotations.Nullable;
import org.mailroom.account.ImportResult;
import org.mailroom.settings.MailroomProperties;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.stereotype.Component;
import org.springframework.transaction.TransactionException;

/**
 * Imports chosen accounts once, whatever their poll says: puts their tasks on the queue of the
 * importers and waits for them.
 */
@Component
public final class ImportOnce {

  private static final String TASKS =
      "seda:import-account?waitForTaskToComplete=Always&timeout=0&size=100000";

  private static final Logger LOG = LoggerFactory.getLogger("mailroom.import");

  private final ProducerTemplate camel;
  private final MailboxTurns turns;
  private final ScheduleKeeper keeper;
  private final int importers;
  private final Clock clock;

  ImportOnce(
      ProducerTemplate camel,
      MailboxTurns turns,
      ScheduleKeeper keeper,
      MailroomProperties properties,
      Clock clock) {
    this.camel = camel;
    this.turns = turns;
    this.keeper = keeper;
    this.clock = clock;
    this.importers = properties.importers();
  }

  /**
   * Imports accounts side by side, each until nothing of it is left.
   *
   * @return what their imports came to, in the order of the accounts, without those that are gone
   */
  public CompletableFuture<List<ImportResult>> begin(List<String> accountIds) {
    AtomicInteger number = new AtomicInteger();
    ExecutorService waiting =
        Executors.newFixedThreadPool(
            Math.max(1, Math.min(importers, accountIds.size())),
            task -> {
              Thread thread = new Thread(task, "import-once-" + number.incrementAndGet());
              thread.setDaemon(true);
              return thread;
            });
    List<CompletableFuture<List<ImportResult>>> imports =
        accountIds.stream()
            .map(id -> CompletableFuture.supplyAsync(() -> importToItsEnd(id), waiting))
            .toList();
    waiting.shutdown();
    return CompletableFuture.allOf(imports.toArray(CompletableFuture[]::new))
        .thenApply(all -> imports.stream().flatMap(each -> each.join().stream()).toList());
  }

  /** Another turn goes on counting where the one before ended. */
  private List<ImportResult> importToItsEnd(String accountId) {
    ImportResult result = importOnce(accountId);
    while (result != null && result.goesOnAt() != null && result.failure() == null) {
      result = importOnce(accountId);
    }
    return result == null ? List.of() : List.of(result);
  }

  /**
   * Where another node works on its mailbox, waits for that one first. Null when the account is
   * gone.
   */
  private @Nullable ImportResult importOnce(String accountId) {
    try {
      turns.take(accountId, waits -> LOG.info("account {}: {}", accountId, waits));
    } catch (MailboxBusyException busy) {
      LOG.error("account {}: {}", accountId, busy.getMessage());
      return new ImportResult(
          accountId,
          clock.instant(),
          Duration.ZERO,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          false,
          null,
          null,
          null,
          busy,
          List.of());
    } catch (DataAccessException | TransactionException databaseDown) {
      // the import says so
      keeper.refuse(accountId, databaseDown);
    }
    return camel.requestBody(TASKS, accountId, ImportResult.class);
  }
}
