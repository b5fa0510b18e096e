package org.mailroom.settings;

import com.zaxxer.hikari.HikariDataSource;
import java.time.Clock;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Puts a {@link DatabaseBreaker} before the pool of connections. */
@Configuration(proxyBeanMethods = false)
class DatabaseConnections {

  @Bean
  static BeanPostProcessor databaseBreaker(ObjectProvider<Clock> clock, ObjectProvider<ReservedConnections> reserved) {
    return new BeanPostProcessor() {
      @Override
      public Object postProcessAfterInitialization(Object bean, String name) {
        return bean instanceof HikariDataSource pool ? new DatabaseBreaker(pool, reserved.getObject(), clock.getObject()) : bean;
      }
    };
  }
}
