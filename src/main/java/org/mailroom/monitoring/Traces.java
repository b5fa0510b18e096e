package org.mailroom.monitoring;

import org.apache.camel.CamelContext;
import org.apache.camel.opentelemetry2.OpenTelemetryTracer;
import org.apache.camel.spring.boot.CamelContextConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * OpenTelemetry spans of routes and their steps, where {@code management.tracing.enabled} is true;
 * otherwise there is nothing of it.
 */
@Configuration(proxyBeanMethods = false)
@ConditionalOnProperty(name = "management.tracing.enabled", havingValue = "true")
class Traces {

  @Bean
  CamelContextConfiguration tracedRoutes() {
    return new CamelContextConfiguration() {
      @Override
      public void beforeApplicationStart(CamelContext camel) {
        // finds Spring's tracer by its type
        new OpenTelemetryTracer().init(camel);
      }

      @Override
      public void afterApplicationStart(CamelContext camel) {
        // nothing
      }
    };
  }
}
