package org.mailroom.credential;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.mailroom.credential.CredentialStatus.State;
import org.mailroom.settings.CredentialProperties;
import org.mailroom.settings.Wait;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.stereotype.Component;

/**
 * Tells how the credentials stand, without asking Entra ID for anything: for console, health,
 * metrics, JMX and {@code check}.
 */
@Component
public final class CredentialStatuses {

  private static final Duration WARNED_AHEAD = Duration.ofDays(30);

  /** Secret and certificate are read anew so often: their files may be replaced. */
  private static final Duration PROOF_IS_REMEMBERED = Duration.ofMinutes(1);

  private static final Proofs.Standing NOTHING_READ = new Proofs.Standing(true, null, null);

  private record ReadProof(String revision, Wait untilRead, Proofs.Standing standing) {}

  private final Credentials credentials;
  private final TokenTable table;
  private final TokenCache tokens;
  private final Proofs proofs;
  private final ObjectProvider<CredentialUse> use;
  private final Clock clock;
  private final Map<String, ReadProof> read = new ConcurrentHashMap<>();

  CredentialStatuses(
      Credentials credentials,
      TokenTable table,
      TokenCache tokens,
      Proofs proofs,
      ObjectProvider<CredentialUse> use,
      Clock clock) {
    this.credentials = credentials;
    this.table = table;
    this.tokens = tokens;
    this.proofs = proofs;
    this.use = use;
    this.clock = clock;
  }

  /** All of them, in the order of their ids; one query, however many there are. */
  public List<CredentialStatus> all() {
    Map<String, TokenTable.Row> rows = table.all();
    return credentials.list().stream()
        .map(
            credential ->
                status(credential, rows.getOrDefault(credential.id(), TokenTable.Row.EMPTY)))
        .toList();
  }

  public Optional<CredentialStatus> find(String id) {
    return credentials.find(id).map(credential -> status(credential, table.find(id)));
  }

  private CredentialStatus status(Credential credential, TokenTable.Row row) {
    CredentialProperties settings = credential.settings();
    Proofs.Standing proof = settings.hasFileOrSecret() ? proof(credential) : NOTHING_READ;
    Instant secretExpires =
        settings.secretExpires() == null
            ? null
            : settings.secretExpires().atStartOfDay(ZoneOffset.UTC).toInstant();
    Instant certificateExpires = proof.expires();
    String down = down(credential, row, proof);
    String warning =
        proof.problem() != null
            ? proof.problem() + " The one before it is used until the new one can be."
            : warning(secretExpires, certificateExpires);
    State state =
        down != null
            ? State.DOWN
            : warning != null ? State.WARNING : isUnused(credential, row) ? State.UNUSED : State.UP;
    return new CredentialStatus(
        credential.id(),
        credential.home(),
        settings.description(),
        credential.isDelegated(),
        state,
        down != null ? down : warning,
        row.user(),
        row.issuedAt(),
        row.expiresAt(),
        row.refreshedAt(),
        row.refreshedAt() == null
            ? null
            : Duration.between(row.refreshedAt(), clock.instant()).toDays(),
        secretExpires,
        certificateExpires);
  }

  private @Nullable String down(Credential credential, TokenTable.Row row, Proofs.Standing proof) {
    if (credential.problem() != null) {
      return credential.problem();
    }
    if (!proof.usable()) {
      return proof.problem();
    }
    if (credential.isDelegated() && row.user() == null && isUsed(credential)) {
      return "nobody has signed in yet. Sign in: in the console, or by: login " + credential.id();
    }
    return tokens.lastRefusal(credential).map(Throwable::getMessage).orElse(null);
  }

  private @Nullable String warning(
      @Nullable Instant secretExpires, @Nullable Instant certificateExpires) {
    String secret =
        warning(
            "the client secret",
            secretExpires,
            "Create a new one in the app registration and enter its value.");
    return secret != null
        ? secret
        : warning(
            "the certificate",
            certificateExpires,
            "Make a new one, upload it to the app registration, and enter it here.");
  }

  private @Nullable String warning(String what, @Nullable Instant expires, String remedy) {
    Instant now = clock.instant();
    if (expires == null || expires.minus(WARNED_AHEAD).isAfter(now)) {
      return null;
    }
    String when = expires.isAfter(now) ? " expires on " : " has expired on ";
    return what + when + expires.atOffset(ZoneOffset.UTC).toLocalDate() + ". " + remedy;
  }

  private boolean isUnused(Credential credential, TokenTable.Row row) {
    return row.issuedAt() == null && !isUsed(credential);
  }

  private boolean isUsed(Credential credential) {
    return use.stream().anyMatch(user -> user.isUsed(credential.id()));
  }

  private Proofs.Standing proof(Credential credential) {
    Instant now = clock.instant();
    return read.compute(
            credential.id(),
            (id, known) ->
                known != null
                        && known.revision().equals(credential.revision())
                        && !known.untilRead().isOver(now)
                    ? known
                    : new ReadProof(
                        credential.revision(),
                        Wait.of(PROOF_IS_REMEMBERED, now),
                        proofs.standing(credential)))
        .standing();
  }
}
