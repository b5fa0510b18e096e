package org.mailroom.schedule;

import org.mailroom.settings.MailroomProperties;

/** What a process is called among those that work on the same database. */
public final class NodeName {

  private static final int LONGEST = 100;

  private NodeName() {}

  /**
   * As {@code mailroom.node} says, else host and process; a tag of a metric may be called so. Asks
   * nobody.
   */
  public static String of(MailroomProperties properties) {
    if (properties.node() != null) {
      return properties.node();
    }
    String safe =
        (Machine.here().name() + "-" + ProcessHandle.current().pid())
            .replaceAll("[^A-Za-z0-9._:@-]", "-");
    return safe.length() > LONGEST ? safe.substring(safe.length() - LONGEST) : safe;
  }
}
