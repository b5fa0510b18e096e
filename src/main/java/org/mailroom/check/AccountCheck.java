package org.mailroom.check;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.mailroom.account.Account;
import org.mailroom.account.Accounts;
import org.mailroom.credential.Credential;
import org.mailroom.credential.CredentialException;
import org.mailroom.credential.Credentials;
import org.mailroom.credential.TokenCache;
import org.mailroom.graph.GraphException;
import org.mailroom.graph.MailboxGates;
import org.mailroom.push.PushStatus;
import org.mailroom.settings.MailroomProperties;
import org.mailroom.settings.RouteNotRunningException;
import org.springframework.dao.DataAccessException;
import org.springframework.stereotype.Component;

/**
 * Walks the way of an account from its configuration over Mailroom's own database, DNS, TLS, clock,
 * token, mailbox, folder and listing to its destinations, and tells of each step what was tried,
 * what came back and how to mend it. Nothing is marked, changed or left behind, so that it can run
 * at any time, beside imports.
 */
@Component("accountCheck")
public final class AccountCheck {

  private static final Duration MOST_SKEW = Duration.ofMinutes(2);
  private static final String EARLIER = "an earlier step failed";

  private final Accounts accounts;
  private final Credentials credentials;
  private final MailroomProperties properties;
  private final TlsProbe tls;
  private final TokenCache tokens;
  private final GraphQuestions graph;
  private final MailboxGates gates;
  private final DestinationCheck destinations;
  private final PushStatus push;
  private final DiscoveryCheck entries;
  private final ObjectMapper json;
  private final Clock clock;

  AccountCheck(
      Accounts accounts,
      Credentials credentials,
      MailroomProperties properties,
      TlsProbe tls,
      TokenCache tokens,
      GraphQuestions graph,
      MailboxGates gates,
      DestinationCheck destinations,
      PushStatus push,
      DiscoveryCheck entries,
      ObjectMapper json,
      Clock clock) {
    this.accounts = accounts;
    this.credentials = credentials;
    this.properties = properties;
    this.tls = tls;
    this.tokens = tokens;
    this.graph = graph;
    this.gates = gates;
    this.destinations = destinations;
    this.push = push;
    this.entries = entries;
    this.json = json;
    this.clock = clock;
  }

  /** Checks an account and returns all steps; takes seconds. */
  public List<CheckStep> check(String accountId) {
    List<CheckStep> steps = new ArrayList<>();
    check(accountId, steps::add);
    return steps;
  }

  /**
   * Checks an account.
   *
   * @param told gets each step when it is done
   */
  public void check(String accountId, Consumer<CheckStep> told) {
    Account account = accounts.find(accountId).orElse(null);
    if (account == null && entries.isEntry(accountId)) {
      entries.check(accountId, told);
      return;
    }
    if (account == null) {
      String problem = accounts.problems().get(accountId);
      told.accept(
          CheckStep.failed(
              "configuration",
              "account " + accountId,
              problem == null ? "there is no such account." : problem,
              null));
      return;
    }
    told.accept(
        CheckStep.ok(
            "configuration",
            "account " + accountId,
            account.folder()
                + " of "
                + account.mailbox()
                + " with credential "
                + account.credential()
                + " to "
                + String.join(", ", account.deliverTo())));
    Walk walk = new Walk(told);
    walk.step("database", destinations.databaseUrl(), destinations::queryDatabase);
    // the service can be asked all the same
    walk.goOnWithout("database");
    Instant[] date = new Instant[1];
    Credential credential = credentials.find(account.credential()).orElse(null);
    boolean machine = credential != null && credential.isManagedIdentity();
    URI login = credential == null ? properties.loginUrl() : credential.tokenUrl();
    for (URI url :
        machine
            ? List.of(properties.graphUrl())
            : login.getAuthority().equals(properties.graphUrl().getAuthority())
                ? List.of(login)
                : List.of(login, properties.graphUrl())) {
      walk.step("DNS", url.getHost(), () -> tls.resolve(url));
      walk.step(
          "TLS",
          url.getAuthority(),
          () -> {
            TlsProbe.Seen seen = tls.shakeHands(url);
            date[0] = date[0] == null ? seen.date() : date[0];
            return "the certificate is trusted: " + seen.certificate();
          });
    }
    walk.step("clock", "the service's Date against this machine's", () -> skew(date[0]));
    // a clock that is wrong doesn't always keep a token away: what follows tells
    walk.goOnWithout("clock");
    String[] authorization = new String[1];
    walk.step(
        "token",
        "credential "
            + account.credential()
            + (machine ? " of this machine" : " at " + login.getHost()),
        () -> {
          // what was refused before may have been mended since
          tokens.askAgain(account.credential());
          authorization[0] = tokens.authorization(account.credential());
          return machine ? "the machine's managed identity has a token" : "Entra ID issued a token";
        });
    permission(account, authorization[0], walk);
    walk.step(
        "mailbox",
        account.mailbox(),
        () -> {
          Instant closed = gates.closedUntil(account.mailbox()).orElse(null);
          if (closed != null) {
            throw new CheckFailure(
                "the service throttles it: nothing is sent to it before "
                    + closed.truncatedTo(java.time.temporal.ChronoUnit.SECONDS)
                    + ".",
                "Mailroom goes on by itself; poll less often if it lasts.");
          }
          return "it can be read; " + graph.unreadInInbox(account) + " unread in its inbox";
        });
    for (String name : account.folders()) {
      String[] folder = new String[1];
      walk.step(
          "folder",
          name,
          () -> {
            folder[0] = graph.folder(account, name);
            return "it is there";
          });
      walk.step(
          "listing",
          account.filter().isBlank() ? "all messages" : account.filter(),
          () -> graph.listing(account, folder[0]));
      // the others don't depend on it
      walk.goOnWithout("folder");
      walk.goOnWithout("listing");
    }
    push(account, told);
    // they don't depend on the service
    account
        .deliverTo()
        .forEach(name -> new Walk(told).step("destination", name, () -> destinations.check(name)));
  }

