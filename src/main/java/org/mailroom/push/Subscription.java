package org.mailroom.push;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What is known of the subscription of a mailbox: a row of {@code push_subscription}.
 *
 * @param mailbox its key
 * @param credential which it was created with
 * @param resource what is subscribed to
 * @param notificationUrl where its notifications go
 * @param id Graph's; null when there is none
 * @param clientState hash of the secret that its notifications carry; null without an id
 * @param expiresAt by this machine's clock; null without an id
 * @param dueAt when it is renewed or tried again
 * @param refusal why there is none, in words; or null
 * @param refusals how often in a row it was refused
 * @param wantedAt when some node last had an account for it
 * @param changedAt when it last became what it is; null before that
 * @param takenUntil until when a node works on it; or null
 * @param version of the row
 */
record Subscription(
    String mailbox,
    String credential,
    String resource,
    String notificationUrl,
    @Nullable String id,
    @Nullable String clientState,
    @Nullable Instant expiresAt,
    Instant dueAt,
    @Nullable String refusal,
    int refusals,
    Instant wantedAt,
    @Nullable Instant changedAt,
    @Nullable Instant takenUntil,
    long version) {

  /** It isn't what its accounts, or the settings, ask for any more. */
  boolean differsFrom(WantedSubscription wanted, @Nullable String url) {
    return !credential.equals(wanted.credential())
        || !resource.equals(wanted.resource())
        || !notificationUrl.equals(url);
  }

  boolean isThere(Instant now) {
    return id != null && expiresAt != null && expiresAt.isAfter(now);
  }
}
