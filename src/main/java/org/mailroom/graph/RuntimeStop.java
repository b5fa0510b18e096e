package org.mailroom.graph;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Component;

/**
 * The stop of this runtime: known before anything of it is stopped, so that no wait holds it up.
 */
@Component
final class RuntimeStop implements StopSignal {

  private final CountDownLatch begun = new CountDownLatch(1);

  @EventListener(ContextClosedEvent.class)
  void begin() {
    begun.countDown();
  }

  @Override
  public boolean isStopping() {
    return begun.getCount() == 0;
  }

  @Override
  public void rest(Duration duration) throws InterruptedException {
    if (isStopping()) {
      TimeUnit.MILLISECONDS.sleep(duration.toMillis());
    } else {
      begun.await(duration.toMillis(), TimeUnit.MILLISECONDS);
    }
  }
}
