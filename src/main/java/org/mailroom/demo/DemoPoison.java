package org.mailroom.demo;

import java.time.Duration;
import java.util.Random;
import org.mailroom.demo.DemoFaults.Fault;
import org.mailroom.demo.DemoFaults.Kind;

/**
 * Spoils messages at random by a seed, each in one of the ways that are known: some for good, some
 * for a few tries or a while. The same seed and the same order of messages spoil alike. For use by
 * one thread.
 */
public final class DemoPoison {

  /** What will become of a message. */
  public enum Fate {
    /** Nothing is wrong with it. */
    HEALTHY,
    /** It can be imported and marked, after some tries. */
    LATE,
    /** It can be imported; every change of it is refused. */
    UNMARKABLE,
    /** It can't ever be imported: its content, its attachments, or all that holds it, fails. */
    NEVER
  }

  private static final int[] STATUSES = {400, 403, 409, 500, 503, 504};
  private static final String[] CODES = {
    "ErrorInvalidRecipients",
    "ErrorAccessDenied",
    "ErrorIrresolvableConflict",
    "ErrorCorruptData",
    "serviceNotAvailable",
    "UnknownError"
  };

  private final Random random;
  private final double never;
  private final double unmarkable;
  private final double late;
  private final int tries;
  private final Duration scan;

  /**
   * @param never share of the messages, as the next two
   * @param tries of a late message that fail
   * @param scan how long a scan of a late message's attachments takes
   */
  public DemoPoison(
      long seed, double never, double unmarkable, double late, int tries, Duration scan) {
    this.random = new Random(seed);
    this.never = never;
    this.unmarkable = unmarkable;
    this.late = late;
    this.tries = tries;
    this.scan = scan;
  }

  /** Decides over a message, and spoils it if it must be. */
  public Fate spoil(DemoMessage message) {
    double drawn = random.nextDouble();
    int way = random.nextInt(6);
    boolean files = message.attachments().stream().anyMatch(DemoAttachment::hasContent);
    if (drawn < never) {
      forGood(message, way, files);
      return Fate.NEVER;
    }
    if (drawn < never + unmarkable) {
      message.fails(DemoSpot.CHANGE, change(way));
      return Fate.UNMARKABLE;
    }
    if (drawn < never + unmarkable + late) {
      forATime(message, way, files);
      return Fate.LATE;
    }
    return Fate.HEALTHY;
  }

  private void forGood(DemoMessage message, int way, boolean files) {
    if (files && way < 3) {
      message.fails(DemoSpot.CONTENT, content(random.nextInt(4)));
      return;
    }
    Fault alone = Fault.status(STATUSES[way], CODES[way]);
    message.fails(DemoSpot.MESSAGE, alone);
    message.fails(DemoSpot.PAGE, random.nextBoolean() ? alone : page(random.nextInt(5)));
    if (random.nextBoolean()) {
      message.fails(DemoSpot.IDS, alone);
    }
  }

  private void forATime(DemoMessage message, int way, boolean files) {
    if (!files || way == 5) {
      DemoSpot spot = random.nextBoolean() ? DemoSpot.CHANGE : DemoSpot.PAGE;
      message.fails(
          spot,
          random.nextBoolean()
              ? Fault.status(500, "ErrorInternalServerError")
              : Fault.of(Kind.ERROR),
          tries);
    } else if (way == 0) {
      message.scanning("ATP Scan In Progress", scan);
    } else if (way < 3) {
      message.fails(DemoSpot.ATTACHMENTS, Fault.of(way == 1 ? Kind.NO_VALUE : Kind.ERROR), tries);
    } else {
      message.fails(DemoSpot.CONTENT, content(random.nextInt(4)), tries);
    }
  }

  private static Fault change(int way) {
    return switch (way) {
      case 0 -> Fault.status(400, "ErrorInvalidMailboxItemId");
      case 1 -> Fault.status(403, "ErrorAccessDenied");
      case 2 -> Fault.status(412, "ErrorIrresolvableConflict");
      case 3 -> Fault.throttled("1");
      default -> Fault.status(500, "ErrorInternalServerError");
    };
  }

  private static Fault page(int way) {
    return Fault.of(
        switch (way) {
          case 0 -> Kind.BROKEN;
          case 1 -> Kind.ENDS;
          case 2 -> Kind.ABORTED;
          case 3 -> Kind.NULL_ITEM;
          default -> Kind.HTML;
        });
  }

  private static Fault content(int way) {
    return switch (way) {
      case 0 -> Fault.of(Kind.EMPTY);
      case 1 -> Fault.of(Kind.HALF);
      case 2 -> Fault.of(Kind.HTML);
      default -> Fault.status(500, "ErrorInternalServerError");
    };
  }
}
