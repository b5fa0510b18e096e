package org.mailroom.settings;

import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.ConfigurableEnvironment;

/**
 * Before anything else is started: who starts the embedded broker has it alone. While another process has it a command ends, and the runtime
 * waits and says for whom: the broker itself would wait without a word. Beside a running Mailroom nobody gets here, for its broker is used.
 */
final class BrokerClaim implements ApplicationContextInitializer<ConfigurableApplicationContext> {

  private static final Logger LOG = LoggerFactory.getLogger("mailroom");
  private static final long LOOK_AGAIN_MILLIS = 500;
  private static final long TOLD_AGAIN_MILLIS = TimeUnit.MINUTES.toMillis(1);

  @Override
  public void initialize(ConfigurableApplicationContext context) {
    ConfigurableEnvironment environment = context.getEnvironment();
    if (!"embedded".equals(environment.getProperty("spring.artemis.mode")) || !environment.getProperty("spring.artemis.embedded.enabled", Boolean.class, true)) {
      return;
    }
    Path dataDir = Path.of(environment.getProperty("mailroom.data-dir", "data")).toAbsolutePath().normalize();
    boolean waits = environment.getProperty("mailroom.polling", Boolean.class, true);
    BrokerLock lock = take(dataDir, waits);
    // the first to be registered is the last to be closed: after the broker
    ((DefaultListableBeanFactory) context.getBeanFactory()).registerDisposableBean("brokerLock", lock::close);
  }

  private static BrokerLock take(Path dataDir, boolean waits) {
    long waited = 0;
    while (true) {
      BrokerLock lock = BrokerLock.take(dataDir).orElse(null);
      if (lock != null) {
        return lock;
      }
      DataDirInUseException inUse = new DataDirInUseException(dataDir, BrokerLock.holder(dataDir));
      if (!waits) {
        throw inUse;
      }
      if (waited % TOLD_AGAIN_MILLIS == 0) {
        LOG.warn("{} Mailroom starts as soon as that one has ended.", inUse.getMessage());
      }
      pause(inUse);
      waited += LOOK_AGAIN_MILLIS;
    }
  }

  private static void pause(DataDirInUseException inUse) {
    try {
      TimeUnit.MILLISECONDS.sleep(LOOK_AGAIN_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw inUse;
    }
  }
}
