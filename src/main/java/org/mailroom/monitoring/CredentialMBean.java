package org.mailroom.monitoring;

import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.mailroom.account.Account;
import org.mailroom.account.Accounts;
import org.mailroom.credential.Credential;
import org.mailroom.credential.CredentialException;
import org.mailroom.credential.CredentialStatus;
import org.mailroom.credential.CredentialStatuses;
import org.mailroom.credential.Credentials;
import org.mailroom.credential.TokenCache;
import org.springframework.dao.DataAccessException;

/**
 * One credential over JMX. What is raised here is of the JDK: a JMX client has no other classes.
 */
final class CredentialMBean implements CredentialMXBean {

  private final String id;
  private final Credentials credentials;
  private final CredentialStatuses statuses;
  private final TokenCache tokens;
  private final Accounts accounts;

  CredentialMBean(
      String id,
      Credentials credentials,
      CredentialStatuses statuses,
      TokenCache tokens,
      Accounts accounts) {
    this.id = id;
    this.credentials = credentials;
    this.statuses = statuses;
    this.tokens = tokens;
    this.accounts = accounts;
  }

  private Credential credential() {
    return credentials
        .find(id)
        .orElseThrow(() -> new IllegalStateException("credential " + id + " was deleted"));
  }

  private CredentialStatus status() {
    try {
      return statuses
          .find(id)
          .orElseThrow(() -> new IllegalStateException("credential " + id + " was deleted"));
    } catch (DataAccessException databaseDown) {
      throw new IllegalStateException(
          "Mailroom's database doesn't tell how credential " + id + " stands. Check that it runs.");
    }
  }

  @Override
  public String getDescription() {
    return credential().settings().description();
  }

  @Override
  public String getGrantType() {
    return credential().settings().grantType().name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  @Override
  public String getTenantId() {
    return credential().settings().tenantId();
  }

  @Override
  public String getClientId() {
    return credential().settings().clientId();
  }

  @Override
  public String getState() {
    return status().state().name().toLowerCase(Locale.ROOT);
  }

  @Override
  public @Nullable String getReason() {
    return status().detail();
  }

  @Override
  public @Nullable String getLastError() {
    return tokens.lastRefusal(credential()).map(Throwable::getMessage).orElse(null);
  }

  @Override
  public @Nullable String getSignedInUser() {
    CredentialStatus status = status();
    return status.user() == null ? null : status.user().userPrincipalName();
  }

  @Override
  public @Nullable String getLastToken() {
    return text(status().lastToken());
  }

  @Override
  public @Nullable String getTokenExpires() {
    return text(status().tokenExpires());
  }

  @Override
  public @Nullable String getRefreshTokenUsed() {
    return text(status().refreshTokenUsed());
  }

  @Override
  public @Nullable String getSecretExpires() {
    return text(status().secretExpires());
  }

  @Override
  public @Nullable String getCertificateExpires() {
    return text(status().certificateExpires());
  }

  @Override
  public String[] getAccounts() {
    return accounts.all().stream()
        .filter(account -> account.credential().equals(id))
        .map(Account::id)
        .sorted()
        .toArray(String[]::new);
  }

  @Override
  public @Nullable String renewToken() {
    try {
      tokens.renew(id);
      return "Entra ID issued a new token.";
    } catch (CredentialException refused) {
      return refused.getMessage();
    }
  }

  private static @Nullable String text(@Nullable Instant time) {
    return time == null ? null : time.toString();
  }
}
