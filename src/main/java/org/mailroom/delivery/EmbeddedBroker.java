package org.mailroom.delivery;

import jakarta.jms.JMSException;
import java.io.IOException;
import java.util.Collection;
import java.util.List;
import org.apache.activemq.artemis.core.server.embedded.EmbeddedActiveMQ;
import org.apache.activemq.artemis.spi.core.remoting.Acceptor;
import org.jspecify.annotations.Nullable;
import org.mailroom.settings.BrokerFile;
import org.mailroom.settings.Causes;
import org.mailroom.settings.ConfigurationException;
import org.mailroom.settings.DataDirFiles;
import org.mailroom.settings.MailroomProperties;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.EventListener;

/**
 * The embedded broker, which starts with the first connection: a site whose accounts deliver
 * elsewhere has none. Its journal belongs to one process. It opens no port, unless {@code
 * mailroom.broker-port} asks for one on loopback: then a running Mailroom starts it at once, and
 * commands that run beside deliver to the same queue. Safe for use by several threads.
 */
public final class EmbeddedBroker {

  private static final Logger LOG = LoggerFactory.getLogger("mailroom.delivery");

  /** The name of the acceptor with a port. */
  static final String PORT = "local";

  private final MailroomProperties properties;
  private final ObjectProvider<EmbeddedActiveMQ> brokers;
  private final BrokerFile file;
  private final String user;
  private final String password;
  private @Nullable EmbeddedActiveMQ broker;
  private @Nullable BrokerLock lock;
  private @Nullable BrokerRecovery recovery;
  private boolean closed;

  EmbeddedBroker(
      MailroomProperties properties,
      ObjectProvider<EmbeddedActiveMQ> brokers,
      String user,
      String password) {
    this.properties = properties;
    this.brokers = brokers;
    this.file = new BrokerFile(properties.dataDir());
    this.user = user;
    this.password = password;
  }

  synchronized boolean isStarted() {
    return broker != null;
  }

  /**
   * Starts it, unless it runs.
   *
   * @throws BrokerInUseException when another process has its journal
   * @throws JMSException when it can't start, or is switched off
   */
  public synchronized void start() throws JMSException {
    if (broker != null) {
      return;
    }
    EmbeddedActiveMQ starting = brokers.getIfAvailable();
    if (closed || starting == null) {
      throw new JMSException(
          closed
              ? "the embedded broker has been stopped"
              : "the embedded broker is switched off (spring.artemis.embedded.enabled)");
    }
    BrokerLock taken =
        BrokerLock.take(properties.dataDir())
            .orElseThrow(
                () ->
                    new BrokerInUseException(
                        properties.dataDir(), BrokerLock.holder(properties.dataDir())));
    try {
      starting.start();
      DataDirFiles.closeWritten(properties.dataDir());
      if (opensPort()) {
        announce(starting);
      }
      lock = taken;
      broker = starting;
      if (properties.polling()) {
        recovery = new BrokerRecovery(starting, properties.dataDir());
      }
    } catch (Exception e) {
      taken.close();
      JMSException failure = new JMSException("the embedded broker can't start: " + e.getMessage());
      failure.initCause(e);
      throw failure;
    }
  }

  /**
   * Starts it if one of these destinations is a queue of it: who delivers there knows now whether
   * that can be.
   *
   * @param endpoints of destinations
   */
  public void startFor(Collection<String> endpoints) throws JMSException {
    if (endpoints.stream()
        .anyMatch(endpoint -> endpoint.matches("direct:(//)?deliver-to-queue|jms:.*"))) {
      start();
    }
  }

  private boolean opensPort() {
    return properties.polling() && properties.brokerPort() != null;
  }

  private void announce(EmbeddedActiveMQ started) throws Exception {
    Acceptor acceptor = started.getActiveMQServer().getRemotingService().getAcceptor(PORT);
    if (acceptor == null || !acceptor.isStarted() || acceptor.getActualPort() <= 0) {
      started.stop();
      throw new ConfigurationException(
          List.of(
              "mailroom.broker-port = "
                  + properties.brokerPort()
                  + ": the embedded broker can't listen there. Allowed: a free port, or 0"));
    }
    file.write("tcp://127.0.0.1:" + acceptor.getActualPort(), user, password);
  }

  @EventListener(ApplicationReadyEvent.class)
  void startWithPort() {
    if (!opensPort()) {
      return;
    }
    try {
      start();
    } catch (BrokerInUseException inUse) {
      LOG.warn(
          "{}. What goes to the queue waits until then; all else goes on.", inUse.getMessage());
    } catch (JMSException e) {
      Causes.first(e, ConfigurationException.class)
          .ifPresent(
              wrong -> {
                throw wrong;
              });
      LOG.warn("{}. What goes to the queue waits; all else goes on.", e.getMessage());
    }
  }

  @EventListener(ContextClosedEvent.class)
  void withdraw() throws IOException {
    if (opensPort()) {
      file.delete();
    }
    BrokerRecovery recovering;
    synchronized (this) {
      recovering = recovery;
    }
    if (recovering != null) {
      recovering.close();
    }
  }

  /** The last of what has to do with queues: who had connections has closed them. */
  synchronized void stop() throws Exception {
    closed = true;
    if (broker != null) {
      try {
        broker.stop();
      } finally {
        broker = null;
        if (lock != null) {
          lock.close();
        }
        DataDirFiles.closeWritten(properties.dataDir());
      }
    }
  }
}
