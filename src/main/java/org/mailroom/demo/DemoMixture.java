package org.mailroom.demo;

import java.time.Duration;
import java.util.Random;
import java.util.Set;
import org.mailroom.demo.DemoFaults.Fault;
import org.mailroom.demo.DemoFaults.Kind;
import org.mailroom.demo.DemoFaults.Mixture;

/**
 * Faults at random by a seed. Only such as a client can tell: half of an original, or an empty
 * page, look right, and aren't among them. Used while holding the lock of {@link DemoFaults}.
 */
final class DemoMixture {

  static final DemoMixture NONE = new DemoMixture(0, 0, Set.of(), null);

  private static final Kind[] WRONG = {
    Kind.HTML,
    Kind.EMPTY,
    Kind.ERROR,
    Kind.BROKEN,
    Kind.ENDS,
    Kind.ABORTED,
    Kind.NULL_ITEM,
    Kind.TEXT_ITEM,
    Kind.NO_VALUE,
    Kind.HALF
  };
  private static final long DRIP = 200;

  private final Random random;
  private final double share;
  private final Mixture[] of;
  private final long end;

  DemoMixture(long seed, double share, Set<Mixture> of, Duration time) {
    this.random = new Random(seed);
    this.share = share;
    this.of = of.stream().sorted().toArray(Mixture[]::new);
    this.end = time == null ? Long.MAX_VALUE : System.nanoTime() + time.toNanos();
  }

  /** The fault of a call, or null. */
  Fault next(String call) {
    boolean part = call.startsWith("PART ");
    if (of.length == 0
        || (!part && !call.contains("/v1.0/"))
        || random.nextDouble() >= share
        || (end != Long.MAX_VALUE && System.nanoTime() - end > 0)) {
      return null;
    }
    return switch (of.length == 1 ? of[0] : of[random.nextInt(of.length)]) {
      case OUTAGES -> outage(part);
      case WRONG_ANSWERS -> part ? wrongPart() : wrong(call);
      case STALLS ->
          part ? null : random.nextInt(4) == 0 ? Fault.of(Kind.SILENT) : Fault.drip(DRIP);
    };
  }

  private Fault outage(boolean part) {
    return switch (random.nextInt(part ? 6 : 12)) {
      case 0 -> Fault.throttled("0.249");
      case 1 -> Fault.throttled("0,1");
      case 2 -> Fault.throttled("date:PT1S");
      case 3 -> Fault.status(429, "ApplicationThrottled");
      case 4 -> Fault.status(503, "serviceNotAvailable").retryAfter("0");
      case 5 -> Fault.status(500, "generalException");
      case 6 -> Fault.status(502, null);
      case 7 -> Fault.status(504, "UnknownError");
      case 8 -> Fault.of(Kind.RESET_BEFORE);
      case 9 -> Fault.of(Kind.RESET_AFTER);
      case 10 -> Fault.of(Kind.CUT);
      default -> Fault.throttled("1");
    };
  }

  private Fault wrong(String call) {
    Kind kind = WRONG[random.nextInt(WRONG.length)];
    boolean original = call.endsWith("/$value") && !call.contains("/attachments/");
    return Fault.of(
        original && (kind == Kind.HALF || kind == Kind.BROKEN || kind == Kind.ENDS)
            ? Kind.ABORTED
            : kind);
  }

  private Fault wrongPart() {
    return switch (random.nextInt(3)) {
      case 0 -> Fault.of(Kind.ERROR);
      case 1 -> Fault.status(412, "ErrorIrresolvableConflict");
      default -> Fault.status(409, "ErrorIrresolvableConflict");
    };
  }
}
