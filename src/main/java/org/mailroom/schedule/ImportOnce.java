package org.mailroom.schedule;

import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.spi.Synchronization;
import org.jspecify.annotations.Nullable;
import org.mailroom.account.ImportResult;
import org.mailroom.settings.MailroomProperties;
import org.mailroom.settings.RouteNotRunningException;
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

  /** Whoever puts a task there looks itself when it is done. */
  private static final String TASKS =
      TaskQueue.ENDPOINT + "?waitForTaskToComplete=Never&size=100000";

  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(250);

  private static final Logger LOG = LoggerFactory.getLogger("mailroom.import");

  private final ProducerTemplate camel;
  private final MailboxTurns turns;
  private final ScheduleKeeper keeper;
  private final TaskQueue tasks;
  private final ImporterWait wait;
  private final int importers;
  private final Clock clock;

  ImportOnce(
      ProducerTemplate camel,
      MailboxTurns turns,
      ScheduleKeeper keeper,
      TaskQueue tasks,
      MailroomProperties properties,
      Clock clock) {
    this.camel = camel;
    this.turns = turns;
    this.keeper = keeper;
    this.tasks = tasks;
    this.wait =
        new ImporterWait(tasks::isServed, properties.limits().importerWait(), System::nanoTime);
    this.clock = clock;
    this.importers = properties.importers();
  }

  /**
   * Imports accounts side by side, each until nothing of it is left: two for each processor at
   * first, and twice as many after each second, up to {@code mailroom.importers}.
   *
   * @return what their imports came to, in the order of the accounts, without those that are gone
   * @throws RouteNotRunningException when no route takes tasks, and none did within {@code
   *     mailroom.limits.importer-wait}: nothing is begun
   */
  public CompletableFuture<List<ImportResult>> begin(List<String> accountIds) {
    awaitImporters();
    try (SlowStart threads =
        new SlowStart(
            "import-once",
            2 * Runtime.getRuntime().availableProcessors(),
            importers,
            Duration.ofSeconds(1))) {
      List<CompletableFuture<List<ImportResult>>> imports =
          accountIds.stream()
              .map(id -> CompletableFuture.supplyAsync(() -> importToItsEnd(id), threads))
              .toList();
      return CompletableFuture.allOf(imports.toArray(CompletableFuture[]::new))
          .thenApply(all -> imports.stream().flatMap(each -> each.join().stream()).toList());
    }
  }

  /** Another turn goes on counting where the one before ended. */
  private List<ImportResult> importToItsEnd(String accountId) {
    ImportResult result = importOnce(accountId);
    while (result != null && result.goesOnAt() != null && result.failure() == null) {
      result = importOnce(accountId);
    }
    return result == null ? List.of() : List.of(result);
  }

  private void awaitImporters() {
    while (!tasks.isServed()) {
      if (wait.isOver()) {
        throw wait.why();
      }
      try {
        TimeUnit.NANOSECONDS.sleep(BETWEEN_LOOKS.toNanos());
      } catch (InterruptedException e) {
        throw interrupted();
      }
    }
  }

  /**
   * Where another node works on its mailbox, waits for that one first. Null when the account is
   * gone.
   */
  private @Nullable ImportResult importOnce(String accountId) {
    try {
      turns.take(accountId, waits -> LOG.info("account {}: {}", accountId, waits));
    } catch (MailboxBusyException busy) {
      return failed(accountId, busy);
    } catch (DataAccessException | TransactionException databaseDown) {
      // the import says so
      keeper.refuse(accountId, databaseDown);
    }
    return await(accountId, put(accountId));
  }

  private CompletableFuture<@Nullable ImportResult> put(String accountId) {
    CompletableFuture<@Nullable ImportResult> end = new CompletableFuture<>();
    Exchange put =
        camel.send(
            TASKS,
            exchange -> {
              exchange.getMessage().setBody(accountId);
              exchange
                  .getExchangeExtension()
                  .addOnCompletion(
                      new Synchronization() {
                        @Override
                        public void onComplete(Exchange imported) {
                          end.complete(imported.getMessage().getBody(ImportResult.class));
                        }

                        @Override
                        public void onFailure(Exchange imported) {
                          end.completeExceptionally(imported.getException());
                        }
                      });
            });
    if (put.getException() != null) {
      end.completeExceptionally(put.getException());
    }
    return end;
  }

  /**
   * An import that has begun ends by its own bounds. A task that waits for an importer doesn't,
   * while no route takes any.
   */
  private @Nullable ImportResult await(
      String accountId, CompletableFuture<@Nullable ImportResult> end) {
    while (true) {
      try {
        return end.get(BETWEEN_LOOKS.toMillis(), TimeUnit.MILLISECONDS);
      } catch (TimeoutException stillAtIt) {
        if (!keeper.board().isBegun(accountId)
            && wait.isOver()
            && (tasks.withdraw(accountId) || !keeper.board().isBegun(accountId))) {
          keeper.giveBack(accountId);
          return failed(accountId, wait.why());
        }
      } catch (ExecutionException e) {
        throw new CompletionException(e.getCause());
      } catch (InterruptedException e) {
        throw interrupted();
      }
    }
  }

  private static IllegalStateException interrupted() {
    Thread.currentThread().interrupt();
    return new IllegalStateException("the import was interrupted");
  }

  private ImportResult failed(String accountId, RuntimeException why) {
    LOG.error("account {}: {}", accountId, why.getMessage());
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
        why,
        List.of());
  }
}
