package org.mailroom.schedule;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import org.mailroom.account.ImportResult;

/** What imports come to, for tests that don't care how, and threads for tests that want none. */
final class Imports {

  private Imports() {}

  static ImportResult idle(String account, Clock clock) {
    return leaving(account, clock, 0, 0, 0, 0);
  }

  static ImportResult leaving(
      String account, Clock clock, int failed, int givenUpBefore, int waiting, int unmarked) {
    return result(account, clock, failed, givenUpBefore, waiting, unmarked, false, null, null);
  }

  static ImportResult goingOn(String account, Clock clock, Instant at) {
    return result(account, clock, 0, 0, 0, 0, false, at, null);
  }

  static ImportResult paused(String account, Clock clock) {
    return result(account, clock, 0, 0, 0, 0, true, null, null);
  }

  static ImportResult failed(String account, Clock clock, Exception why) {
    return result(account, clock, 0, 0, 0, 0, false, null, why);
  }

  private static ImportResult result(
      String account,
      Clock clock,
      int failed,
      int givenUpBefore,
      int waiting,
      int unmarked,
      boolean readingPaused,
      Instant goesOnAt,
      Exception failure) {
    return new ImportResult(
        account,
        clock.instant(),
        Duration.ZERO,
        0,
        0,
        failed,
        0,
        givenUpBefore,
        waiting,
        0,
        unmarked,
        0,
        1,
        readingPaused,
        goesOnAt,
        null,
        null,
        failure,
        List.of());
  }

  /** Runs what it is given before it returns. */
  static ExecutorService atOnce() {
    return new AbstractExecutorService() {
      @Override
      public void execute(Runnable task) {
        task.run();
      }

      @Override
      public void shutdown() {}

      @Override
      public List<Runnable> shutdownNow() {
        return List.of();
      }

      @Override
      public boolean isShutdown() {
        return false;
      }

      @Override
      public boolean isTerminated() {
        return false;
      }

      @Override
      public boolean awaitTermination(long time, TimeUnit unit) {
        return true;
      }
    };
  }
}
