package org.mailroom.push;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.mailroom.settings.Daemons;
import org.mailroom.settings.LastingFailure;
import org.mailroom.settings.MailroomProperties;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Component;

/**
 * The threads of push: one looks which mailboxes to wake, one which subscriptions other nodes have
 * made, and one keeps the subscriptions up, whose requests may take long. Commands that end by
 * themselves have none.
 */
@Component
final class PushTimer {

  private static final Logger LOG = LoggerFactory.getLogger("mailroom.push");
  private static final long WAKE_MILLIS = 200;
  private static final long LEARN_MILLIS = 2000;
  private static final long KEEP_UP_MILLIS = 1000;

  private interface Work {
    void run() throws InterruptedException;
  }

  private final MailroomProperties properties;
  private final NotificationAddress address;
  private final SubscriptionUpkeep upkeep;
  private final SubscriptionTable table;
  private final SubscriptionIndex index;
  private final Wakes wakes;
  private volatile boolean nothingLeft;
  private @Nullable ScheduledExecutorService timer;

  PushTimer(
      MailroomProperties properties,
      NotificationAddress address,
      SubscriptionUpkeep upkeep,
      SubscriptionTable table,
      SubscriptionIndex index,
      Wakes wakes,
      MeterRegistry meters) {
    this.properties = properties;
    this.address = address;
    this.upkeep = upkeep;
    this.table = table;
    this.index = index;
    this.wakes = wakes;
    Gauge.builder("mailroom.push.subscriptions", index, SubscriptionIndex::size)
        .description("Mailboxes that Microsoft Graph tells of")
        .register(meters);
  }

  @EventListener(ApplicationReadyEvent.class)
  synchronized void start() {
    if (!properties.polling()) {
      return;
    }
    ScheduledExecutorService threads = Executors.newScheduledThreadPool(3, Daemons.named("push"));
    timer = threads;
    // with push switched off, what was subscribed before is still deleted
    every(
        threads,
        KEEP_UP_MILLIS,
        "subscriptions can't be kept up",
        () -> nothingLeft = nothingLeft || !upkeep.round());
    if (address.url().isPresent()) {
      every(
          threads,
          LEARN_MILLIS,
          "which mailboxes are subscribed to can't be read",
          () -> index.replace(table.all()));
      every(threads, WAKE_MILLIS, "mailboxes with new mail can't be imported at once", wakes::wake);
    }
  }

  private void every(ScheduledExecutorService threads, long millis, String ifNot, Work work) {
    LastingFailure failure = new LastingFailure(LOG, ifNot);
    Daemons.repeat(
        threads,
        () -> {
          if (nothingLeft) {
            return;
          }
          try {
            work.run();
            failure.passed();
          } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
          } catch (RuntimeException e) {
            // the database is down, or the runtime stops: the next time
            failure.failed(e);
          }
        },
        0,
        millis,
        TimeUnit.MILLISECONDS);
  }

  @EventListener(ContextClosedEvent.class)
  synchronized void stop() {
    if (timer != null) {
      timer.shutdownNow();
    }
  }
}
