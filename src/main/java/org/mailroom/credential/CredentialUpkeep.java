package org.mailroom.credential;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.mailroom.settings.Daemons;
import org.mailroom.settings.LastingFailure;
import org.mailroom.settings.MailroomProperties;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Component;

/**
 * What goes on beside the imports: refresh tokens are used at least weekly, so that none lapses
 * (after 90 days) however seldom its accounts are polled; and the metric {@code
 * mailroom.credential.expires} (seconds until a secret or certificate expires) follows the
 * credentials.
 */
@Component
final class CredentialUpkeep {

  private static final Logger LOG = LoggerFactory.getLogger("mailroom.credential");
  private static final Duration REFRESHED_AT_LEAST = Duration.ofDays(6);

  private final Credentials credentials;
  private final CredentialStatuses statuses;
  private final TokenStore store;
  private final MailroomProperties properties;
  private final Clock clock;
  private final MultiGauge expires;
  private final LastingFailure notMeasured =
      new LastingFailure(LOG, "when credentials expire can't be measured");
  private @Nullable ScheduledExecutorService timer;

  CredentialUpkeep(
      Credentials credentials,
      CredentialStatuses statuses,
      TokenStore store,
      MailroomProperties properties,
      Clock clock,
      MeterRegistry meters) {
    this.credentials = credentials;
    this.statuses = statuses;
    this.store = store;
    this.properties = properties;
    this.clock = clock;
    this.expires =
        MultiGauge.builder("mailroom.credential.expires")
            .baseUnit("seconds")
            .description("Time until the client secret or certificate of a credential expires")
            .register(meters);
  }

  @EventListener(ApplicationReadyEvent.class)
  synchronized void start() {
    if (properties.polling()) {
      timer = Executors.newSingleThreadScheduledExecutor(Daemons.named("credential-upkeep"));
      Daemons.repeat(timer, this::measure, 0, 10, TimeUnit.SECONDS);
      Daemons.repeat(timer, this::useRefreshTokens, 0, 60, TimeUnit.MINUTES);
    }
  }

  @EventListener(ContextClosedEvent.class)
  synchronized void stop() {
    if (timer != null) {
      timer.shutdownNow();
    }
  }

  void measure() {
    try {
      List<MultiGauge.Row<?>> rows = new java.util.ArrayList<>();
      for (CredentialStatus status : statuses.all()) {
        if (status.expires() != null) {
          rows.add(
              MultiGauge.Row.of(
                  Tags.of("credential", status.id()),
                  () -> Duration.between(clock.instant(), status.expires()).toSeconds()));
        }
      }
      expires.register(rows, true);
      notMeasured.passed();
    } catch (RuntimeException e) {
      notMeasured.failed(e);
    }
  }

  /** Uses every refresh token that wasn't used for six days. */
  void useRefreshTokens() {
    for (Credential credential : credentials.list()) {
      try {
        if (credential.isDelegated()
            && credential.problem() == null
            && store.useRefreshToken(credential, REFRESHED_AT_LEAST)) {
          LOG.info(
              "credential {}: its refresh token was used, so that it doesn't lapse",
              credential.id());
        }
      } catch (CredentialException e) {
        LOG.error("{}", e.getMessage());
      } catch (RuntimeException e) {
        LOG.error(
            "credential {}: its refresh token can't be used: {}", credential.id(), e.getMessage());
      }
    }
  }
}
