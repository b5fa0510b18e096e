package org.mailroom.delivery;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.Set;
import org.apache.activemq.artemis.api.core.TransportConfiguration;
import org.apache.activemq.artemis.core.config.Configuration;
import org.apache.activemq.artemis.core.config.impl.SecurityConfiguration;
import org.apache.activemq.artemis.core.security.Role;
import org.apache.activemq.artemis.core.server.embedded.EmbeddedActiveMQ;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;
import org.apache.activemq.artemis.spi.core.security.ActiveMQJAASSecurityManager;
import org.apache.activemq.artemis.spi.core.security.jaas.InVMLoginModule;
import org.mailroom.settings.BrokerFile;
import org.mailroom.settings.MailroomProperties;
import org.messaginghub.pooled.jms.JmsPoolConnectionFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.autoconfigure.jms.artemis.ArtemisConfigurationCustomizer;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.annotation.Bean;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.core.env.Environment;

/**
 * The embedded broker of a running Mailroom listens on loopback, behind a password that is made anew at each start, so that a command
 * that runs beside it delivers to the same queue: the broker's journal belongs to one process. Commands themselves open no port.
 */
@org.springframework.context.annotation.Configuration(proxyBeanMethods = false)
@ConditionalOnProperty(name = "spring.artemis.mode", havingValue = "embedded")
class EmbeddedBroker {

  private static final String ROLE = "mailroom";

  private final MailroomProperties properties;
  private final BrokerFile file;
  private final String user;
  private final String password;
  private final ObjectProvider<EmbeddedActiveMQ> broker;
  private BrokerRecovery recovery;
  private int port;

  EmbeddedBroker(MailroomProperties properties, Environment environment, ObjectProvider<EmbeddedActiveMQ> broker) {
    this.broker = broker;
    this.properties = properties;
    this.file = new BrokerFile(properties.dataDir());
    this.user = environment.getProperty("spring.artemis.user", "mailroom");
    this.password = environment.getProperty("spring.artemis.password", "");
  }

  @Bean
  ArtemisConfigurationCustomizer brokerConfiguration() {
    return this::configure;
  }

  private void configure(Configuration broker) {
    broker.setSecurityEnabled(true);
    broker.putSecurityRoles("#", Set.of(new Role(ROLE, true, true, true, true, true, true, true, true, true, true, false, false)));
    broker.setName("mailroom");
    if (properties.polling()) {
      port = freePort();
      broker.addAcceptorConfiguration(new TransportConfiguration(
          "org.apache.activemq.artemis.core.remoting.impl.netty.NettyAcceptorFactory",
          java.util.Map.of("host", "127.0.0.1", "port", port), "local"));
    }
  }

  private static int freePort() {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new IllegalStateException("no free port on loopback for the embedded broker", e);
    }
  }

  @Bean
  static BeanPostProcessor brokerSecurity(Environment environment) {
    return new BeanPostProcessor() {
      @Override
      public Object postProcessBeforeInitialization(Object bean, String name) {
        if (bean instanceof EmbeddedActiveMQ broker) {
          SecurityConfiguration users = new SecurityConfiguration();
          String user = environment.getProperty("spring.artemis.user", "mailroom");
          users.addUser(user, environment.getProperty("spring.artemis.password", ""));
          users.addRole(user, ROLE);
          broker.setSecurityManager(new ActiveMQJAASSecurityManager(InVMLoginModule.class.getName(), users));
        }
        if (bean instanceof JmsPoolConnectionFactory pool && pool.getConnectionFactory() instanceof ActiveMQConnectionFactory connections) {
          connections.setUser(environment.getProperty("spring.artemis.user", "mailroom"));
          connections.setPassword(environment.getProperty("spring.artemis.password", ""));
        }
        return bean;
      }
    };
  }

  @EventListener(ApplicationReadyEvent.class)
  void announce() throws IOException {
    if (port > 0) {
      file.write("tcp://127.0.0.1:" + port, user, password);
      recovery = new BrokerRecovery(broker.getObject(), properties.dataDir());
    }
  }

  @EventListener(ContextClosedEvent.class)
  void withdraw() throws IOException {
    if (port > 0) {
      file.delete();
    }
    if (recovery != null) {
      recovery.close();
    }
  }
}
