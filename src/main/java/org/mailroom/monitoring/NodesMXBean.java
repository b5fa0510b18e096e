package org.mailroom.monitoring;

import java.util.Map;

/**
 * The nodes of this site as jconsole shows them: {@code org.mailroom:type=Nodes}. Times are ISO
 * 8601 in UTC.
 */
public interface NodesMXBean {

  /** The name of this node. */
  String getSelf();

  String getVersion();

  String getStarted();

  /** How many mailboxes this node has in hand now. */
  int getMailboxes();

  /** Each node and command that works on the database, with what it says of itself. */
  Map<String, String> getAll();

  /** Those that are missed, with what to do. */
  String[] getMissed();
}
