package org.mailroom.settings;

import java.sql.SQLException;
import java.time.Duration;
import org.flywaydb.core.api.callback.BaseCallback;
import org.flywaydb.core.api.callback.Context;
import org.flywaydb.core.api.callback.Event;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * Gives the statements of a migration the time that a large table needs. For all others a database
 * that is silent for {@code socketTimeout} hangs; a migration that was cut off by that would be
 * again at each start.
 */
@Component
final class PatientMigrations extends BaseCallback {

  private static final Logger LOG = LoggerFactory.getLogger("mailroom");
  private static final Duration LONGEST = Duration.ofHours(6);

  @Override
  public boolean supports(Event event, Context context) {
    return event == Event.BEFORE_EACH_MIGRATE;
  }

  @Override
  public void handle(Event event, Context migration) {
    try {
      // the pool takes it back when the connection is given back
      migration.getConnection().setNetworkTimeout(Runnable::run, (int) LONGEST.toMillis());
    } catch (SQLException notSupported) {
      LOG.debug("a migration has no more time than other statements", notSupported);
    }
  }
}
