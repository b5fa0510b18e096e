package org.mailroom.demo;

import java.time.Duration;

/**
 * How a demo tenant runs.
 *
 * @param port 0 for any that is free
 * @param tokenLifetime of each access token
 * @param seed of the ids that it makes
 * @param requestsPerWindow allowed for one mailbox in {@code window}, parts of batches counted
 */
public record DemoTenantOptions(
    int port, Duration tokenLifetime, int requestsPerWindow, Duration window, long seed) {

  /** What Microsoft documents: an hour, and 10,000 requests in ten minutes. */
  public static DemoTenantOptions defaults() {
    return new DemoTenantOptions(0, Duration.ofHours(1), 10_000, Duration.ofMinutes(10), 1);
  }

  public DemoTenantOptions withTokenLifetime(Duration lifetime) {
    return new DemoTenantOptions(port, lifetime, requestsPerWindow, window, seed);
  }

  public DemoTenantOptions withPort(int fixed) {
    return new DemoTenantOptions(fixed, tokenLifetime, requestsPerWindow, window, seed);
  }

  public DemoTenantOptions withSeed(long other) {
    return new DemoTenantOptions(port, tokenLifetime, requestsPerWindow, window, other);
  }
}
