package org.mailroom.monitoring;

import java.util.Set;
import java.util.stream.Collectors;
import org.mailroom.account.Accounts;
import org.mailroom.credential.Credential;
import org.mailroom.credential.CredentialStatuses;
import org.mailroom.credential.Credentials;
import org.mailroom.credential.TokenCache;
import org.springframework.stereotype.Component;

/** The credentials' MBeans. */
@Component
final class CredentialBeans {

  private final Credentials credentials;
  private final CredentialStatuses statuses;
  private final TokenCache tokens;
  private final Accounts accounts;

  CredentialBeans(
      Credentials credentials, CredentialStatuses statuses, TokenCache tokens, Accounts accounts) {
    this.credentials = credentials;
    this.statuses = statuses;
    this.tokens = tokens;
    this.accounts = accounts;
  }

  /** Follows credentials that come and go. */
  void offer(ManagementBeans beans) {
    Set<String> ids = credentials.list().stream().map(Credential::id).collect(Collectors.toSet());
    beans.offer(
        "Credential", ids, id -> new CredentialMBean(id, credentials, statuses, tokens, accounts));
  }
}
