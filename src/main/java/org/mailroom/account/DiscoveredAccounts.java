package org.mailroom.account;

import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.mailroom.settings.AccountProperties;
import org.mailroom.settings.MailroomProperties;
import org.springframework.stereotype.Component;

/**
 * The accounts that are made of entries which name a group or a list of mailboxes: what was found
 * so far. An entry stands in {@code application.yaml}, or, where it names a group, in the database.
 * Safe for use by several threads; asks neither database nor service.
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

  private final Map<String, AccountProperties> ofFile;
  private final Set<String> told = new HashSet<>();
  private final Map<String, String> problems = new ConcurrentHashMap<>();
  private volatile Map<String, AccountProperties> entries;
  private volatile Map<String, Found> found = Map.of();
  private long storedAt = Long.MIN_VALUE;
  private volatile @Nullable Map<String, Account> made;

  DiscoveredAccounts(MailroomProperties properties) {
    Map<String, AccountProperties> all = new TreeMap<>(properties.accounts());
    all.values().removeIf(settings -> !settings.isDiscovered());
    this.ofFile = Collections.unmodifiableMap(all);
    this.entries = ofFile;
  }

  /**
   * The entries of the database are these now. What one found that isn't there any more, or that
   * names another group, is found no longer.
   *
   * @param revision of the settings that they were read from; an earlier one than before is ignored
   */
  synchronized void keep(Map<String, AccountProperties> stored, long revision) {
    if (revision < storedAt) {
      return;
    }
    storedAt = revision;
    Map<String, AccountProperties> all = new TreeMap<>(stored);
    all.putAll(ofFile);
    if (all.equals(entries)) {
      return;
    }
    Map<String, AccountProperties> before = entries;
    entries = Collections.unmodifiableMap(all);
    before.forEach(
        (entry, settings) -> {
          AccountProperties now = all.get(entry);
          if (now == null || !Objects.equals(now.membersOf(), settings.membersOf())) {
            told.remove(entry);
            problems.remove(entry);
            found = Collections.unmodifiableMap(without(entry));
          }
        });
    made = null;
  }

  private Map<String, Found> without(String entry) {
    Map<String, Found> others = new TreeMap<>(found);
    others.values().removeIf(one -> one.entry().equals(entry));
    return others;
  }

  /**
   * Whether it was said which mailboxes an entry has, since it is there and names what it names.
   */
  public synchronized boolean isTold(String entry) {
    return told.contains(entry);
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
    if (!entries.containsKey(entry)) {
      // it was deleted while it was asked about
      return;
    }
    told.add(entry);
    Map<String, Found> all = without(entry);
    mailboxes.forEach(one -> all.putIfAbsent(one.account(), one));
    found = Collections.unmodifiableMap(all);
    made = null;
  }

  /**
   * Why it isn't known who belongs to an entry now, in words; null: it is. What was found before
   * stays.
   */
  public synchronized void problem(String entry, @Nullable String why) {
    if (why == null || !entries.containsKey(entry)) {
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
