package org.mailroom.demo;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiConsumer;
import java.util.stream.Stream;

/**
 * A mailbox of the demo tenant: folders and messages in memory. Safe for use by several threads.
 */
public final class DemoMailbox {

  /**
   * A change of a folder.
   *
   * @param removed the message isn't in the folder any more
   */
  record Change(long number, String folderId, DemoMessage message, boolean removed) {}

  private final BiConsumer<DemoMailbox, DemoMessage> arrivals;
  private final String address;
  private final DemoIds ids;
  private final DemoFolders folders;
  private final Map<String, DemoMessage> messages = new LinkedHashMap<>();
  private final Map<String, DemoMessage> byRegularId = new HashMap<>();
  private final TreeMap<Instant, Set<DemoMessage>> byTime = new TreeMap<>();
  private final List<Change> removals = new ArrayList<>();
  private final List<DemoMessage> purged = new ArrayList<>();
  private final List<DemoReply> replies = new CopyOnWriteArrayList<>();
  private volatile DemoFaults.Fault fault;
  private long changes;
  private Instant clock = Instant.parse("2026-01-05T08:00:00Z");

  /**
   * @param arrivals is told what comes into a folder, new or moved
   */
  DemoMailbox(String address, long seed, BiConsumer<DemoMailbox, DemoMessage> arrivals) {
    this.arrivals = arrivals;
    this.address = address;
    this.ids = new DemoIds(seed);
    this.folders = new DemoFolders(ids);
  }

  public String address() {
    return address;
  }

  /**
   * Every request for the mailbox is answered so from now on, parts of batches included; null ends
   * it.
   */
  public void fails(DemoFaults.Fault every) {
    fault = every;
  }

  DemoFaults.Fault fault() {
    return fault;
  }

  /**
   * Returns the id of a folder such as {@code Inbox/Tickets/Dutch}; what is missing of it is
   * created.
   */
  public synchronized String folder(String path) {
    return folders.id(List.of(path.split("/")));
  }

  /**
   * Returns the id of the folder of these names, one for each level; a name may have slashes. What
   * is missing of it is created.
   */
  public synchronized String createFolder(String... names) {
    return folders.id(List.of(names));
  }

  synchronized Optional<DemoFolder> child(String parentId, String name) {
    return folders.child(parentId, name);
  }

  synchronized DemoFolder create(String parentId, String name) {
    return folders.create(parentId, name);
  }

  /** By id or well-known name. */
  synchronized Optional<DemoFolder> findFolder(String idOrName) {
    return folders.find(idOrName);
  }

  synchronized List<DemoFolder> children(String parentId) {
    return folders.children(parentId);
  }

  /** Puts a message into the inbox, received a second after the one before it. */
  public DemoMessage deliver(byte[] rfc822) {
    return deliver("Inbox", rfc822, nextSecond());
  }

  private synchronized Instant nextSecond() {
    clock = clock.plusSeconds(1);
    return clock;
  }

  /**
   * Puts a message into a folder, received then. Broken messages are taken, too, as Exchange takes
   * them.
   *
   * @param folder its path such as {@code Inbox/Tickets}, or its id
   */
  public DemoMessage deliver(String folder, byte[] rfc822, Instant received) {
    Rfc822 parsed = Rfc822.parse(rfc822, ids);
    synchronized (this) {
      String folderId = folders.has(folder) ? folder : folder(folder);
      DemoMessage message =
          new DemoMessage(
              ids, folderId, rfc822, received, parsed.resource(received), parsed.attachments());
      messages.put(message.immutableId(), message);
      byTime.computeIfAbsent(received, time -> new LinkedHashSet<>()).add(message);
      byRegularId.put(message.regularId(), message);
      message.arrived(++changes);
      arrivals.accept(this, message);
      return message;
    }
  }

