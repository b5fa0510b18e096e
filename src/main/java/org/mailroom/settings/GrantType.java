package org.mailroom.settings;

/** OAuth 2.0 grants. */
public enum GrantType {
  CLIENT_CREDENTIALS,
  AUTHORIZATION_CODE,
  MANAGED_IDENTITY
}
