package org.mailroom.check;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.mailroom.account.Account;
import org.mailroom.credential.CredentialException;
import org.mailroom.graph.GraphException;
import org.springframework.stereotype.Component;

/**
 * Whether mailboxes can be opened, asked with one request each, as after a sign-in. Nothing is
 * changed. At most {@link #MOST} mailboxes are asked, and what hasn't answered in time isn't told
 * of: the import will. Safe for use by several threads.
 */
@Component
public final class MailboxProbe {

  private static final int MOST = 25;
  private static final Duration PATIENCE = Duration.ofSeconds(15);

  /**
   * A mailbox that can't be opened.
   *
   * @param account the first one that imports it
   * @param why begins as a clause does, and ends as a sentence; what to do is for whoever signed in
   */
  public record Closed(String account, String mailbox, @Nullable String why) {}

  private final GraphQuestions graph;
  private final ExecutorService threads;

  MailboxProbe(GraphQuestions graph, ExecutorService importThreads) {
    this.graph = graph;
    this.threads = importThreads;
  }

  /**
   * Those of the accounts' mailboxes that the service refuses to open; takes as long as an answer,
   * {@link #PATIENCE} at the most.
   */
  public List<Closed> closed(Collection<Account> accounts) {
    Map<String, Account> byMailbox = new LinkedHashMap<>();
    accounts.forEach(
        account -> byMailbox.putIfAbsent(account.mailbox().toLowerCase(Locale.ROOT), account));
    List<CompletableFuture<Closed>> asked =
        byMailbox.values().stream()
            .limit(MOST)
            .map(account -> CompletableFuture.supplyAsync(() -> ask(account), threads))
            .toList();
    long until = System.nanoTime() + PATIENCE.toNanos();
    List<Closed> closed = new ArrayList<>();
    for (CompletableFuture<Closed> each : asked) {
      try {
        Closed found = each.get(Math.max(0, until - System.nanoTime()), TimeUnit.NANOSECONDS);
        if (found != null) {
          closed.add(found);
        }
      } catch (TimeoutException | ExecutionException notKnown) {
        // neither opened nor refused
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return closed;
      }
    }
    return closed;
  }

  private @Nullable Closed ask(Account account) {
    try {
      graph.unreadInInbox(account);
      return null;
    } catch (GraphException refused) {
      // without what was asked: the mailbox is named anyway
      return refused.isTransient()
          ? null
          : new Closed(account.id(), account.mailbox(), refused.cause().replaceFirst("^.*?: ", ""));
    } catch (CredentialException noToken) {
      return noToken.isTransient()
          ? null
          : new Closed(account.id(), account.mailbox(), noToken.getMessage());
    }
  }
}
