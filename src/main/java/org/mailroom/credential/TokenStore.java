package org.mailroom.credential;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;
import org.mailroom.settings.SettingsRevision;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.stereotype.Component;
import org.springframework.transaction.TransactionException;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * The tokens that all nodes of a database share. A node asks Entra ID for a token only while it
 * holds the lock of the credential's row, so that one asks and the others use what it got; a new
 * refresh token is committed before its access token is used.
 */
@Component
class TokenStore implements TokenEndpoint {

  private static final Logger LOG = LoggerFactory.getLogger("mailroom.credential");

  private static final Duration LIFE_WHEN_NOT_TOLD = Duration.ofMinutes(5);

  /**
   * Renewals of one node at the same time: each holds a database connection while Entra ID is
   * asked.
   */
  private static final int AT_A_TIME = 4;

  /**
   * A machine keeps tokens, too, and gives the same one until shortly before its end: it isn't
   * asked for another at each request then.
   */
  private static final Duration SAME_TOKEN_AGAIN = Duration.ofSeconds(30);

  private final EntraClient entra;
  private final ManagedIdentityClient machine;
  private final TokenTable table;
  private final Proofs proofs;
  private final SettingsRevision revision;
  private final TransactionTemplate transaction;
  private final ObjectMapper json;
  private final Clock clock;
  private final Semaphore places = new Semaphore(AT_A_TIME, true);

  TokenStore(
      EntraClient entra,
      ManagedIdentityClient machine,
      Proofs proofs,
      TokenTable table,
      SettingsRevision revision,
      TransactionTemplate transaction,
      ObjectMapper json,
      Clock clock) {
    this.entra = entra;
    this.machine = machine;
    this.proofs = proofs;
    this.table = table;
    this.revision = revision;
    this.transaction = transaction;
    this.json = json;
    this.clock = clock;
  }

  @Override
  public AccessToken token(
      Credential credential, @Nullable String refused, @Nullable String claims) {
    return locked(
        credential,
        claims,
        row -> {
          StoredTokens stored = read(credential, row);
          Optional<AccessToken> present = stored.accessToken(credential);
          return present.isPresent()
                  && present.get().isFresh(clock.instant())
                  && !present.get().value().equals(refused)
              ? present.get()
              : renew(credential, row, stored, claims);
        });
  }

  @Override
  public String proof(Credential credential) {
    return credential.settings().hasFileOrSecret() ? proofs.mark(credential) : "";
  }

  /**
   * Uses the refresh token of a delegated credential where it wasn't used for that long. Returns
   * whether it did.
   */
  boolean useRefreshToken(Credential credential, Duration unused) {
    Instant since = clock.instant().minus(unused);
    return locked(
        credential,
        null,
        row -> {
          if (row.user() == null || row.refreshedAt() == null || row.refreshedAt().isAfter(since)) {
            return false;
          }
          renew(credential, row, read(credential, row), null);
          return true;
        });
  }

  /** Stores what a sign-in brought, in the place of what was there. */
  void signedIn(Credential credential, EntraClient.Issued issued, SignedInUser user) {
    table.prepare(credential.id());
    revision.change(
        number -> {
          table.lock(credential.id());
          store(credential, issued, new TokenTable.Row(null, null, null, null, user, number));
        });
  }

  /** Forgets the tokens of a credential and who signed in. */
  void forget(String credential) {
    revision.change(
        number -> {
          table.lock(credential);
          table.store(credential, new TokenTable.Row(null, null, null, null, null, number));
        });
  }

  private interface Work<T> {
    T with(TokenTable.Row row);
  }

  private <T> T locked(Credential credential, @Nullable String claims, Work<T> work) {
    try {
      places.acquire();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw CredentialException.passing(
          credential.id(), "interrupted while it waited for its turn.", e);
    }
    try {
      table.prepare(credential.id());
      return transaction.execute(status -> work.with(table.lock(credential.id())));
    } catch (DataAccessException | TransactionException e) {
      LOG.debug("tokens of credential {} can't be stored: {}", credential.id(), e.getMessage());
      throw CredentialException.passing(
          credential.id(),
          "its tokens can't be read and stored in Mailroom's database ("
              + e.getClass().getSimpleName()
              + "). Check that it runs and spring.datasource.*; Mailroom tries again by itself.",
          e);
    } catch (CredentialException e) {
      if (credential.isDelegated() && !e.isTransient()) {
        demand(credential, e.claims().orElse(claims));
      }
      throw e;
    } finally {
      places.release();
    }
  }

  /** What the refused request should have fulfilled is asked of the person who signs in next. */
  private void demand(Credential credential, @Nullable String claims) {
    if (claims != null) {
      try {
        table.demand(credential.id(), claims);
      } catch (DataAccessException e) {
        LOG.debug("claims for credential {} can't be stored: {}", credential.id(), e.getMessage());
      }
    }
  }

  private AccessToken renew(
      Credential credential, TokenTable.Row row, StoredTokens stored, @Nullable String claims) {
    EntraClient.Issued issued;
    if (credential.isDelegated()) {
      String refreshToken =
          stored.refreshToken(credential, json).orElseThrow(() -> nobodySignedIn(credential, row));
      issued = entra.refresh(credential, stored, refreshToken, claims);
    } else if (credential.isManagedIdentity()) {
      issued = machine.token(credential, claims);
      AccessToken present = stored.accessToken(credential).orElse(null);
      if (present != null && present.value().equals(issued.result().accessToken())) {
        return present.renewedAgainAt(clock.instant().plus(SAME_TOKEN_AGAIN));
      }
    } else {
      issued = entra.clientCredentials(credential, claims);
    }
    return store(credential, issued, row);
  }

  private AccessToken store(
      Credential credential, EntraClient.Issued issued, TokenTable.Row before) {
    Instant now = clock.instant();
    Instant told = issued.result().expiresOnDate().toInstant();
    // an answer that doesn't say how long: the service's refusal ends it
    Instant expires = told.isAfter(now) ? told : now.plus(LIFE_WHEN_NOT_TOLD);
    StoredTokens tokens =
        new StoredTokens(
            issued.cache(),
            issued.publicClient(),
            StoredTokens.signInMark(credential),
            issued.result().accessToken(),
            now.getEpochSecond(),
            expires.getEpochSecond(),
            StoredTokens.tokenMark(credential));
    table.store(
        credential.id(),
        new TokenTable.Row(
            table.encrypt(credential.id(), tokens.text(json)),
            now,
            expires,
            credential.isDelegated() ? now : null,
            before.user(),
            before.revision()));
    return AccessToken.of(issued.result().accessToken(), now, expires);
  }

  private StoredTokens read(Credential credential, TokenTable.Row row) {
    if (row.tokens() == null) {
      return StoredTokens.NONE;
    }
    Optional<String> text = table.decrypt(credential.id(), row.tokens());
    if (text.isEmpty() && credential.isDelegated()) {
      throw new CredentialException(
          credential.id(),
          "its sign-in was encrypted under another mailroom.secret-key. Add that key to"
              + " mailroom.previous-secret-keys and restart, or sign in again: in the console, or"
              + " by: login "
              + credential.id());
    }
    return text.map(tokens -> StoredTokens.parse(tokens, json)).orElse(StoredTokens.NONE);
  }

  private static CredentialException nobodySignedIn(Credential credential, TokenTable.Row row) {
    return new CredentialException(
        credential.id(),
        (row.user() == null
                ? "nobody has signed in yet"
                : "the sign-in was for another application, tenant or grant than it names now")
            + ". Sign in: in the console, or by: login "
            + credential.id());
  }
}
