package org.mailroom.schedule;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.ConnectionCallback;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.namedparam.NamedParameterJdbcTemplate;
import org.springframework.stereotype.Component;

/** The table {@code mailbox_lease}. */
@Component
class LeaseTable {

  /**
   * A row.
   *
   * @param node null: nobody's
   * @param gate what whoever has it next has to know of its limits, as JSON; or null
   */
  record Row(String mailbox, @Nullable String node, long token, @Nullable String gate) {}

  /**
   * Who has a mailbox.
   *
   * @param name of the node; null where its row is gone, as {@code since}
   */
  record Holder(@Nullable String name, @Nullable Instant since) {

    /** In words. */
    String node() {
      return name == null ? "another node" : "node " + name;
    }
  }

  /** A mailbox as a node has it. */
  record Held(String mailbox, long token, @Nullable String gate) {}

  private final JdbcTemplate jdbc;
  private final NamedParameterJdbcTemplate named;
  private final NodeTable nodes;
  private volatile @Nullable String shared;

  LeaseTable(JdbcTemplate jdbc, NodeTable nodes) {
    this.jdbc = jdbc;
    this.named = new NamedParameterJdbcTemplate(jdbc);
    this.nodes = nodes;
  }

  /**
   * Those of these mailboxes that this node may take or has, locked until the transaction ends;
   * what another transaction has locked is passed over.
   */
  List<Row> lock(Collection<String> mailboxes, String self) {
    return named.query(
        "select mailbox, node, token, gate from mailbox_lease l where mailbox in (:mailboxes) and"
            + " (node is null or node = :self or not exists (select 1 from node n where n.id ="
            + " l.node and "
            + nodes.isAlive()
            + ")) for update skip locked",
        Map.of("mailboxes", mailboxes, "self", self),
        (row, number) ->
            new Row(row.getString(1), row.getString(2), row.getLong(3), row.getString(4)));
  }

  void take(Collection<Held> taken, String self) {
    if (!taken.isEmpty()) {
      jdbc.batchUpdate(
          "update mailbox_lease set node = ?, token = ?, taken_at = current_timestamp where mailbox"
              + " = ?",
          taken,
          taken.size(),
          (statement, lease) -> {
            statement.setString(1, self);
            statement.setLong(2, lease.token());
            statement.setString(3, lease.mailbox());
          });
    }
  }

  /** Gives them back; what another node has taken meanwhile stays that one's. */
  void release(Collection<Held> released, String self) {
    update(
        "update mailbox_lease set node = null, taken_at = null, gate = ? where mailbox = ? and node"
            + " = ? and token = ?",
        released,
        self);
  }

  /** Stores what is known of their limits. */
  void store(Collection<Held> gates, String self) {
    update(
        "update mailbox_lease set gate = ? where mailbox = ? and node = ? and token = ?",
        gates,
        self);
  }

  private void update(String sql, Collection<Held> leases, String self) {
    if (!leases.isEmpty()) {
      jdbc.batchUpdate(
          sql,
          leases,
          leases.size(),
          (statement, lease) -> {
            statement.setString(1, lease.gate());
            statement.setString(2, lease.mailbox());
            statement.setString(3, self);
            statement.setLong(4, lease.token());
          });
    }
  }

  /**
   * Whether a mailbox is still a node's as it took it; where the database has shared locks it stays
   * so until the transaction ends.
   */
  boolean isHeld(String mailbox, String node, long token) {
    return !jdbc.queryForList(
            "select 1 from mailbox_lease where mailbox = ? and node = ? and token = ?" + shared(),
            Integer.class,
            mailbox,
            node,
            token)
        .isEmpty();
  }

  private String shared() {
    String known = shared;
    if (known == null) {
      known =
          Boolean.TRUE.equals(jdbc.execute((ConnectionCallback<Boolean>) LeaseTable::isPostgres))
              ? " for share"
              : "";
      shared = known;
    }
    return known;
  }

  private static Boolean isPostgres(Connection connection) throws SQLException {
    return connection.getMetaData().getDatabaseProductName().equals("PostgreSQL");
  }

  /** Who has a mailbox; empty: nobody. */
  Optional<Holder> holder(String mailbox) {
    return jdbc
        .query(
            "select n.name, l.taken_at from mailbox_lease l left join node n on n.id = l.node where"
                + " mailbox = ? and node is not null",
            (row, number) -> new Holder(row.getString(1), row.getTimestamp(2).toInstant()),
            mailbox)
        .stream()
        .findFirst();
  }
}
