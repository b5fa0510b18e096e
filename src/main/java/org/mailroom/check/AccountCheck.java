package org.mailroom.check;

import java.net.URI;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.mailroom.account.Account;
import org.mailroom.account.Accounts;
import org.mailroom.credential.Credential;
import org.mailroom.credential.Credentials;
import org.mailroom.credential.TokenCache;
import org.mailroom.graph.MailboxGates;
import org.mailroom.push.PushStatus;
import org.mailroom.settings.MailroomProperties;
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

  private final Accounts accounts;
  private final Credentials credentials;
  private final MailroomProperties properties;
  private final ConnectionCheck connections;
  private final TokenCache tokens;
  private final PermissionCheck permission;
  private final GraphQuestions graph;
  private final MailboxGates gates;
  private final DestinationCheck destinations;
  private final PushStatus push;
  private final DiscoveryCheck entries;

  AccountCheck(
      Accounts accounts,
      Credentials credentials,
      MailroomProperties properties,
      ConnectionCheck connections,
      TokenCache tokens,
      PermissionCheck permission,
      GraphQuestions graph,
      MailboxGates gates,
      DestinationCheck destinations,
      PushStatus push,
      DiscoveryCheck entries) {
    this.accounts = accounts;
    this.credentials = credentials;
    this.properties = properties;
    this.connections = connections;
    this.tokens = tokens;
    this.permission = permission;
    this.graph = graph;
    this.gates = gates;
    this.destinations = destinations;
    this.push = push;
    this.entries = entries;
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
    CheckWalk walk = new CheckWalk(told);
    walk.step("database", destinations.databaseUrl(), destinations::queryDatabase);
    // the service can be asked all the same
    walk.goOnWithout("database");
    Credential credential = credentials.find(account.credential()).orElse(null);
    boolean machine = credential != null && credential.isManagedIdentity();
    URI login = credential == null ? properties.loginUrl() : credential.tokenUrl();
    connections.check(addresses(machine, login), walk);
    permission.check(account, authorization(account, machine, login, walk), walk);
    mailbox(account, walk);
    account.folders().forEach(name -> folder(account, name, walk));
    push(account, told);
    // they don't depend on the service
    account
        .deliverTo()
        .forEach(
            name -> new CheckWalk(told).step("destination", name, () -> destinations.check(name)));
  }

  /** The machine itself gives the tokens of a managed identity, and isn't reached by TLS. */
  private List<URI> addresses(boolean machine, URI login) {
    if (machine) {
      return List.of(properties.graphUrl());
    }
    return login.getAuthority().equals(properties.graphUrl().getAuthority())
        ? List.of(login)
        : List.of(login, properties.graphUrl());
  }

  /** The header with the token; null when there is none. */
  private @Nullable String authorization(
      Account account, boolean machine, URI login, CheckWalk walk) {
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
    return authorization[0];
  }

  private void mailbox(Account account, CheckWalk walk) {
    walk.step(
        "mailbox",
        account.mailbox(),
        () -> {
          Instant closed = gates.closedUntil(account.mailbox()).orElse(null);
          if (closed != null) {
            throw new CheckFailure(
                "the service throttles it: nothing is sent to it before "
                    + closed.truncatedTo(ChronoUnit.SECONDS)
                    + ".",
                "Mailroom goes on by itself; poll less often if it lasts.");
          }
          return "it can be read; " + graph.unreadInInbox(account) + " unread in its inbox";
        });
  }

  private void folder(Account account, String name, CheckWalk walk) {
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
}
