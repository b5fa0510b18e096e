package org.mailroom.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.Test;
import org.mailroom.Postgres;
import org.mailroom.graph.GraphException;
import org.mailroom.graph.GraphOperation;

/** Who is in a group, kept in PostgreSQL, with two nodes. */
class DiscoveryOnPostgresTest {

  @Test
  void who_joins_and_leaves_is_known_to_all_nodes_and_so_is_a_refusal() throws Exception {
    try (Postgres postgres = Postgres.start()) {
      DataSource database = postgres.getPostgresDatabase();
      Flyway.configure().dataSource(database).load().migrate();
      DiscoveryParts parts = new DiscoveryParts(database);
      parts.joins("ada", "ben");
      DiscoveryParts.Node one = parts.node();
      DiscoveryParts.Node other = parts.node();
      GroupEntries first = one.groups();
      GroupEntries second = other.groups();
      first.refresh(false);
      second.refresh(false);
      assertThat(parts.directory.asked).isEqualTo(1);
      assertThat(other.found()).hasSize(2);
      parts.directory.mailboxes.remove("id of ada");
      parts.joins("cleo");
      parts.clock.pass(Duration.ofMinutes(15));
      second.refresh(false);
      first.refresh(false);
      assertThat(one.found())
          .containsOnlyKeys("everyone-ben_contoso.com", "everyone-cleo_contoso.com")
          .isEqualTo(other.found());
      parts.directory.refusal =
          new GraphException(
              GraphOperation.LIST_MEMBERS,
              DiscoveryParts.GROUP,
              403,
              "Authorization_RequestDenied",
              null,
              null);
      parts.clock.pass(Duration.ofMinutes(15));
      second.refresh(false);
      first.refresh(false);
      assertThat(one.problem()).contains("GroupMember.Read.All").isEqualTo(other.problem());
      assertThat(one.found()).hasSize(2);
    }
  }
}
