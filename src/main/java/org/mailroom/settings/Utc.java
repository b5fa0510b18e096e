package org.mailroom.settings;

import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import org.jspecify.annotations.Nullable;
import org.springframework.lang.Contract;

/**
 * Moments as columns of type {@code timestamp with time zone} take them, in H2 and in PostgreSQL.
 */
public final class Utc {

  private Utc() {}

  /** Null stays null. */
  @Contract("!null -> !null")
  public static @Nullable OffsetDateTime of(@Nullable Instant moment) {
    return moment == null ? null : OffsetDateTime.ofInstant(moment, ZoneOffset.UTC);
  }
}
