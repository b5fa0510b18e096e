package org.mailroom.account;

import java.util.Collection;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.mailroom.settings.MailroomProperties;
import org.mailroom.settings.MailroomProperties.AccountProperties;
import org.springframework.stereotype.Component;

/**
 * The accounts that are made of entries of {@code application.yaml} which name a group or a list of mailboxes: what was found so far. Safe for use by several
 * threads; asks neither database nor service.
 */
@Component
public final class DiscoveredAccounts {

  /**
   * A mailbox that was found.
   *
   * @param entry that found it
   * @param account the id of its account
   * @param mailbox its address
   */
  public record Found(String entry, String account, String mailbox) {}

  /** Makes an account of a mailbox that was found. */
  @FunctionalInterface
  interface Maker {
    Account make(Found found, @Nullable AccountProperties settings);
  }

  private final Map<String, AccountProperties> entries;
  private final Map<String, String> problems = new ConcurrentHashMap<>();
  private volatile Map<String, Found> found = Map.of();
  private volatile @Nullable Map<String, Account> made;

  DiscoveredAccounts(MailroomProperties properties) {
    Map<String, AccountProperties> all = new TreeMap<>(properties.accounts());
    all.values().removeIf(settings -> !settings.isDiscovered());
    this.entries = Collections.unmodifiableMap(all);
  }

  /** The entries, by their names. */
  public Map<String, AccountProperties> entries() {
    return entries;
  }

  /** What was found, by the account's id. */
  public Map<String, Found> found() {
    return found;
  }

  /** An entry finds these, and no others any more. */
  public synchronized void set(String entry, Collection<Found> mailboxes) {
    Map<String, Found> all = new TreeMap<>(found);
    all.values().removeIf(one -> one.entry().equals(entry));
    mailboxes.forEach(one -> all.putIfAbsent(one.account(), one));
    found = Collections.unmodifiableMap(all);
    made = null;
  }

  /** Why it isn't known who belongs to an entry now, in words; null: it is. What was found before stays. */
  public void problem(String entry, @Nullable String why) {
    if (why == null) {
      problems.remove(entry);
    } else {
      problems.put(entry, why);
    }
  }

  /** By the entry's name. */
  public Map<String, String> problems() {
    return Collections.unmodifiableMap(new TreeMap<>(problems));
  }

  /** Which entry found an account; empty when none did. */
  public Optional<String> entryOf(String account) {
    return Optional.ofNullable(found.get(account)).map(Found::entry);
  }

  /** The accounts, made once. */
  Map<String, Account> all(Maker maker) {
    Map<String, Account> known = made;
    if (known != null) {
      return known;
    }
    synchronized (this) {
      Map<String, Account> all = new TreeMap<>();
      found.forEach((id, one) -> all.put(id, maker.make(one, entries.get(one.entry()))));
      made = Collections.unmodifiableMap(all);
      return made;
    }
  }
}
