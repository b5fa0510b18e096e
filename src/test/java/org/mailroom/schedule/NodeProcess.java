package org.mailroom.schedule;

import java.util.Map;
import java.util.TreeMap;
import org.mailroom.SettableClock;
import org.mailroom.settings.MailroomProperties;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.jdbc.core.JdbcTemplate;

/** Node of a database as each process has it, by a clock that the test drives; it gives a sign of life when the test says so. */
final class NodeProcess {

  final SettableClock clock = new SettableClock();
  final DatabaseTime time = new DatabaseTime(clock);
  final MailroomProperties properties;
  final NodeTable table;
  final Nodes nodes;

  /**
   * @param settings keys and values below {@code mailroom}, in turns
   */
  NodeProcess(JdbcTemplate jdbc, String... settings) {
    Map<String, String> all = new TreeMap<>();
    for (int i = 0; i < settings.length; i += 2) {
      all.put("mailroom." + settings[i], settings[i + 1]);
    }
    properties = new Binder(new MapConfigurationPropertySource(all)).bindOrCreate("mailroom", MailroomProperties.class);
    table = new NodeTable(jdbc, properties);
    nodes = new Nodes(table, time, properties, clock);
  }

  /** The database sees it for the last time so long ago. */
  static void wasSeenBefore(JdbcTemplate jdbc, String node, int seconds) {
    jdbc.update("update node set seen_at = current_timestamp - interval '" + seconds + "' second where id = ?", node);
  }
}
