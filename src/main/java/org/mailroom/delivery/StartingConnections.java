package org.mailroom.delivery;

import jakarta.jms.Connection;
import jakarta.jms.ConnectionFactory;
import jakarta.jms.JMSContext;
import jakarta.jms.JMSException;
import jakarta.jms.JMSRuntimeException;

/** Connections to the embedded broker, which starts with the first of them. */
final class StartingConnections implements ConnectionFactory {

  private final EmbeddedBroker broker;
  private final ConnectionFactory connections;

  StartingConnections(EmbeddedBroker broker, ConnectionFactory connections) {
    this.broker = broker;
    this.connections = connections;
  }

  private ConnectionFactory started() throws JMSException {
    try {
      broker.start();
      return connections;
    } catch (BrokerInUseException inUse) {
      JMSException failure = new JMSException(inUse.getMessage());
      failure.initCause(inUse);
      throw failure;
    }
  }

  private ConnectionFactory startedUnchecked() {
    try {
      return started();
    } catch (JMSException e) {
      throw new JMSRuntimeException(e.getMessage(), e.getErrorCode(), e);
    }
  }

  @Override
  public Connection createConnection() throws JMSException {
    return started().createConnection();
  }

  @Override
  public Connection createConnection(String user, String password) throws JMSException {
    return started().createConnection(user, password);
  }

  @Override
  public JMSContext createContext() {
    return startedUnchecked().createContext();
  }

  @Override
  public JMSContext createContext(String user, String password) {
    return startedUnchecked().createContext(user, password);
  }

  @Override
  public JMSContext createContext(String user, String password, int sessionMode) {
    return startedUnchecked().createContext(user, password, sessionMode);
  }

  @Override
  public JMSContext createContext(int sessionMode) {
    return startedUnchecked().createContext(sessionMode);
  }
}
