package org.mailroom.push;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.Test;
import org.mailroom.Postgres;
import org.springframework.jdbc.core.JdbcTemplate;

/** The life of a subscription in PostgreSQL, with two nodes. */
class PushOnPostgresTest {

  @Test
  void it_is_created_once_renewed_replaced_and_deleted() throws Exception {
    try (Postgres postgres = Postgres.start()) {
      DataSource database = postgres.getPostgresDatabase();
      Flyway.configure().dataSource(database).load().migrate();
      PushParts parts = new PushParts(new JdbcTemplate(database));
      PushParts.Node one = parts.node().knows("support", "support@contoso.com");
      PushParts.Node other = parts.node().knows("support", "support@contoso.com");
      one.round();
      other.round();
      assertThat(parts.service.created).hasSize(1);
      parts.clock.pass(Duration.ofHours(84));
      other.round();
      one.round();
      assertThat(parts.service.renewed).hasSize(1);
      one.events.add(parts.row("support@contoso.com").id(), LifecycleEvents.SUBSCRIPTION_REMOVED);
      one.round();
      assertThat(parts.service.created).hasSize(2);
      one.known.clear();
      other.known.clear();
      parts.clock.pass(Duration.ofMinutes(5));
      one.round();
      other.round();
      assertThat(parts.service.deleted).hasSize(1);
      assertThat(parts.table.all()).isEmpty();
      parts.threads.shutdownNow();
    }
  }
}
