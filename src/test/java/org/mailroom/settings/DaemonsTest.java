package org.mailroom.settings;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class DaemonsTest {

  /** Whether a task that throws has its turn three times. */
  private static boolean isRunAgain(ThreadFactory threads, Supplier<? extends Throwable> failure)
      throws InterruptedException {
    ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(threads);
    CountDownLatch runs = new CountDownLatch(3);
    try {
      Daemons.repeat(
          timer,
          () -> {
            runs.countDown();
            throw DaemonsTest.<RuntimeException>unchecked(failure.get());
          },
          0,
          1,
          TimeUnit.MILLISECONDS);
      return runs.await(10, TimeUnit.SECONDS);
    } finally {
      timer.shutdownNow();
    }
  }

  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
  private static <T extends Throwable> T unchecked(Throwable failure) throws T {
    throw (T) failure;
  }

  private static ThreadFactory handled(Thread.UncaughtExceptionHandler handler) {
    return task -> {
      Thread thread = Daemons.named("often").newThread(task);
      thread.setUncaughtExceptionHandler(handler);
      return thread;
    };
  }

  @Test
  void a_task_that_throws_is_run_again_and_after_an_error_too() throws InterruptedException {
    List<Throwable> died = new CopyOnWriteArrayList<>();
    ThreadFactory threads = handled((thread, failure) -> died.add(failure));
    assertThat(isRunAgain(threads, () -> new IllegalStateException("always"))).isTrue();
    assertThat(isRunAgain(threads, () -> new NoClassDefFoundError("org/example/Gone"))).isTrue();
    assertThat(died).isEmpty();
  }

  @Test
  void a_lack_of_memory_is_told_as_if_the_thread_had_died_and_a_handler_that_throws_ends_nothing()
      throws InterruptedException {
    List<Throwable> died = new CopyOnWriteArrayList<>();
    OutOfMemoryError lack = new OutOfMemoryError("Java heap space");
    assertThat(
            isRunAgain(
                handled(
                    (thread, failure) -> {
                      died.add(failure);
                      throw lack;
                    }),
                () -> lack))
        .isTrue();
    assertThat(died).hasSizeGreaterThanOrEqualTo(2).allMatch(lack::equals);
    List<Throwable> ofOne = new CopyOnWriteArrayList<>();
    Thread once =
        handled((thread, failure) -> ofOne.add(failure))
            .newThread(
                Daemons.told(
                    () -> {
                      throw lack;
                    }));
    once.start();
    once.join();
    assertThat(ofOne).containsExactly(lack);
  }

  @Test
  void its_thread_has_the_name_and_does_not_keep_the_process_alive() {
    Thread thread = Daemons.named("watch").newThread(() -> {});
    assertThat(thread.getName()).isEqualTo("watch");
    assertThat(thread.isDaemon()).isTrue();
  }
}
