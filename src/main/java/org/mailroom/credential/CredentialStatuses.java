package org.mailroom.credential;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.mailroom.settings.MailroomProperties.CredentialProperties;
import org.mailroom.credential.CredentialStatus.State;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.stereotype.Component;

/** Tells how the credentials stand, without asking Entra ID for anything: for console, health, metrics, JMX and {@code check}. */
@Component
public final class CredentialStatuses {

  private static final Duration WARNED_AHEAD = Duration.ofDays(30);

  /** A certificate is read anew so often: its file may be replaced. */
  private static final Duration CERTIFICATE_IS_REMEMBERED = Duration.ofMinutes(1);

  private record ReadCertificate(String revision, Instant read, Instant expires, String problem) {}

  private final Credentials credentials;
  private final TokenTable table;
  private final TokenCache tokens;
  private final ObjectProvider<CredentialUse> use;
  private final Clock clock;
  private final Map<String, ReadCertificate> certificates = new ConcurrentHashMap<>();

  CredentialStatuses(Credentials credentials, TokenTable table, TokenCache tokens, ObjectProvider<CredentialUse> use, Clock clock) {
    this.credentials = credentials;
    this.table = table;
    this.tokens = tokens;
    this.use = use;
    this.clock = clock;
  }

  /** All of them, in the order of their ids. */
  public List<CredentialStatus> all() {
    return credentials.list().stream().map(this::status).toList();
  }

  public Optional<CredentialStatus> find(String id) {
    return credentials.find(id).map(this::status);
  }

  private CredentialStatus status(Credential credential) {
    CredentialProperties settings = credential.settings();
    TokenTable.Row row = table.find(credential.id());
    ReadCertificate certificate = settings.certificate() == null ? null : certificate(credential);
    Instant secretExpires = settings.secretExpires() == null ? null : settings.secretExpires().atStartOfDay(ZoneOffset.UTC).toInstant();
    Instant certificateExpires = certificate == null ? null : certificate.expires();
    String down = down(credential, row, certificate);
    String warning = warning(secretExpires, certificateExpires);
    State state = down != null ? State.DOWN : warning != null ? State.WARNING : isUnused(credential, row) ? State.UNUSED : State.UP;
    return new CredentialStatus(credential.id(), credential.home(), settings.description(), credential.isDelegated(), state, down != null ? down : warning,
        row.user(), row.issuedAt(), row.expiresAt(), row.refreshedAt(),
        row.refreshedAt() == null ? null : Duration.between(row.refreshedAt(), clock.instant()).toDays(), secretExpires, certificateExpires);
  }

  private String down(Credential credential, TokenTable.Row row, ReadCertificate certificate) {
    if (credential.problem() != null) {
      return credential.problem();
    }
    if (certificate != null && certificate.problem() != null) {
      return certificate.problem();
    }
    if (credential.isDelegated() && row.user() == null && isUsed(credential)) {
      return "nobody has signed in yet. Sign in: in the console, or by: login " + credential.id();
    }
    return tokens.lastRefusal(credential.id()).map(Throwable::getMessage).orElse(null);
  }

  private String warning(Instant secretExpires, Instant certificateExpires) {
    String secret = warning("the client secret", secretExpires, "Create a new one in the app registration and enter its value.");
    return secret != null ? secret : warning("the certificate", certificateExpires, "Make a new one, upload it to the app registration, and enter it here.");
  }

  private String warning(String what, Instant expires, String remedy) {
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

  private ReadCertificate certificate(Credential credential) {
    Instant now = clock.instant();
    return certificates.compute(credential.id(), (id, known) -> {
      if (known != null && known.revision().equals(credential.revision()) && now.isBefore(known.read().plus(CERTIFICATE_IS_REMEMBERED))) {
        return known;
      }
      try {
        return new ReadCertificate(credential.revision(), now, CertificateFile.expires(id, credential.settings().certificate()), null);
      } catch (CredentialException e) {
        return new ReadCertificate(credential.revision(), now, null, e.getMessage());
      }
    });
  }
}
