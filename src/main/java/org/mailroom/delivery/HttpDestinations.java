package org.mailroom.delivery;

import java.util.Set;
import org.apache.camel.Component;
import org.apache.camel.component.http.HttpComponent;
import org.apache.camel.http.base.HttpHeaderFilterStrategy;
import org.apache.camel.spi.ComponentCustomizer;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;

/**
 * What holds for every HTTP endpoint that a route sends to. What a message says of itself stays with Mailroom's routes: no HTTP destination gets the
 * headers of a delivery unless a route gives it headers of other names. And a request is sent once: what is tried again the ledger decides, where
 * Apache's client by itself would send a POST twice that was answered 503.
 */
@org.springframework.stereotype.Component
final class HttpDestinations implements ComponentCustomizer {

  private static final Set<String> OWN = Set.of("account", "mailbox", "messageid", "subject", "sender", "receivedat");

  @Override
  public void configure(String name, Component target) {
    HttpHeaderFilterStrategy strategy = new HttpHeaderFilterStrategy();
    strategy.getOutFilter().addAll(OWN);
    HttpComponent http = (HttpComponent) target;
    http.setHeaderFilterStrategy(strategy);
    http.setHttpClientConfigurer(HttpClientBuilder::disableAutomaticRetries);
  }

  @Override
  public boolean isEnabled(String name, Component target) {
    return target instanceof HttpComponent;
  }
}
