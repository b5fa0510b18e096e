package org.mailroom.delivery;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.activemq.artemis.core.server.ActiveMQServer;
import org.apache.activemq.artemis.core.server.embedded.EmbeddedActiveMQ;
import org.mailroom.settings.Daemons;
import org.mailroom.settings.LastingFailure;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts the embedded broker again: a full disk, or another error of its files, makes it stop for
 * good. That is told with what to do, and once its disk takes files again it is started, on the
 * journal that it left.
 */
final class BrokerRecovery implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger("mailroom.delivery");
  private static final long EVERY_SECONDS = 5;

  /** Two files of its journal. */
  private static final long NEEDED_BYTES = 20L * 1024 * 1024;

  private final EmbeddedActiveMQ broker;
  private final Path dataDir;
  private final ScheduledExecutorService timer;
  private final LastingFailure notStarted =
      new LastingFailure(LOG, "the embedded broker can't be started again");
  private boolean told;

  BrokerRecovery(EmbeddedActiveMQ broker, Path dataDir) {
    this.broker = broker;
    this.dataDir = dataDir;
    this.timer = Executors.newSingleThreadScheduledExecutor(Daemons.named("broker-recovery"));
    Daemons.repeat(timer, this::look, EVERY_SECONDS, EVERY_SECONDS, TimeUnit.SECONDS);
  }

  private synchronized void look() {
    try {
      if (timer.isShutdown()) {
        return;
      }
      if (broker.getActiveMQServer().getState() != ActiveMQServer.SERVER_STATE.STOPPED) {
        notStarted.passed();
        return;
      }
      if (!told) {
        told = true;
        LOG.error(
            "the embedded broker has stopped, for it can't write its files. Check free space and"
                + " permissions of {}; what goes to the queue waits, and Mailroom starts the broker"
                + " again by itself.",
            dataDir);
      }
      if (isWritable()) {
        broker.stop();
        broker.start();
        told = false;
        LOG.info("the embedded broker runs again");
      }
    } catch (Exception e) {
      // the next look is another chance: a task that throws is never run again
      notStarted.failed(e);
    }
  }

  private boolean isWritable() {
    try {
      return Files.isWritable(dataDir)
          && Files.getFileStore(dataDir).getUsableSpace() >= NEEDED_BYTES;
    } catch (IOException e) {
      return false;
    }
  }

  /** Waits for a start in hand: afterwards the broker stops. */
  @Override
  public void close() {
    timer.shutdown();
    synchronized (this) {
      timer.shutdownNow();
    }
  }
}
