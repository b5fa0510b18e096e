package org.mailroom.schedule;

import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.camel.Body;
import org.jspecify.annotations.Nullable;
import org.mailroom.account.Account;
import org.mailroom.account.Accounts;
import org.mailroom.account.FailureInWords;
import org.mailroom.account.ImportResult;
import org.springframework.stereotype.Component;

/**
 * Tells the site once when an account begins to need attention, and once when it works again,
 * whichever nodes import it. Trouble of the service that goes on by itself needs attention only
 * when it lasts. Importers call it at the end of each import.
 */
@Component("accountAlerts")
public final class AccountAlerts {

  private static final Duration LASTS = Duration.ofMinutes(5);

  private final Accounts accounts;
  private final Map<String, Map<String, Object>> due = new ConcurrentHashMap<>();

  AccountAlerts(Accounts accounts) {
    this.accounts = accounts;
  }

  /**
   * What is to be told at the end of an import, mostly nothing: the bodies of the hook routes
   * {@code account-failed} and {@code account-recovered}, with {@code event} (which of the two),
   * {@code account}, {@code mailbox}, {@code cause}, {@code remedy}, {@code code} (Graph's, where
   * the service was the cause) and {@code since}.
   */
  public List<Map<String, Object>> due(@Body @Nullable ImportResult result) {
    Map<String, Object> alert = result == null ? null : due.remove(result.account());
    return alert == null ? List.of() : List.of(alert);
  }

  /**
   * An import has ended.
   *
   * @param before the trouble that its account was in, as all nodes know it; null: none
   * @return the trouble that it is in now; null: none
   */
  @Nullable Trouble ended(@Nullable Trouble before, ImportResult result, Instant now) {
    due.remove(result.account());
    if (result.goesOnAt() != null || (result.failure() == null && !result.isThrough())) {
      return before;
    }
    Exception failure = result.failure();
    if (failure == null) {
      if (before != null && before.told() != null) {
        due.put(result.account(), recovered(before.told()));
      }
      return null;
    }
    Trouble trouble = before == null ? new Trouble(now, null) : before;
    boolean tells =
        trouble.told() == null
            && (!FailureInWords.of(failure).passing() || trouble.since().plus(LASTS).isBefore(now));
    if (!tells) {
      return trouble;
    }
    Map<String, Object> alert = failed(result.account(), failure, trouble.since());
    due.put(result.account(), alert);
    return new Trouble(trouble.since(), alert);
  }

  private static Map<String, Object> recovered(Map<String, Object> told) {
    Map<String, Object> alert = new LinkedHashMap<>(told);
    alert.put("event", "recovered");
    return alert;
  }

  private Map<String, Object> failed(String account, Exception failure, Instant since) {
    Map<String, Object> alert = new LinkedHashMap<>();
    alert.put("event", "failed");
    alert.put("account", account);
    alert.put("mailbox", accounts.find(account).map(Account::mailbox).orElse(null));
    FailureInWords words = FailureInWords.of(failure);
    alert.put("cause", words.cause());
    alert.put("remedy", words.remedy());
    alert.put("code", words.code());
    alert.put("since", since.toString());
    return alert;
  }
}
