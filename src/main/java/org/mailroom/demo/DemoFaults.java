package org.mailroom.demo;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * What goes wrong on purpose, for calls: each fault hits the next calls that it is meant for, so
 * often as it says. What goes wrong because of one message is said at {@link DemoMessage#fails},
 * what goes wrong in a whole mailbox at {@link DemoMailbox#fails}.
 */
public final class DemoFaults {

  /** For a fault that never ends. */
  public static final int ALWAYS = Integer.MAX_VALUE;

  /** How a call fails. */
  public enum Kind {
    /** Another status than the call deserves. */
    STATUS,
    /** The connection is closed before the work is done. */
    RESET_BEFORE,
    /** The work is done and the connection closed before the answer. */
    RESET_AFTER,
    /** The answer breaks off in its middle: less comes than its length says. */
    CUT,
    /** The next link of a page leads to another host. */
    FOREIGN_NEXT_LINK,
    /** An empty page comes before the page that was asked for. */
    EMPTY_PAGE,
    /** 200 with the page of a proxy, in HTML. */
    HTML,
    /** 200 without a byte. */
    EMPTY,
    /** 200 with nothing but an error object. */
    ERROR,
    /** 200 whose JSON breaks off at an item, where an error object stands; its length is right. */
    BROKEN,
    /** 200 whose JSON just ends in an item; its length is right. */
    ENDS,
    /** 200 in chunks that end in an item, without their end. */
    ABORTED,
    /** A page with null in place of an item. */
    NULL_ITEM,
    /** A page with a text in place of an item. */
    TEXT_ITEM,
    /** An answer without its array {@code value}; a batch's without {@code responses}. */
    NO_VALUE,
    /** A page whose array is empty, and the last one. */
    NOTHING_LISTED,
    /** Half of the bytes, in chunks that end properly. */
    HALF,
    /** The right answer, so slowly as the fault says. */
    DRIP,
    /** The request is taken and never answered. */
    SILENT,
    /** The content type that is the fault's code. */
    CONTENT_TYPE
  }

  /** What the seeded shares of {@link #random(long, double, Set, Duration)} are made of. */
  public enum Mixture {
    /** 429, 500, 502, 503, 504, and connections that break. */
    OUTAGES,
    /** Answers of 200 that aren't, as far as a client can tell. */
    WRONG_ANSWERS,
    /** Answers that drip, and none at all. */
    STALLS
  }

  /**
   * A fault.
   *
   * @param code Graph's error code; null for an answer of a gateway, in HTML
   * @param headers a Retry-After of {@code date:PT2S} becomes an HTTP date two seconds later, in
   *     the service's time
   * @param bytesPerSecond of {@link Kind#DRIP}
   */
  public record Fault(
      Kind kind, int status, String code, Map<String, String> headers, long bytesPerSecond) {

    public static Fault status(int status, String code) {
      return new Fault(Kind.STATUS, status, code, Map.of(), 0);
    }

    public static Fault of(Kind kind) {
      return new Fault(kind, 0, null, Map.of(), 1);
    }

    public static Fault drip(long bytesPerSecond) {
      return new Fault(Kind.DRIP, 0, null, Map.of(), bytesPerSecond);
    }

    public static Fault contentType(String type) {
      return new Fault(Kind.CONTENT_TYPE, 0, type, Map.of(), 0);
    }

    /**
     * @param retryAfter null for none
     */
    public static Fault throttled(String retryAfter) {
      Fault fault = status(429, "TooManyRequests");
      return retryAfter == null ? fault : fault.retryAfter(retryAfter);
    }

    public Fault retryAfter(String value) {
      return new Fault(kind, status, code, Map.of("Retry-After", value), bytesPerSecond);
    }
  }

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
  private DemoMixture mixture = DemoMixture.NONE;
  private Fault largePage;
  private int largestPage = Integer.MAX_VALUE;
  private int hits;

  /**
   * @param call says of method and path, such as {@code GET /v1.0/users/a@b/messages}, whether the
   *     fault hits it; parts of a batch, which begin with {@code PART} and have no version,
   *     included
   */
  public synchronized void add(Predicate<String> call, Fault fault, int times) {
    rules.add(new Rule(call, fault, times));
  }

  public void status(
      Predicate<String> call, int status, String code, Map<String, String> headers, int times) {
    add(call, new Fault(Kind.STATUS, status, code, headers, 0), times);
  }

  public void kind(Predicate<String> call, Kind kind, int times) {
    add(call, Fault.of(kind), times);
  }

  /**
   * Pages of messages of that size and more fail from now on, in delta queries, too; smaller ones
   * are right.
   */
  public synchronized void largePages(int size, Fault fault) {
    largestPage = size;
    largePage = fault;
  }

  /**
   * Lets a share of Graph's answers fail, in every way that the service is known to fail for a
   * time; the same seed and the same order of calls give the same faults.
   *
   * @param share from 0 (none) to 1
   */
  public void random(long seed, double share) {
    random(seed, share, Set.of(Mixture.OUTAGES), null);
  }

  /**
   * As {@link #random(long, double)}, of what you choose.
   *
   * @param time after which all is well; null never
   */
  public synchronized void random(long seed, double share, Set<Mixture> of, Duration time) {
    mixture = new DemoMixture(seed, share, of, time);
  }

  /** Every fault of calls ends, and hits are counted from zero. */
  public synchronized void clear() {
    rules.clear();
    mixture = DemoMixture.NONE;
    largestPage = Integer.MAX_VALUE;
    hits = 0;
  }

  /** How many calls were hit so far. */
  public synchronized int hits() {
    return hits;
  }

  synchronized Fault next(String call) {
    Fault fault = nextRule(call);
    fault = fault == null ? mixture.next(call) : fault;
    hits += fault == null ? 0 : 1;
    return fault;
  }

  /** The fault of a page of that size, or null. */
  synchronized Fault ofPage(int size) {
    hits += size >= largestPage ? 1 : 0;
    return size >= largestPage ? largePage : null;
  }

  private Fault nextRule(String call) {
    for (Iterator<Rule> each = rules.iterator(); each.hasNext(); ) {
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
