package org.mailroom.graph;

import org.apache.camel.component.http.HttpClientConfigurer;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManager;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.client5.http.io.HttpClientConnectionManager;
import org.apache.hc.client5.http.ssl.ClientTlsStrategyBuilder;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.io.SocketConfig;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;
import org.mailroom.settings.MailroomProperties;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** How camel-http reaches Graph: through the configured proxy, trusting the configured SSL bundle, over connections that are kept. */
@Configuration(proxyBeanMethods = false)
class GraphWire {

  @Bean(destroyMethod = "close")
  HttpClientConnectionManager graphConnections(MailroomProperties properties, SslBundles sslBundles) {
    int connections = properties.importers() * properties.limits().requestsInFlight();
    PoolingHttpClientConnectionManagerBuilder builder = PoolingHttpClientConnectionManagerBuilder.create()
        .setMaxConnPerRoute(connections)
        .setMaxConnTotal(connections)
        .setDefaultSocketConfig(SocketConfig.custom().setTcpNoDelay(true).setSoTimeout(Timeout.ofSeconds(100)).build())
        // a name's address may change while Mailroom runs
        .setDefaultConnectionConfig(ConnectionConfig.custom()
            .setConnectTimeout(Timeout.ofSeconds(10)).setSocketTimeout(Timeout.ofSeconds(100))
            .setTimeToLive(TimeValue.ofMinutes(5)).setValidateAfterInactivity(TimeValue.ofSeconds(2)).build());
    if (properties.sslBundle() != null && !properties.sslBundle().isBlank()) {
      builder.setTlsSocketStrategy(ClientTlsStrategyBuilder.create()
          .setSslContext(sslBundles.getBundle(properties.sslBundle()).createSslContext()).buildClassic());
    }
    PoolingHttpClientConnectionManager manager = builder.build();
    return manager;
  }

  @Bean
  HttpClientConfigurer graphHttpClientConfigurer(MailroomProperties properties) {
    return client -> {
      // the routes decide what is sent again, and tokens follow no redirect
      client.disableAutomaticRetries().disableRedirectHandling().disableCookieManagement().disableAuthCaching();
      client.addResponseInterceptorFirst(new PlainContent());
      // shared with the next producer when routes are reloaded
      client.setConnectionManagerShared(true);
      if (properties.proxy() != null) {
        client.setProxy(new HttpHost(properties.proxy().getScheme(), properties.proxy().getHost(), properties.proxy().getPort()));
      }
    };
  }
}
