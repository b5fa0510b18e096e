package org.mailroom.demo;

import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Predicate;

/** What goes wrong on purpose: each fault hits the next calls that it is meant for, so often as it says. */
public final class DemoFaults {

  /** How a call fails. */
  public enum Kind {
    /** Another status than the call deserves. */
    STATUS,
    /** The connection is closed before the work is done. */
    RESET_BEFORE,
    /** The work is done and the connection closed before the answer. */
    RESET_AFTER,
    /** The answer breaks off in its middle. */
    CUT,
    /** The next link of a page leads to another host. */
    FOREIGN_NEXT_LINK,
    /** An empty page comes before the page that was asked for. */
    EMPTY_PAGE
  }

  /**
   * A fault.
   *
   * @param code Graph's error code; null for an answer of a gateway, in HTML
   */
  public record Fault(Kind kind, int status, String code, Map<String, String> headers) {}

  private static final class Rule {
    private final Predicate<String> call;
    private final Fault fault;
    private int left;

    private Rule(Predicate<String> call, Fault fault, int times) {
      this.call = call;
      this.fault = fault;
      this.left = times;
    }
  }

  private final List<Rule> rules = new ArrayList<>();
  private Random random;
  private double share;
  private int hits;

  /**
   * @param call says of method and path, such as {@code GET /users/a@b/messages}, whether the fault hits it; parts of a batch included
   */
  public synchronized void add(Predicate<String> call, Fault fault, int times) {
    rules.add(new Rule(call, fault, times));
  }

  public void status(Predicate<String> call, int status, String code, Map<String, String> headers, int times) {
    add(call, new Fault(Kind.STATUS, status, code, headers), times);
  }

  public void kind(Predicate<String> call, Kind kind, int times) {
    add(call, new Fault(kind, 0, null, Map.of()), times);
  }

  /**
   * Lets a share of Graph's answers fail, in every way that the service is known to fail for a time; the same seed and the same order of
   * calls give the same faults.
   *
   * @param share from 0 (none) to 1
   */
  public synchronized void random(long seed, double share) {
    this.random = new Random(seed);
    this.share = share;
  }

  /** How many calls were hit so far. */
  public synchronized int hits() {
    return hits;
  }

  synchronized Fault next(String call) {
    Fault fault = nextRule(call);
    if (fault == null && random != null && call.contains("/v1.0/") && random.nextDouble() < share) {
      fault = anyFault(false);
    } else if (fault == null && random != null && call.startsWith("PART ") && random.nextDouble() < share) {
      fault = anyFault(true);
    }
    hits += fault == null ? 0 : 1;
    return fault;
  }

  private Fault anyFault(boolean part) {
    return switch (random.nextInt(part ? 6 : 12)) {
      case 0 -> throttled("0.249");
      case 1 -> throttled("0,1");
      case 2 -> throttled(DateTimeFormatter.RFC_1123_DATE_TIME.format(ZonedDateTime.now(ZoneOffset.UTC).plusSeconds(1)));
      case 3 -> new Fault(Kind.STATUS, 429, "ApplicationThrottled", Map.of());
      case 4 -> new Fault(Kind.STATUS, 503, "serviceNotAvailable", Map.of("Retry-After", "0"));
      case 5 -> new Fault(Kind.STATUS, 500, "generalException", Map.of());
      case 6 -> new Fault(Kind.STATUS, 502, null, Map.of());
      case 7 -> new Fault(Kind.STATUS, 504, "UnknownError", Map.of());
      case 8 -> new Fault(Kind.RESET_BEFORE, 0, null, Map.of());
      case 9 -> new Fault(Kind.RESET_AFTER, 0, null, Map.of());
      case 10 -> new Fault(Kind.CUT, 0, null, Map.of());
      default -> throttled("1");
    };
  }

  private static Fault throttled(String retryAfter) {
    return new Fault(Kind.STATUS, 429, "TooManyRequests", Map.of("Retry-After", retryAfter));
  }

  private Fault nextRule(String call) {
    for (Iterator<Rule> each = rules.iterator(); each.hasNext();) {
      Rule rule = each.next();
      if (rule.call.test(call)) {
        rule.left--;
        if (rule.left <= 0) {
          each.remove();
        }
        return rule.fault;
      }
    }
    return null;
  }
}
