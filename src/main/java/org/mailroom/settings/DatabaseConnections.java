package org.mailroom.settings;

import com.zaxxer.hikari.HikariDataSource;
import java.time.Clock;
import javax.sql.DataSource;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.EventListener;

/**
 * Puts a {@link DatabaseBreaker} before the pool of connections, and tells it when Mailroom stops.
 */
@Configuration(proxyBeanMethods = false)
class DatabaseConnections {

  private final ObjectProvider<DataSource> databases;

  DatabaseConnections(ObjectProvider<DataSource> databases) {
    this.databases = databases;
  }

  /** Before anything of it is stopped. */
  @EventListener(ContextClosedEvent.class)
  void stopping() {
    databases.stream()
        .filter(DatabaseBreaker.class::isInstance)
        .map(DatabaseBreaker.class::cast)
        .forEach(DatabaseBreaker::stopBegins);
  }

  @Bean
  static BeanPostProcessor databaseBreaker(
      ObjectProvider<Clock> clock, ObjectProvider<ReservedConnections> reserved) {
    return new BeanPostProcessor() {
      @Override
      public Object postProcessAfterInitialization(Object bean, String name) {
        return bean instanceof HikariDataSource pool
            ? new DatabaseBreaker(pool, reserved.getObject(), clock.getObject())
            : bean;
      }
    };
  }
}