  /** Loads the {@code .eml} files of a folder in the order of their names. */
  public List<DemoMessage> load(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      List<DemoMessage> loaded = new ArrayList<>();
      for (Path file : files.filter(path -> path.toString().endsWith(".eml")).sorted().toList()) {
        loaded.add(deliver(Files.readAllBytes(file)));
      }
      return loaded;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** By either form of id. */
  synchronized Optional<DemoMessage> find(String id) {
    DemoMessage message = messages.get(id);
    return Optional.ofNullable(message != null ? message : byRegularId.get(id));
  }

  public synchronized List<DemoMessage> messages() {
    return List.copyOf(messages.values());
  }

  synchronized List<DemoMessage> messagesIn(String folderId) {
    return messages.values().stream()
        .filter(message -> folderId == null || message.folderId().equals(folderId))
        .toList();
  }

  /**
   * The messages that were received then or later, oldest first; to be used while holding the
   * mailbox's lock.
   */
  Stream<DemoMessage> byTime(String folderId, Instant from) {
    return byTime.tailMap(from, true).values().stream()
        .flatMap(Set::stream)
        .filter(message -> folderId == null || message.folderId().equals(folderId));
  }

  /** Every message is unread again. */
  public synchronized void unreadAll() {
    messages.values().stream()
        .filter(DemoMessage::isRead)
        .forEach(
            message -> {
              message.resource().put("isRead", false);
              changed(message);
            });
  }

  /** How many messages of the mailbox are unread. */
  public synchronized long unread() {
    return messages.values().stream().filter(message -> !message.isRead()).count();
  }

  /** Somebody else deletes a message for good. */
  public synchronized void remove(DemoMessage message) {
    messages.remove(message.immutableId());
    byTime.get(message.received()).remove(message);
    byRegularId.remove(message.regularId());
    removals.add(new Change(++changes, message.folderId(), message, true));
  }

  /** Deletes a message: what lies in Deleted Items is purged, for good. Returns whether it was. */
  synchronized boolean delete(DemoMessage message) {
    String deletedItems = findFolder("deleteditems").orElseThrow().id();
    boolean purges = message.folderId().equals(deletedItems);
    if (purges) {
      remove(message);
      purged.add(message);
    } else {
      move(message, deletedItems);
    }
    return purges;
  }

  /** Messages that a client purged. */
  public synchronized List<DemoMessage> purged() {
    return List.copyOf(purged);
  }

  /** What was sent from here in reply, oldest first. */
  public List<DemoReply> replies() {
    return List.copyOf(replies);
  }

  void replied(DemoReply reply) {
    replies.add(reply);
  }

  /** Somebody reads a message. */
  public synchronized void read(DemoMessage message) {
    message.resource().put("isRead", true);
    changed(message);
  }

  /** Moves a message: its regular id changes, its immutable id stays. */
  synchronized void move(DemoMessage message, String folderId) {
    if (folderId.equals(message.folderId())) {
      return;
    }
    removals.add(new Change(++changes, message.folderId(), message, true));
    byRegularId.remove(message.regularId());
    message.moved(folderId, ids.next("AAMkAG"));
    byRegularId.put(message.regularId(), message);
    message.changed(changes);
    message.arrived(++changes);
    arrivals.accept(this, message);
  }

  synchronized void changed(DemoMessage message) {
    message.changed(++changes);
  }

  synchronized long lastChange() {
    return changes;
  }

  /**
   * The changes of a folder after one and up to another, in their order; each message once, with
   * its last.
   */
  synchronized List<Change> changes(String folderId, long after, long upTo) {
    List<Change> found = new ArrayList<>();
    messages.values().stream()
        .filter(
            message ->
                message.folderId().equals(folderId)
                    && message.changedAt() > after
                    && message.changedAt() <= upTo)
        .forEach(message -> found.add(new Change(message.changedAt(), folderId, message, false)));
    if (after >= 0) {
      removals.stream()
          .filter(
              change ->
                  change.folderId().equals(folderId)
                      && change.number() > after
                      && change.number() <= upTo
                      && !change.message().folderId().equals(folderId))
          .forEach(found::add);
    }
    found.sort(java.util.Comparator.comparingLong(Change::number));
    return found;
  }
}
