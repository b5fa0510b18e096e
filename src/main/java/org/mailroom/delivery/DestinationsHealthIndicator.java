package org.mailroom.delivery;

import org.springframework.boot.actuate.health.AbstractHealthIndicator;
import org.springframework.boot.actuate.health.Health;
import org.springframework.stereotype.Component;

/** Health {@code destinations}: down while a destination is, with the cause and since when. */
@Component("destinationsHealthIndicator")
final class DestinationsHealthIndicator extends AbstractHealthIndicator {

  private final DestinationHealth destinations;

  DestinationsHealthIndicator(DestinationHealth destinations) {
    this.destinations = destinations;
  }

  @Override
  protected void doHealthCheck(Health.Builder health) {
    health.up();
    destinations
        .outages()
        .forEach(
            (name, outage) ->
                health
                    .down()
                    .withDetail(name, "down since " + outage.since() + ": " + outage.cause()));
  }
}
