package org.mailroom.push;

import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.Objects;
import org.mailroom.account.Account;
import org.springframework.stereotype.Component;

/** Whether Microsoft Graph tells of new mail of an account, in words. */
@Component
public final class PushStatus {

  /**
   * How it is with an account.
   *
   * @param on whether Graph tells of its mailbox
   * @param words a sentence: until when, or why not and what to do
   */
  public record Told(boolean on, String words) {}

  private final NotificationAddress address;
  private final SubscriptionTable table;
  private final Clock clock;

  PushStatus(NotificationAddress address, SubscriptionTable table, Clock clock) {
    this.address = address;
    this.table = table;
    this.clock = clock;
  }

  /** Whether this site asks Graph to tell it of new mail at all. */
  public boolean isAskedFor() {
    return address.url().isPresent();
  }

  /**
   * How it is with an account; one query.
   *
   * @throws org.springframework.dao.DataAccessException when the database is down
   */
  public Told of(Account account) {
    if (address.whyNot() != null) {
      return new Told(false, "Off, it is polled only: " + address.whyNot() + ".");
    }
    if (!WantedSubscriptions.isToldOf(account)) {
      return new Told(false, "Off: it is polled at times of its own.");
    }
    Subscription row = table.find(WantedSubscription.key(account.mailbox())).orElse(null);
    if (row != null && row.isThere(clock.instant())) {
      return new Told(
          true,
          "Microsoft Graph tells of new mail; subscribed until "
              + Objects.requireNonNull(row.expiresAt(), "the end of a subscription that is there")
                  .truncatedTo(ChronoUnit.SECONDS)
              + ", and renewed before.");
    }
    return new Told(
        false,
        row == null || row.refusal() == null
            ? "Not subscribed yet: the runtime does so within a minute of its start."
            : "It is polled only: " + row.refusal());
  }
}
