package org.mailroom.delivery;

import jakarta.jms.ConnectionFactory;
import java.util.Map;
import java.util.Set;
import org.apache.activemq.artemis.api.core.TransportConfiguration;
import org.apache.activemq.artemis.core.config.impl.SecurityConfiguration;
import org.apache.activemq.artemis.core.security.Role;
import org.apache.activemq.artemis.core.server.embedded.EmbeddedActiveMQ;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;
import org.apache.activemq.artemis.spi.core.security.ActiveMQJAASSecurityManager;
import org.apache.activemq.artemis.spi.core.security.jaas.InVMLoginModule;
import org.mailroom.settings.MailroomProperties;
import org.messaginghub.pooled.jms.JmsPoolConnectionFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.beans.factory.support.AbstractBeanDefinition;
import org.springframework.boot.actuate.health.Health;
import org.springframework.boot.actuate.health.HealthIndicator;
import org.springframework.boot.actuate.jms.JmsHealthIndicator;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.autoconfigure.jms.artemis.ArtemisConfigurationCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;

/**
 * The embedded broker as Spring Boot sets it up, but it waits until somebody needs it; a password
 * that is made anew at each start protects it.
 */
@Configuration(proxyBeanMethods = false)
@ConditionalOnProperty(name = "spring.artemis.mode", havingValue = "embedded")
class EmbeddedBrokerConfiguration {

  private static final String ROLE = "mailroom";
  private static final String OF_SPRING_BOOT = "embeddedActiveMq";

  @Bean(destroyMethod = "stop")
  EmbeddedBroker embeddedBroker(
      MailroomProperties properties,
      ObjectProvider<EmbeddedActiveMQ> brokers,
      Environment environment) {
    return new EmbeddedBroker(properties, brokers, user(environment), password(environment));
  }

  private static String user(Environment environment) {
    return environment.getProperty("spring.artemis.user", "mailroom");
  }

  private static String password(Environment environment) {
    return environment.getProperty("spring.artemis.password", "");
  }

  @Bean
  ArtemisConfigurationCustomizer brokerConfiguration(MailroomProperties properties) {
    return broker -> {
      broker.setSecurityEnabled(true);
      broker.putSecurityRoles(
          "#",
          Set.of(
              new Role(
                  ROLE, true, true, true, true, true, true, true, true, true, true, false, false)));
      broker.setName("mailroom");
      if (properties.polling() && properties.brokerPort() != null) {
        broker.addAcceptorConfiguration(
            new TransportConfiguration(
                "org.apache.activemq.artemis.core.remoting.impl.netty.NettyAcceptorFactory",
                Map.of("host", "127.0.0.1", "port", properties.brokerPort()),
                EmbeddedBroker.PORT));
      }
    };
  }

  /** Spring Boot would start it with the application. */
  @Bean
  static BeanFactoryPostProcessor brokerWaits() {
    return beans -> {
      if (beans.containsBeanDefinition(OF_SPRING_BOOT)) {
        AbstractBeanDefinition broker =
            (AbstractBeanDefinition) beans.getBeanDefinition(OF_SPRING_BOOT);
        broker.setInitMethodName(null);
        broker.setDestroyMethodName(null);
      }
    };
  }

  @Bean
  static BeanPostProcessor brokerSecurity(
      Environment environment, ObjectProvider<EmbeddedBroker> embedded) {
    return new BeanPostProcessor() {
      @Override
      public Object postProcessBeforeInitialization(Object bean, String name) {
        if (bean instanceof EmbeddedActiveMQ broker) {
          SecurityConfiguration users = new SecurityConfiguration();
          users.addUser(user(environment), password(environment));
          users.addRole(user(environment), ROLE);
          broker.setSecurityManager(
              new ActiveMQJAASSecurityManager(InVMLoginModule.class.getName(), users));
        }
        if (bean instanceof JmsPoolConnectionFactory pool
            && pool.getConnectionFactory() instanceof ActiveMQConnectionFactory connections) {
          connections.setUser(user(environment));
          connections.setPassword(password(environment));
          pool.setConnectionFactory(new StartingConnections(embedded.getObject(), connections));
        }
        return bean;
      }
    };
  }

  /** Who asks for the health doesn't start it. */
  @Bean
  HealthIndicator jmsHealthIndicator(EmbeddedBroker broker, ConnectionFactory connections) {
    JmsHealthIndicator started = new JmsHealthIndicator(connections);
    return () ->
        broker.isStarted()
            ? started.health()
            : Health.up().withDetail("broker", "starts with the first message").build();
  }
}
