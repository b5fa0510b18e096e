package org.mailroom.console;

import java.time.Clock;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import org.mailroom.check.AccountCheck;
import org.mailroom.check.CheckStep;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.stereotype.Component;

/** The last check of each account that somebody asked for, step by step as it goes. */
@Component
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
final class AccountChecks {

  private static final Logger LOG = LoggerFactory.getLogger("mailroom.console");
  private static final int KEPT = 200;

  /** A check that runs or has run. */
  static final class Run {
    private final Instant begun;
    private final List<CheckStep> steps = new CopyOnWriteArrayList<>();
    private volatile boolean done;

    private Run(Instant begun) {
      this.begun = begun;
    }

    public Instant getBegun() {
      return begun;
    }

    public List<CheckStep> getSteps() {
      return steps;
    }

    public boolean isDone() {
      return done;
    }

    /** How many steps found something to mend. */
    public long getFailed() {
      return steps.stream().filter(CheckStep::isFailed).count();
    }
  }

  private final AccountCheck check;
  private final ExecutorService threads;
  private final Clock clock;
  private final Map<String, Run> runs =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Run> eldest) {
          return size() > KEPT;
        }
      };

  AccountChecks(AccountCheck check, ExecutorService importThreads, Clock clock) {
    this.check = check;
    this.threads = importThreads;
    this.clock = clock;
  }

  synchronized Optional<Run> last(String account) {
    return Optional.ofNullable(runs.get(account));
  }

  /** Begins a check, unless one runs. */
  synchronized void begin(String account) {
    Run before = runs.get(account);
    if (before != null && !before.isDone()) {
      return;
    }
    Run run = new Run(clock.instant());
    runs.remove(account);
    runs.put(account, run);
    threads.execute(
        () -> {
          try {
            check.check(account, run.steps::add);
          } catch (RuntimeException e) {
            LOG.error("account {}: the check ended unexpectedly: {}", account, e.toString());
          } finally {
            run.done = true;
          }
        });
  }
}
