package org.mailroom.demo;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * Watches how clients ask for tokens: whether one was needed, and whether they ask in a loop. Only
 * grants that need nobody are watched. Safe for use by several threads.
 *
 * <p>A 401 is a reason to ask for another token. When a mailbox refuses that one, too, while it is
 * good, it is none any more: the token isn't the cause.
 */
final class DemoTokenWatch {

  private static final Duration LONG = Duration.ofMinutes(5);
  private static final Set<String> WATCHED = Set.of("client_credentials", "refresh_token");

  private record Issued(String asker, String token, long expires) {}

  private final DemoViolations violations;
  private final Map<String, Issued> good = new HashMap<>();
  private final Map<String, String> askers = new HashMap<>();
  private final Map<String, String> refusedBy = new HashMap<>();
  private final Map<String, Deque<Long>> asked = new HashMap<>();
  private int most = Integer.MAX_VALUE;
  private long withinNanos;
  private int loops;

  DemoTokenWatch(DemoViolations violations) {
    this.violations = violations;
  }

  /** From so many requests of one asker within the time on, it is refused. */
  synchronized void refuseLoops(int requests, Duration within) {
    most = requests;
    withinNanos = within.toNanos();
  }

  /** Who asks, and for what; null for a grant that isn't watched. */
  String asker(Map<String, String> fields, String authorization) {
    String grant = fields.getOrDefault("grant_type", "");
    return WATCHED.contains(grant)
        ? String.join(
            " ",
            grant,
            fields.getOrDefault("client_id", String.valueOf(authorization)),
            fields.getOrDefault("client_secret", ""),
            fields.getOrDefault("scope", ""))
        : null;
  }

  /**
   * A token is asked for. Returns whether this is a loop, which is to be refused.
   *
   * @param user of a refresh token; empty without
   */
  synchronized boolean asks(String asker, String user, Map<String, String> fields, String line) {
    if (asker == null) {
      return false;
    }
    Issued last = good.get(asker + user);
    long left = last == null ? 0 : last.expires() - System.nanoTime();
    if (left > LONG.toNanos() && !fields.containsKey("claims")) {
      violations.add(
          DemoViolation.Kind.NEEDLESS_TOKEN,
          user,
          line,
          "client "
              + fields.get("client_id")
              + " has one that is good for "
              + Duration.ofNanos(left).toSeconds()
              + " s");
    }
    Deque<Long> times = asked.computeIfAbsent(asker + user, name -> new ArrayDeque<>());
    long now = System.nanoTime();
    times.addLast(now);
    times.removeIf(time -> now - time > withinNanos);
    loops += times.size() > most ? 1 : 0;
    return times.size() > most;
  }

  /** A token went out whole. */
  synchronized void issued(String asker, String user, JsonNode answer) {
    if (asker == null || !answer.hasNonNull("access_token")) {
      return;
    }
    String token = answer.path("access_token").asText();
    good.put(
        asker + user,
        new Issued(
            asker + user,
            token,
            System.nanoTime() + Duration.ofSeconds(answer.path("expires_in").asLong()).toNanos()));
    askers.put(token, asker + user);
  }

  /**
   * A token was answered 401.
   *
   * @param expected whether it isn't good any more, so that another one is needed
   */
  synchronized void refused(String token, String mailbox, boolean expected) {
    String asker = askers.get(token);
    if (asker == null) {
      return;
    }
    String before = expected ? null : refusedBy.put(asker + mailbox, token);
    boolean last = good.containsKey(asker) && good.get(asker).token().equals(token);
    if (last && (before == null || before.equals(token))) {
      good.remove(asker);
    }
  }

  /** A mailbox took a token. */
  synchronized void taken(String token, String mailbox) {
    refusedBy.remove(askers.get(token) + mailbox);
  }

  /** How many requests came in a loop. */
  synchronized int loops() {
    return loops;
  }

  /** Clients begin anew and have no token. */
  synchronized void clientsRestart() {
    good.clear();
    refusedBy.clear();
  }

  synchronized void clear() {
    clientsRestart();
    askers.clear();
    asked.clear();
    most = Integer.MAX_VALUE;
    loops = 0;
  }
}
