package org.mailroom.push;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.mailroom.account.Account;
import org.mailroom.account.Accounts;
import org.mailroom.listing.MailFolders;
import org.springframework.stereotype.Component;
import org.springframework.web.util.UriUtils;

/**
 * Which mailboxes are to be subscribed to, by the accounts as they are now: one subscription a
 * mailbox, however many accounts read it. Those that are polled at times of their own aren't: their
 * site wants them at these times. Asks neither database nor service.
 */
@Component
final class WantedSubscriptions {

  private final Accounts accounts;

  WantedSubscriptions(Accounts accounts) {
    this.accounts = accounts;
  }

  /** By the mailbox's key. */
  Map<String, WantedSubscription> all() {
    Map<String, List<Account>> byMailbox = new TreeMap<>();
    for (Account account : accounts.all()) {
      if (isToldOf(account)) {
        byMailbox
            .computeIfAbsent(
                WantedSubscription.key(account.mailbox()), mailbox -> new ArrayList<>())
            .add(account);
      }
    }
    Map<String, WantedSubscription> wanted = new TreeMap<>();
    byMailbox.forEach(
        (mailbox, readers) ->
            wanted.put(
                mailbox,
                new WantedSubscription(
                    readers.get(0).mailbox(), readers.get(0).credential(), resource(readers))));
    return wanted;
  }

  /** Whether an account is imported when something has arrived. */
  static boolean isToldOf(Account account) {
    return account.pollAt() == null;
  }

  /**
   * The one folder that all of them read, where the service knows it by name; else all of the
   * mailbox.
   */
  private static String resource(List<Account> readers) {
    String user = user(WantedSubscription.key(readers.get(0).mailbox()));
    Optional<String> folder = folder(readers.get(0));
    boolean same =
        folder.isPresent() && readers.stream().allMatch(account -> folder(account).equals(folder));
    return same ? user + "/mailFolders('" + folder.get() + "')/messages" : user + "/messages";
  }

  private static Optional<String> folder(Account account) {
    return account.folders().size() == 1 && !account.recursive()
        ? MailFolders.wellKnownName(account.folders().get(0))
        : Optional.empty();
  }

  private static String user(String mailbox) {
    String safe =
        UriUtils.encode(mailbox, StandardCharsets.UTF_8).replace("%40", "@").replace("%24", "$");
    return mailbox.startsWith("$") ? "users('" + safe.replace("%27", "''") + "')" : "users/" + safe;
  }
}
