package org.mailroom.credential;

import java.util.Iterator;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.health.CompositeHealthContributor;
import org.springframework.boot.actuate.health.Health;
import org.springframework.boot.actuate.health.HealthContributor;
import org.springframework.boot.actuate.health.HealthIndicator;
import org.springframework.boot.actuate.health.NamedContributor;
import org.springframework.boot.actuate.health.Status;
import org.springframework.dao.DataAccessException;
import org.springframework.stereotype.Component;

/**
 * Health {@code credentials}, a component a credential: {@code WARNING} while something expires
 * within 30 days, {@code DOWN} while no token can be had, each with what to do.
 */
@Component("credentialsHealthContributor")
final class CredentialsHealth implements CompositeHealthContributor {

  private static final Status WARNING = new Status("WARNING");

  private final Credentials credentials;
  private final CredentialStatuses statuses;

  CredentialsHealth(Credentials credentials, CredentialStatuses statuses) {
    this.credentials = credentials;
    this.statuses = statuses;
  }

  @Override
  public @Nullable HealthContributor getContributor(String name) {
    return credentials.find(name).isPresent() ? indicator(name) : null;
  }

  @Override
  public Iterator<NamedContributor<HealthContributor>> iterator() {
    return credentials.list().stream()
        .map(
            credential ->
                NamedContributor.of(
                    credential.id(), (HealthContributor) indicator(credential.id())))
        .iterator();
  }

  private HealthIndicator indicator(String id) {
    return () -> {
      try {
        return statuses.find(id).map(CredentialsHealth::health).orElse(Health.unknown().build());
      } catch (DataAccessException e) {
        return Health.unknown()
            .withDetail(
                "detail",
                "Mailroom's database doesn't tell how it stands. Check that it runs and"
                    + " spring.datasource.*.")
            .build();
      }
    };
  }

  private static Health health(CredentialStatus status) {
    Health.Builder health =
        switch (status.state()) {
          case UP -> Health.up();
          case UNUSED -> Health.unknown().withDetail("use", "no account uses it yet");
          case WARNING -> Health.status(WARNING);
          case DOWN -> Health.down();
        };
    put(health, "detail", status.detail());
    put(health, "user", status.user() == null ? null : status.user().userPrincipalName());
    put(health, "lastToken", status.lastToken());
    put(health, "daysSinceRefresh", status.daysSinceRefresh());
    put(health, "secretExpires", status.secretExpires());
    put(health, "certificateExpires", status.certificateExpires());
    return health.build();
  }

  private static void put(Health.Builder health, String name, @Nullable Object value) {
    if (value != null) {
      health.withDetail(name, value);
    }
  }
}
