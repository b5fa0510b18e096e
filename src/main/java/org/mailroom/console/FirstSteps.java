package org.mailroom.console;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.mailroom.account.Accounts;
import org.mailroom.account.PollHistory;
import org.mailroom.credential.CredentialStatus;
import org.mailroom.credential.CredentialStatuses;
import org.mailroom.schedule.AccountSchedule;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.dao.DataAccessException;
import org.springframework.transaction.TransactionException;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.ControllerAdvice;
import org.springframework.web.bind.annotation.ModelAttribute;

/**
 * What an installation still needs until it imports for the first time, for the overview: a
 * credential, an account, an import.
 */
@ControllerAdvice(assignableTypes = OverviewPage.class)
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
final class FirstSteps {

  /**
   * How far it is.
   *
   * @param credential any, to lead to; null when there is none
   * @param works whether a token was had with one
   * @param account any, to lead to; null when there is none
   */
  record Steps(@Nullable String credential, boolean works, @Nullable String account) {

    /** The first step that isn't done: 1 to 3. */
    public int next() {
      return !works ? 1 : account == null ? 2 : 3;
    }
  }

  /** As long as days are kept. */
  private static final int DAYS = 400;

  private final CredentialStatuses credentials;
  private final Accounts accounts;
  private final AccountSchedule schedule;
  private final PollHistory history;

  /** Once it was reached, nobody has to look again. */
  private volatile boolean done;

  FirstSteps(
      CredentialStatuses credentials,
      Accounts accounts,
      AccountSchedule schedule,
      PollHistory history) {
    this.credentials = credentials;
    this.accounts = accounts;
    this.schedule = schedule;
    this.history = history;
  }

  @ModelAttribute
  void addTo(Model model) {
    open().ifPresent(steps -> model.addAttribute("firstSteps", steps));
  }

  /** Empty when an import came to its end, or nothing can be said for the database is down. */
  Optional<Steps> open() {
    if (done) {
      return Optional.empty();
    }
    try {
      List<String> all = accounts.all().stream().map(account -> account.id()).toList();
      if (all.stream().anyMatch(id -> schedule.lastSuccess(id).isPresent())
          || !history.importedByDayOfAll(DAYS).isEmpty()) {
        done = true;
        return Optional.empty();
      }
      List<CredentialStatus> known = credentials.all();
      Optional<CredentialStatus> working =
          known.stream()
              .filter(
                  status ->
                      status.lastToken() != null && status.state() != CredentialStatus.State.DOWN)
              .findFirst();
      String credential =
          working.or(() -> known.stream().findFirst()).map(CredentialStatus::id).orElse(null);
      return Optional.of(
          new Steps(credential, working.isPresent(), all.isEmpty() ? null : all.get(0)));
    } catch (DataAccessException | TransactionException databaseDown) {
      return Optional.empty();
    }
  }
}
