package org.mailroom.schedule;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.mailroom.account.ImportProgress;
import org.mailroom.settings.Daemons;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.stereotype.Component;

/**
 * How many messages an import that runs has before it in all. The service is asked once an import,
 * and again when more has arrived than it said, and only when somebody wants to know: a poll costs
 * no request more. Safe for use by several threads.
 */
@Component
public class ImportTotals implements DisposableBean {

  private static final Logger LOG = LoggerFactory.getLogger("mailroom.import");
  private static final int MOST_WAITING = 20;

  /**
   * @param begun of which import
   * @param messages null while it isn't known
   */
  private record Total(Instant begun, @Nullable Long messages) {}

  private final AccountListings listings;
  private final ImportProgress progress;
  private final Map<String, Total> totals = new ConcurrentHashMap<>();
  private final ExecutorService asking =
      new ThreadPoolExecutor(
          0,
          1,
          10,
          TimeUnit.SECONDS,
          new LinkedBlockingQueue<>(MOST_WAITING),
          Daemons.named("import-totals"),
          new ThreadPoolExecutor.DiscardPolicy());

  ImportTotals(AccountListings listings, ImportProgress progress) {
    this.listings = listings;
    this.progress = progress;
  }

  /**
   * Of the import of an account that runs; empty without one, and until the service has answered,
   * which is then on its way.
   */
  public Optional<Long> of(String accountId) {
    ImportProgress.Running running = progress.running(accountId).orElse(null);
    if (running == null || running.listed() == 0) {
      totals.remove(accountId);
      return Optional.empty();
    }
    Total known = totals.get(accountId);
    boolean outgrown =
        known != null && known.messages() != null && running.listed() > known.messages();
    if (known == null || outgrown || !known.begun().equals(running.begun())) {
      totals.put(accountId, new Total(running.begun(), null));
      asking.execute(() -> ask(accountId, running));
      return Optional.empty();
    }
    return Optional.ofNullable(known.messages());
  }

  private void ask(String accountId, ImportProgress.Running running) {
    try {
      listings
          .toBeListed(accountId)
          .ifPresent(
              left ->
                  totals.put(
                      accountId,
                      new Total(
                          running.begun(),
                          left
                              + progress
                                  .running(accountId)
                                  .map(ImportProgress.Running::listed)
                                  .orElse(0))));
    } catch (RuntimeException notCounted) {
      LOG.debug("account {}: what it has before it can't be counted", accountId, notCounted);
    }
  }

  @Override
  public void destroy() {
    asking.shutdownNow();
  }
}
