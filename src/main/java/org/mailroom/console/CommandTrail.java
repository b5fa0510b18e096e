package org.mailroom.console;

import java.time.Clock;
import org.springframework.jdbc.core.namedparam.NamedParameterJdbcTemplate;
import org.springframework.stereotype.Component;

/** The trail for what is done on the command line: who is the user of the operating system. */
@Component
public final class CommandTrail {

  private final Trail trail;

  CommandTrail(NamedParameterJdbcTemplate jdbc, Clock clock) {
    this.trail = new Trail(jdbc, clock);
  }

  /**
   * Somebody erased messages.
   *
   * @param what which, in words: nothing of a mail, and no address
   * @param detail how many
   */
  public void erased(String what, String detail) {
    trail.record(who(), Trail.Action.ERASED, what, detail);
  }

  /** Somebody wrote messages out, to be handed over. */
  public void exported(String what, String detail) {
    trail.record(who(), Trail.Action.EXPORTED, what, detail);
  }

  private static String who() {
    return System.getProperty("user.name", "an unknown user") + " (command line)";
  }
}
