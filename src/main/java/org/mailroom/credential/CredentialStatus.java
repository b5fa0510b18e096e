package org.mailroom.credential;

import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.mailroom.settings.Home;

/**
 * How a credential stands. Times are null where they aren't known or don't apply.
 *
 * @param state what follows from the rest
 * @param detail in one sentence, with what to do; null when all is well
 * @param user who signed in, for delegated permission; or null
 * @param lastToken when the last token was issued, on any node
 * @param tokenExpires when that token ends
 * @param refreshTokenUsed when the refresh token was last used
 * @param daysSinceRefresh whole days since then, or null
 * @param secretExpires the beginning of the day on which the client secret expires, UTC, where it
 *     was entered
 * @param certificateExpires when the certificate expires
 */
public record CredentialStatus(
    String id,
    Home home,
    String description,
    boolean delegated,
    State state,
    @Nullable String detail,
    @Nullable SignedInUser user,
    @Nullable Instant lastToken,
    @Nullable Instant tokenExpires,
    @Nullable Instant refreshTokenUsed,
    @Nullable Long daysSinceRefresh,
    @Nullable Instant secretExpires,
    @Nullable Instant certificateExpires) {

  /** From good to bad. */
  public enum State {
    /** Tokens can be had. */
    UP,
    /** Not used by an account, and never tried. */
    UNUSED,
    /** Tokens can be had, but not for long: something expires within 30 days. */
    WARNING,
    /** No token can be had. */
    DOWN
  }

  /** The first of what expires and has to be renewed by a person; null when nothing is known to. */
  public @Nullable Instant expires() {
    return secretExpires == null
        ? certificateExpires
        : certificateExpires == null || secretExpires.isBefore(certificateExpires)
            ? secretExpires
            : certificateExpires;
  }
}
