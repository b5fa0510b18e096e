package org.mailroom.console;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.mailroom.monitoring.AccountStatus;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.stereotype.Component;

/** What is told of each account, with the name of whoever paused it instead of "somebody". */
@Component
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
final class PauseReasons {

  private static final String SOMEBODY = "Somebody paused it";

  private final Trail trail;

  PauseReasons(Trail trail) {
    this.trail = trail;
  }

  /** By account; without those of which there is nothing to tell. */
  Map<String, String> reasons(Collection<AccountStatus> accounts) {
    List<String> paused =
        accounts.stream()
            .filter(account -> account.state() == AccountStatus.State.PAUSED)
            .map(AccountStatus::account)
            .toList();
    Map<String, String> who = trail.whoPaused(paused);
    Map<String, String> reasons = new HashMap<>();
    for (AccountStatus account : accounts) {
      if (account.reason() != null) {
        String name = who.get(account.account());
        reasons.put(
            account.account(),
            name != null && account.reason().startsWith(SOMEBODY)
                ? "It was paused by " + name + account.reason().substring(SOMEBODY.length())
                : account.reason());
      }
    }
    return reasons;
  }
}
