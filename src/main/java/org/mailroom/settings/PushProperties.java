package org.mailroom.settings;

import jakarta.validation.constraints.AssertTrue;
import jakarta.validation.constraints.NotNull;
import java.time.Duration;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Whether Microsoft Graph tells Mailroom of new mail, so that it is imported at once. Polls go on
 * in any case.
 *
 * @param mode {@code auto}: where {@code mailroom.public-url} is an https address
 * @param lifetime of a subscription; it is renewed at half of it
 */
public record PushProperties(
    @DefaultValue("auto") @NotNull Mode mode, @DefaultValue("7d") @NotNull Duration lifetime) {

  /** Graph raises what is shorter to 45 minutes. */
  private static final Duration SHORTEST = Duration.ofMinutes(45);

  /** What Graph allows for mail. */
  private static final Duration LONGEST = Duration.ofDays(7);

  /** When it is used. */
  public enum Mode {
    /** Where {@code mailroom.public-url} is an https address. */
    AUTO,
    OFF
  }

  @AssertTrue(message = "lifetime must be between 45m and 7d (10,080 minutes)")
  boolean isLifetimeValid() {
    return lifetime == null
        || (lifetime.compareTo(SHORTEST) >= 0 && lifetime.compareTo(LONGEST) <= 0);
  }
}
