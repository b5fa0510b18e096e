package org.mailroom;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.io.OutputStream;
import java.nio.file.Path;
import org.apache.activemq.artemis.core.config.impl.ConfigurationImpl;
import org.apache.activemq.artemis.core.server.JournalType;
import org.apache.activemq.artemis.core.server.embedded.EmbeddedActiveMQ;
import org.slf4j.LoggerFactory;

/**
 * An Artemis broker in a process of its own, with a journal on disk. It ends when its standard
 * input does.
 */
public final class BrokerProcess {

  private BrokerProcess() {}

  /**
   * Prints {@code ready} when clients can connect.
   *
   * @param arguments the folder of the journal, and the port on loopback
   */
  public static void main(String[] arguments) throws Exception {
    // nobody reads what it would log, and a pipe that nobody reads would hold it up
    ((Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME)).setLevel(Level.OFF);
    Path folder = Path.of(arguments[0]);
    EmbeddedActiveMQ broker = new EmbeddedActiveMQ();
    broker.setConfiguration(
        new ConfigurationImpl()
            .setSecurityEnabled(false)
            .setPersistenceEnabled(true)
            .setJournalType(JournalType.NIO)
            .setJournalDirectory(folder.resolve("journal").toString())
            .setBindingsDirectory(folder.resolve("bindings").toString())
            .setLargeMessagesDirectory(folder.resolve("large").toString())
            .setPagingDirectory(folder.resolve("paging").toString())
            .addAcceptorConfiguration("tcp", "tcp://127.0.0.1:" + arguments[1]));
    broker.start();
    System.out.println("ready");
    System.in.transferTo(OutputStream.nullOutputStream());
    broker.stop();
    System.exit(0);
  }
}
