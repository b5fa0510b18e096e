package org.mailroom.retention;

import org.jspecify.annotations.Nullable;
import org.mailroom.settings.MailroomProperties;
import org.springframework.boot.actuate.health.AbstractHealthIndicator;
import org.springframework.boot.actuate.health.Health;
import org.springframework.stereotype.Component;

/**
 * Health {@code retention}: {@code WARNING} while something can't be deleted that should be gone,
 * with what it is and what to do. Imports go on: it is no reason to call Mailroom down. Answers
 * without the database.
 */
@Component("retentionHealthIndicator")
final class RetentionHealth extends AbstractHealthIndicator {

  private final Retention retention;
  private final MailroomProperties properties;

  RetentionHealth(Retention retention, MailroomProperties properties) {
    this.retention = retention;
    this.properties = properties;
  }

  @Override
  protected void doHealthCheck(Health.Builder health) {
    Retention.Status status = retention.status();
    health.up();
    if (status.problem() != null) {
      health.status("WARNING").withDetail("reason", status.problem());
    }
    health
        .withDetail("database", kept(properties.retention().database()))
        .withDetail("files", kept(properties.retention().files()));
    if (status.last() != null) {
      health.withDetail("lastRun", status.last().toString());
    }
  }

  private static String kept(java.time.@Nullable Duration age) {
    return age == null ? "kept for ever" : "kept for " + age.toDays() + " days";
  }
}
