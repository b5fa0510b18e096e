package org.mailroom.demo;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
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

  synchronized Fault next(String call) {
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
