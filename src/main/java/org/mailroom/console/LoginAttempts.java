package org.mailroom.console;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.mailroom.settings.Backoff;

/**
 * Limits guessing. After some failures of one user from one address that pair has to wait, each
 * time twice as long up to a quarter of an hour. After more of them a user has to wait wherever the
 * guesses come from, except at addresses where that user has signed in before: so nobody is locked
 * out of where he works. What is remembered is bounded: what was seen longest ago goes.
 *
 * <p>Used by many threads.
 */
final class LoginAttempts {

  private static final int FREE = 5;
  private static final int FREE_OF_USER = 20;
  private static final int MOST = 10_000;
  private static final Duration FIRST_WAIT = Duration.ofSeconds(30);
  private static final Duration LONGEST_WAIT = Duration.ofMinutes(15);
  private static final Duration FORGOTTEN_AFTER = Duration.ofHours(1);

  /**
   * How long to wait before another attempt counts.
   *
   * @param ofUser because of failures from anywhere, and not of those from this address
   */
  record Wait(Duration time, boolean ofUser) {

    boolean isOver() {
      return time.isZero() || time.isNegative();
    }

    long seconds() {
      return Math.max(1, (time.toMillis() + 999) / 1000);
    }

    String inWords() {
      return (ofUser
              ? "Too many failed attempts to sign in as this user."
              : "Too many failed attempts from your address.")
          + " Try again in "
          + (seconds() < 120 ? seconds() + " seconds" : (seconds() + 59) / 60 + " minutes")
          + ".";
    }
  }

  private record Failures(int count, Instant last, Instant until) {}

  private final Clock clock;
  private final Map<String, Failures> pairs = bounded();
  private final Map<String, Failures> users = bounded();
  private final Map<String, Boolean> known = bounded();

  LoginAttempts(Clock clock) {
    this.clock = clock;
  }

  private static <T> Map<String, T> bounded() {
    return new LinkedHashMap<>(16, 0.75f, true) {
      @Override
      protected boolean removeEldestEntry(Map.Entry<String, T> eldest) {
        return size() > MOST;
      }
    };
  }

  synchronized Wait toWait(String user, String address) {
    Duration ofPair = rest(pairs.get(pair(user, address)));
    Duration ofUser =
        known.get(pair(user, address)) != null ? Duration.ZERO : rest(users.get(name(user)));
    return ofUser.compareTo(ofPair) > 0 ? new Wait(ofUser, true) : new Wait(ofPair, false);
  }

  private Duration rest(@Nullable Failures failures) {
    Duration rest =
        failures == null ? Duration.ZERO : Duration.between(clock.instant(), failures.until());
    return rest.isNegative() ? Duration.ZERO : rest;
  }

  synchronized void failed(String user, String address) {
    pairs.compute(pair(user, address), (key, before) -> oneMore(before, FREE));
    users.compute(name(user), (key, before) -> oneMore(before, FREE_OF_USER));
  }

  private Failures oneMore(@Nullable Failures before, int free) {
    Instant now = clock.instant();
    int count =
        before == null || now.isAfter(before.last().plus(FORGOTTEN_AFTER)) ? 1 : before.count() + 1;
    Duration wait =
        count < free ? Duration.ZERO : Backoff.doubled(FIRST_WAIT, count - free, LONGEST_WAIT);
    return new Failures(count, now, now.plus(wait));
  }

  /**
   * The user's failures elsewhere still count: whoever scrapes the health with the right password
   * mustn't help somebody who guesses.
   */
  synchronized void succeeded(String user, String address) {
    pairs.remove(pair(user, address));
    known.put(pair(user, address), true);
  }

  private static String pair(String user, String address) {
    return name(user) + " " + network(address);
  }

  /** A user name can be as long as a request: what is kept of it isn't. */
  private static String name(String user) {
    return Integer.toHexString(user.hashCode()) + user.substring(0, Math.min(40, user.length()));
  }

  /** Whoever has one IPv6 address has the 2^64 beside it. */
  private static String network(@Nullable String address) {
    if (address == null || !address.contains(":")) {
      return String.valueOf(address);
    }
    try {
      byte[] bytes = InetAddress.getByName(address).getAddress();
      return bytes.length == 16 ? HexFormat.of().formatHex(bytes, 0, 8) : address;
    } catch (UnknownHostException notAnAddress) {
      return address;
    }
  }
}
