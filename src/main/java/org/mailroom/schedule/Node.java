package org.mailroom.schedule;

import java.time.Instant;

/**
 * A process that works on the database.
 *
 * @param id new at each start
 * @param name as {@code mailroom.node} says
 * @param kind {@code runtime}, which polls, or {@code command}, which ends by itself
 * @param startedAt by the database's clock, as {@code seenAt}
 * @param seenAt its last sign of life
 * @param mailboxes how many it worked on then
 * @param missed it gave no sign of life for longer than {@code mailroom.takeover-after}, and didn't
 *     say that it stops
 * @param self it is this process
 */
public record Node(
    String id,
    String name,
    String version,
    String kind,
    Instant startedAt,
    Instant seenAt,
    int mailboxes,
    boolean missed,
    boolean self) {

  static final String RUNTIME = "runtime";
  static final String COMMAND = "command";

  /** It polls. */
  public boolean isRuntime() {
    return kind.equals(RUNTIME);
  }
}
