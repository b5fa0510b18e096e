package org.mailroom.settings;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class DaemonsTest {

  @Test
  void a_task_that_throws_is_run_again() throws InterruptedException {
    ScheduledExecutorService timer =
        Executors.newSingleThreadScheduledExecutor(Daemons.named("often"));
    CountDownLatch runs = new CountDownLatch(3);
    try {
      Daemons.repeat(
          timer,
          () -> {
            runs.countDown();
            throw new IllegalStateException("always");
          },
          0,
          1,
          TimeUnit.MILLISECONDS);
      assertThat(runs.await(30, TimeUnit.SECONDS)).isTrue();
    } finally {
      timer.shutdownNow();
    }
  }

  @Test
  void its_thread_has_the_name_and_does_not_keep_the_process_alive() {
    Thread thread = Daemons.named("watch").newThread(() -> {});
    assertThat(thread.getName()).isEqualTo("watch");
    assertThat(thread.isDaemon()).isTrue();
  }
}
