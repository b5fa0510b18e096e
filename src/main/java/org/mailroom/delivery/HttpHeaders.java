package org.mailroom.delivery;

import java.util.Set;
import org.apache.camel.Component;
import org.apache.camel.component.http.HttpComponent;
import org.apache.camel.http.base.HttpHeaderFilterStrategy;
import org.apache.camel.spi.ComponentCustomizer;

/**
 * Keeps what a message says of itself to Mailroom's routes: no HTTP destination gets the headers of a delivery unless a route gives it headers of
 * other names.
 */
@org.springframework.stereotype.Component
final class HttpHeaders implements ComponentCustomizer {

  private static final Set<String> OWN = Set.of("account", "mailbox", "messageid", "subject", "sender", "receivedat");

  @Override
  public void configure(String name, Component target) {
    HttpHeaderFilterStrategy strategy = new HttpHeaderFilterStrategy();
    strategy.getOutFilter().addAll(OWN);
    ((HttpComponent) target).setHeaderFilterStrategy(strategy);
  }

  @Override
  public boolean isEnabled(String name, Component target) {
    return target instanceof HttpComponent;
  }
}
