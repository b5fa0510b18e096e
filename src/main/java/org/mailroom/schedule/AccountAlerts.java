package org.mailroom.schedule;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.camel.Body;
import org.mailroom.account.Account;
import org.mailroom.account.Accounts;
import org.mailroom.account.ImportResult;
import org.mailroom.graph.GraphException;
import org.mailroom.credential.CredentialException;
import org.springframework.stereotype.Component;

/**
 * Tells the site once when an account begins to need attention, and once when it works again. Trouble of the service that goes on by itself
 * needs attention only when it lasts. Importers call it at the end of each import.
 */
@Component("accountAlerts")
public final class AccountAlerts {

  private static final Duration LASTS = Duration.ofMinutes(5);

  /**
   * @param told what the site was told of it; null: nothing yet
   */
  private record Trouble(Instant since, Map<String, Object> told) {}

  private final Accounts accounts;
  private final Clock clock;
  private final Map<String, Trouble> troubles = new HashMap<>();

  AccountAlerts(Accounts accounts, Clock clock) {
    this.accounts = accounts;
    this.clock = clock;
  }

  /**
   * What is to be told at the end of an import, mostly nothing: the bodies of the hook routes {@code account-failed} and
   * {@code account-recovered}, with {@code event} (which of the two), {@code account}, {@code mailbox}, {@code cause}, {@code remedy},
   * {@code code} (Graph's, where the service was the cause) and {@code since}.
   */
  public synchronized List<Map<String, Object>> due(@Body ImportResult result) {
    if (result == null || result.goesOnAt() != null) {
      return List.of();
    }
    Instant now = clock.instant();
    if (result.failure() == null) {
      Trouble before = result.isThrough() ? troubles.remove(result.account()) : null;
      return before == null || before.told() == null ? List.of() : List.of(recovered(before.told()));
    }
    Trouble trouble = troubles.getOrDefault(result.account(), new Trouble(now, null));
    boolean tells = trouble.told() == null && (!goesOnByItself(result.failure()) || trouble.since().plus(LASTS).isBefore(now));
    Map<String, Object> alert = tells ? failed(result, trouble.since()) : null;
    troubles.put(result.account(), new Trouble(trouble.since(), tells ? alert : trouble.told()));
    return tells ? List.of(alert) : List.of();
  }

  /** The service has trouble or asks for patience: nobody at the site can mend that. */
  static boolean goesOnByItself(Exception failure) {
    return failure instanceof GraphException graph ? graph.isTransient() && graph.status() != 0
        : failure instanceof CredentialException credential && credential.isTransient() && !credential.isUnreachable();
  }

  private static Map<String, Object> recovered(Map<String, Object> told) {
    Map<String, Object> alert = new LinkedHashMap<>(told);
    alert.put("event", "recovered");
    return alert;
  }

  private Map<String, Object> failed(ImportResult result, Instant since) {
    Map<String, Object> alert = new LinkedHashMap<>();
    alert.put("event", "failed");
    alert.put("account", result.account());
    alert.put("mailbox", accounts.find(result.account()).map(Account::mailbox).orElse(null));
    boolean ofGraph = result.failure() instanceof GraphException;
    alert.put("cause", ofGraph ? ((GraphException) result.failure()).cause() : result.failure().getMessage());
    alert.put("remedy", ofGraph ? ((GraphException) result.failure()).remedy() : null);
    alert.put("code", ofGraph ? ((GraphException) result.failure()).code() : null);
    alert.put("since", since.toString());
    return alert;
  }
}
