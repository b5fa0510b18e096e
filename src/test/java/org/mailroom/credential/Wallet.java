package org.mailroom.credential;

import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.camel.Processor;
import org.mailroom.settings.CredentialProperties;
import org.mailroom.settings.GrantType;
import org.mailroom.settings.Home;

/** Tokens {@code token-1}, {@code token-2} and so on, for tests of who uses them. */
public final class Wallet {

  private final AtomicInteger issued = new AtomicInteger();

  private final TokenCache tokens =
      new TokenCache(
          (credential, refused, claims) ->
              AccessToken.of(
                  "token-" + issued.incrementAndGet(),
                  Instant.now(),
                  Instant.now().plus(Duration.ofHours(1))),
          id -> credential(id),
          Clock.systemUTC());

  private static Credential credential(String id) {
    CredentialProperties settings =
        new CredentialProperties(
            null,
            GrantType.CLIENT_CREDENTIALS,
            "tenant",
            "client",
            "secret",
            null,
            null,
            null,
            null,
            null,
            null);
    return new Credential(
        id,
        Home.DATABASE,
        settings,
        "scope",
        URI.create("https://a"),
        URI.create("https://b"),
        "1",
        null);
  }

  /** What there is instead of a token when there is none. */
  public static CredentialException refusal() {
    return new CredentialException("contoso", "temporarily_unavailable", null, null);
  }

  public TokenCache tokens() {
    return tokens;
  }

  public Processor processor() {
    return new CredentialProcessor(tokens);
  }
}
