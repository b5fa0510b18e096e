package org.mailroom.demo;

import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import org.mailroom.demo.DemoFaults.Fault;

/** What one message makes fail. Safe for use by several threads. */
final class DemoDefects {

  private record Defect(Fault fault, int left, long end) {}

  private final Map<DemoSpot, Defect> defects = new EnumMap<>(DemoSpot.class);

  /**
   * @param time after which it has healed; null for none
   */
  synchronized void add(DemoSpot spot, Fault fault, int times, Duration time) {
    defects.put(
        spot,
        new Defect(
            fault, times, time == null ? Long.MAX_VALUE : System.nanoTime() + time.toNanos()));
  }

  synchronized void clear() {
    defects.clear();
  }

  /** The fault that hits now, or null. */
  synchronized Fault next(DemoSpot spot) {
    Defect defect = defects.get(spot);
    if (defect == null
        || defect.left() <= 0
        || (defect.end() != Long.MAX_VALUE && System.nanoTime() - defect.end() > 0)) {
      return null;
    }
    defects.put(spot, new Defect(defect.fault(), defect.left() - 1, defect.end()));
    return defect.fault();
  }
}
