package org.mailroom.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class SlowStartTest {

  private static final Duration NEVER = Duration.ofDays(1);

  private final CountDownLatch mayEnd = new CountDownLatch(1);
  private final AtomicInteger begun = new AtomicInteger();
  private final AtomicInteger ended = new AtomicInteger();

  private void task() {
    begun.incrementAndGet();
    try {
      mayEnd.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    ended.incrementAndGet();
  }

  private void give(SlowStart threads, int tasks) {
    for (int i = 0; i < tasks; i++) {
      threads.execute(this::task);
    }
  }

  @Test
  void few_run_at_first_and_twice_as_many_after_each_growth_up_to_as_many_as_may_be() {
    SlowStart threads = new SlowStart("test", 2, 5, NEVER);
    try (threads) {
      give(threads, 9);
      assertThat(threads.running()).isEqualTo(2);
    }
    threads.grow();
    assertThat(threads.running()).as("tasks that it has are run after it was closed").isEqualTo(4);
    threads.grow();
    assertThat(threads.running()).isEqualTo(5);
    threads.grow();
    assertThat(threads.running()).isEqualTo(5);
    await().untilAsserted(() -> assertThat(begun).hasValue(5));
    mayEnd.countDown();
    await().untilAsserted(() -> assertThat(ended).hasValue(9));
    await().untilAsserted(() -> assertThat(threads.running()).isZero());
  }

  @Test
  void it_grows_by_itself() {
    try (SlowStart threads = new SlowStart("test", 1, 3, Duration.ofMillis(1))) {
      give(threads, 3);
      await().untilAsserted(() -> assertThat(begun).hasValue(3));
      mayEnd.countDown();
    }
  }

  @Test
  void more_at_first_than_may_be_are_as_many_as_may_be() {
    try (SlowStart threads = new SlowStart("test", 64, 1, NEVER)) {
      give(threads, 3);
      assertThat(threads.running()).isEqualTo(1);
      mayEnd.countDown();
      await().untilAsserted(() -> assertThat(ended).hasValue(3));
    }
  }
}
