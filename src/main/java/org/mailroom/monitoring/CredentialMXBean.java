package org.mailroom.monitoring;

import org.jspecify.annotations.Nullable;

/**
 * A credential as jconsole shows it: {@code org.mailroom:type=Credential,name=…}. Never a secret or
 * a token. Times are ISO 8601 in UTC, null where there is none.
 */
public interface CredentialMXBean {

  String getDescription();

  /** As in {@code application.yaml}: client-credentials or authorization-code. */
  String getGrantType();

  String getTenantId();

  String getClientId();

  /** up, unused, warning (something expires soon) or down (no token can be had). */
  String getState();

  /** What is to be done, and why; null when all is well. */
  @Nullable String getReason();

  /** Why no token could be had when one was last asked for; null when it could. */
  @Nullable String getLastError();

  /** Who signed in; null without a sign-in. */
  @Nullable String getSignedInUser();

  /** When the present token was issued, on any node. */
  @Nullable String getLastToken();

  @Nullable String getTokenExpires();

  /** When the refresh token was last used or issued. */
  @Nullable String getRefreshTokenUsed();

  @Nullable String getSecretExpires();

  @Nullable String getCertificateExpires();

  /** The accounts that are imported with it. */
  String[] getAccounts();

  /** Asks Entra ID for a new token, whether there is one or not, and returns what came of it. */
  @Nullable String renewToken();
}
