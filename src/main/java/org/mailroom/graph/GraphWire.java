package org.mailroom.graph;

import org.apache.camel.component.http.HttpClientConfigurer;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.ChainElement;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.client5.http.io.HttpClientConnectionManager;
import org.apache.hc.client5.http.ssl.ClientTlsStrategyBuilder;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.io.SocketConfig;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;
import org.mailroom.settings.Limits;
import org.mailroom.settings.MailroomProperties;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * How camel-http reaches Graph: through the configured proxy, trusting the configured SSL bundle,
 * over connections that are kept.
 */
@Configuration(proxyBeanMethods = false)
class GraphWire {

  @Bean(destroyMethod = "close")
  HttpClientConnectionManager graphConnections(
      MailroomProperties properties, SslBundles sslBundles) {
    Limits limits = properties.limits();
    Timeout silence = Timeout.of(limits.responseTimeout());
    int connections = properties.importers() * limits.requestsInFlight();
    PoolingHttpClientConnectionManagerBuilder builder =
        PoolingHttpClientConnectionManagerBuilder.create()
            .setMaxConnPerRoute(connections)
            .setMaxConnTotal(connections)
            .setDefaultSocketConfig(
                SocketConfig.custom().setTcpNoDelay(true).setSoTimeout(silence).build())
            // a name's address may change while Mailroom runs
            .setDefaultConnectionConfig(
                ConnectionConfig.custom()
                    .setConnectTimeout(Timeout.of(limits.connectTimeout()))
                    .setSocketTimeout(silence)
                    .setTimeToLive(TimeValue.ofMinutes(5))
                    .setValidateAfterInactivity(TimeValue.ofSeconds(2))
                    .build());
    if (properties.sslBundle() != null && !properties.sslBundle().isBlank()) {
      builder.setTlsSocketStrategy(
          ClientTlsStrategyBuilder.create()
              .setSslContext(sslBundles.getBundle(properties.sslBundle()).createSslContext())
              .buildClassic());
    }
    return builder.build();
  }

  @Bean
  HttpClientConfigurer graphHttpClientConfigurer(
      MailroomProperties properties, RequestBounds bounds) {
    Timeout silence = Timeout.of(properties.limits().responseTimeout());
    return client -> {
      client.setDefaultRequestConfig(
          RequestConfig.custom()
              .setConnectionRequestTimeout(silence)
              .setResponseTimeout(silence)
              .build());
      // around all that waits, a connection that is waited for, too; what is unpacked is judged as
      // it came
      client.addExecInterceptorAfter(ChainElement.COMPRESS.name(), "bounds", bounds);
      client.addExecInterceptorFirst("error-text", new ErrorText());
      // the routes decide what is sent again, and tokens follow no redirect
      client
          .disableAutomaticRetries()
          .disableRedirectHandling()
          .disableCookieManagement()
          .disableAuthCaching();
      client.addResponseInterceptorFirst(new PlainContent());
      // shared with the next producer when routes are reloaded
      client.setConnectionManagerShared(true);
      if (properties.proxy() != null) {
        client.setProxy(HttpHost.create(properties.proxy()));
      }
    };
  }
}
