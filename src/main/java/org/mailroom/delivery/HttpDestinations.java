package org.mailroom.delivery;

import java.util.Set;
import org.apache.camel.Component;
import org.apache.camel.component.http.HttpComponent;
import org.apache.camel.http.base.HttpHeaderFilterStrategy;
import org.apache.camel.spi.ComponentCustomizer;

/**
 * What holds for every HTTP endpoint that a route sends to. What a message says of itself stays
 * with Mailroom's routes: no HTTP destination gets the headers of a delivery unless a route gives
 * it headers of other names. And a request is sent once: what is tried again the ledger decides,
 * where Apache's client by itself would send a POST twice that was answered 503. Of an answer that
 * isn't 2xx no more is read than a person may want to see.
 */
@org.springframework.stereotype.Component
final class HttpDestinations implements ComponentCustomizer {

  private static final Set<String> OWN =
      Set.of("account", "mailbox", "messageid", "subject", "sender", "receivedat");

  /** In bytes; nobody reads more of why a request failed. */
  private static final long MOST_OF_AN_ERROR = 1024L * 1024;

  @Override
  public void configure(String name, Component target) {
    HttpHeaderFilterStrategy strategy = new HttpHeaderFilterStrategy();
    strategy.getOutFilter().addAll(OWN);
    HttpComponent http = (HttpComponent) target;
    http.setHeaderFilterStrategy(strategy);
    http.setHttpClientConfigurer(
        client ->
            client
                .disableAutomaticRetries()
                .addResponseInterceptorLast(new BoundedErrors(MOST_OF_AN_ERROR)));
  }

  @Override
  public boolean isEnabled(String name, Component target) {
    return target instanceof HttpComponent;
  }
}