  /**
   * Whether Graph tells of new mail: what the runtime came to. Where it doesn't, polls do, so that
   * nothing is wrong.
   */
  private void push(Account account, Consumer<CheckStep> told) {
    if (!push.isAskedFor()) {
      return;
    }
    try {
      told.accept(CheckStep.ok("push", account.mailbox(), push.of(account).words()));
    } catch (DataAccessException databaseDown) {
      told.accept(CheckStep.skipped("push", account.mailbox(), "the database doesn't tell"));
    }
  }

  private String skew(Instant date) throws CheckFailure {
    if (date == null) {
      return "the service didn't tell its time";
    }
    Duration skew = Duration.between(date, clock.instant());
    if (skew.abs().compareTo(MOST_SKEW) > 0) {
      throw new CheckFailure(
          "this machine's clock is "
              + skew.abs().toSeconds()
              + " s "
              + (skew.isNegative() ? "behind." : "ahead."),
          "Set it by NTP: certificates and tokens aren't accepted by a wrong clock.");
    }
    return "they differ by " + skew.abs().toSeconds() + " s";
  }

  private void permission(Account account, String authorization, Walk walk) {
    boolean changes = account.changesMailbox();
    String needed = changes ? "Mail.ReadWrite" : "Mail.Read";
    var claims = authorization == null ? null : TokenClaims.of(authorization, json).orElse(null);
    if (authorization != null && claims == null) {
      walk.skip(
          "permission",
          needed + " in the token",
          "the token can't be read by its client; the mailbox tells");
      return;
    }
    if (claims != null && claims.isOfApplication() && !claims.allow(changes)) {
      // what RBAC for Applications in Exchange grants stands in no token
      walk.skip(
          "permission",
          needed + " in the token",
          claims.inWords()
              + ": where RBAC for Applications grants it, as mailroom setup has it, none is needed;"
              + " the mailbox tells");
      return;
    }
    walk.step(
        "permission",
        needed + " in the token",
        () -> {
          if (claims != null && !claims.allow(changes)) {
            throw new CheckFailure(
                claims.inWords() + ".",
                "Grant the application "
                    + needed
                    + " and admin consent in the app registration; then sign in again.");
          }
          return claims == null ? "" : claims.inWords();
        });
    walk.goOnWithout("permission");
  }

  private interface Attempt {
    String run() throws Exception;
  }

  /** Steps of which each needs the ones before it. */
  private static final class Walk {

    private final Consumer<CheckStep> told;
    private @Nullable String failed;

    Walk(Consumer<CheckStep> told) {
      this.told = told;
    }

    void skip(String name, String tried, @Nullable String why) {
      told.accept(CheckStep.skipped(name, tried, failed == null ? why : EARLIER + ": " + failed));
    }

    /** What follows can be tried although this step has failed. */
    void goOnWithout(String name) {
      failed = name.equals(failed) ? null : failed;
    }

    void step(String name, String tried, Attempt attempt) {
      if (failed != null) {
        skip(name, tried, null);
        return;
      }
      CheckStep step = run(name, tried, attempt);
      failed = step.isFailed() ? name : failed;
      told.accept(step);
    }

    private static CheckStep run(String name, String tried, Attempt attempt) {
      try {
        return CheckStep.ok(name, tried, attempt.run());
      } catch (CheckFailure e) {
        return CheckStep.failed(name, tried, e.getMessage(), e.remedy());
      } catch (CredentialException | GraphException | RouteNotRunningException e) {
        return CheckStep.failed(name, tried, e.getMessage(), null);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return CheckStep.failed(name, tried, "it was interrupted.", null);
      } catch (Exception e) {
        return CheckStep.failed(
            name,
            tried,
            e.getClass().getSimpleName() + ": " + e.getMessage() + ".",
            "Report this as a bug if it lasts.");
      }
    }
  }
}
