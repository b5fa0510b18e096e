package org.mailroom.monitoring;

/**
 * A credential as jconsole shows it: {@code org.mailroom:type=Credential,name=…}. Never a secret or a token. Times are ISO 8601 in UTC, null
 * where there is none.
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
  String getReason();

  /** Why no token could be had when one was last asked for; null when it could. */
  String getLastError();

  /** Who signed in; null without a sign-in. */
  String getSignedInUser();

  /** When the present token was issued, on any node. */
  String getLastToken();

  String getTokenExpires();

  /** When the refresh token was last used or issued. */
  String getRefreshTokenUsed();

  String getSecretExpires();

  String getCertificateExpires();

  /** The accounts that are imported with it. */
  String[] getAccounts();

  /** Asks Entra ID for a new token, whether there is one or not, and returns what came of it. */
  String renewToken();
}
