package org.mailroom.console;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Limits guessing: after some failures of one user from one address, that pair has to wait, each time twice as long up to a quarter of an
 * hour. Others aren't concerned, and nobody is locked out for good. What is remembered is bounded: the pair that was seen longest ago goes.
 */
final class LoginAttempts {

  private static final int FREE = 5;
  private static final int MOST_PAIRS = 10_000;
  private static final Duration FIRST_WAIT = Duration.ofSeconds(30);
  private static final Duration LONGEST_WAIT = Duration.ofMinutes(15);
  private static final Duration FORGOTTEN_AFTER = Duration.ofHours(1);

  private record Failures(int count, Instant last, Instant until) {}

  private final Clock clock;
  private final Map<String, Failures> failures = new LinkedHashMap<>(16, 0.75f, true) {
    @Override
    protected boolean removeEldestEntry(Map.Entry<String, Failures> eldest) {
      return size() > MOST_PAIRS;
    }
  };

  LoginAttempts(Clock clock) {
    this.clock = clock;
  }

  /** How long this pair has to wait before another attempt counts; zero when it needn't. */
  synchronized Duration toWait(String user, String address) {
    Failures known = failures.get(key(user, address));
    Duration rest = known == null ? Duration.ZERO : Duration.between(clock.instant(), known.until());
    return rest.isNegative() ? Duration.ZERO : rest;
  }

  synchronized void failed(String user, String address) {
    Instant now = clock.instant();
    Failures known = failures.get(key(user, address));
    int count = known == null || now.isAfter(known.last().plus(FORGOTTEN_AFTER)) ? 1 : known.count() + 1;
    Duration wait = Duration.ZERO;
    if (count >= FREE) {
      wait = FIRST_WAIT.multipliedBy(1L << Math.min(count - FREE, 10));
      wait = wait.compareTo(LONGEST_WAIT) > 0 ? LONGEST_WAIT : wait;
    }
    failures.put(key(user, address), new Failures(count, now, now.plus(wait)));
  }

  synchronized void succeeded(String user, String address) {
    failures.remove(key(user, address));
  }

  /** A user name can be as long as a request: what is kept of it isn't. */
  private static String key(String user, String address) {
    return Integer.toHexString(user.hashCode()) + user.substring(0, Math.min(40, user.length())) + " " + network(address);
  }

  /** Whoever has one IPv6 address has the 2^64 beside it. */
  private static String network(String address) {
    if (address == null || !address.contains(":")) {
      return String.valueOf(address);
    }
    try {
      byte[] bytes = java.net.InetAddress.getByName(address).getAddress();
      return bytes.length == 16 ? java.util.HexFormat.of().formatHex(bytes, 0, 8) : address;
    } catch (java.net.UnknownHostException notAnAddress) {
      return address;
    }
  }
}
