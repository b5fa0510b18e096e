package org.mailroom.check;

import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/**
 * Whether services can be reached: DNS and TLS of each, and whether this machine's clock is right
 * by theirs.
 */
@Component
final class ConnectionCheck {

  private static final Duration MOST_SKEW = Duration.ofMinutes(2);

  private final TlsProbe tls;
  private final Clock clock;

  ConnectionCheck(TlsProbe tls, Clock clock) {
    this.tls = tls;
    this.clock = clock;
  }

  /** Takes the steps {@code DNS} and {@code TLS} of each address, and {@code clock}. */
  void check(List<URI> urls, CheckWalk walk) {
    Instant[] date = new Instant[1];
    for (URI url : urls) {
      walk.step("DNS", url.getHost(), () -> tls.resolve(url));
      walk.step(
          "TLS",
          url.getAuthority(),
          () -> {
            TlsProbe.Seen seen = tls.shakeHands(url);
            date[0] = date[0] == null ? seen.date() : date[0];
            return "the certificate is trusted: " + seen.certificate();
          });
    }
    walk.step("clock", "the service's Date against this machine's", () -> skew(date[0]));
    // a clock that is wrong doesn't always keep a token away: what follows tells
    walk.goOnWithout("clock");
  }

  private String skew(@Nullable Instant date) throws CheckFailure {
    if (date == null) {
      return "the service didn't tell its time";
    }
    Duration skew = Duration.between(date, clock.instant());
    if (skew.abs().compareTo(MOST_SKEW) > 0) {
      throw new CheckFailure(
          "this machine's clock is "
              + skew.abs().toSeconds()
              + " s "
              + (skew.isNegative() ? "behind." : "ahead."),
          "Set it by NTP: certificates and tokens aren't accepted by a wrong clock.");
    }
    return "they differ by " + skew.abs().toSeconds() + " s";
  }
}
