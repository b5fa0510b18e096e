package org.mailroom.discovery;

import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.mailroom.account.DiscoveredAccounts;
import org.mailroom.settings.AccountProperties;
import org.mailroom.settings.Daemons;
import org.mailroom.settings.LastingFailure;
import org.mailroom.settings.MailroomProperties;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.dao.DataAccessException;
import org.springframework.stereotype.Component;

/**
 * Follows who joins and leaves the groups and lists that accounts are made of. At the start it is
 * what was known before; the runtime looks at files every few seconds and asks about groups at
 * {@code mailroom.discover-every}, a command asks when it is told to.
 */
@Component
public final class Discovery {

  private static final Logger LOG = LoggerFactory.getLogger("mailroom.account");
  private static final long LOOKED_EVERY_SECONDS = 3;

  private final DiscoveredAccounts discovered;
  private final FileEntries files;
  private final GroupEntries groups;
  private final MailroomProperties properties;
  private @Nullable ScheduledExecutorService timer;

  Discovery(
      DiscoveredAccounts discovered,
      FileEntries files,
      GroupEntries groups,
      MailroomProperties properties) {
    this.discovered = discovered;
    this.files = files;
    this.groups = groups;
    this.properties = properties;
    try {
      groups.learn();
    } catch (DataAccessException databaseDown) {
      LOG.debug("who was found before isn't known", databaseDown);
    }
  }

  /** It isn't told which mailboxes an entry has. Its message says why, and what to do. */
  public static class NotToldException extends RuntimeException {
    NotToldException(String sentence) {
      super(sentence);
    }
  }

  /**
   * Asks which mailboxes an entry has, and says it in words; nothing is changed by the answer.
   *
   * @throws org.mailroom.graph.GraphException when the service refuses to tell
   * @throws org.mailroom.credential.CredentialException when there is no token to ask with
   * @throws NotToldException when what was told names no mailbox
   */
  public String count(String entry) {
    AccountProperties settings = discovered.entries().get(entry);
    if (settings == null) {
      throw new NotToldException("the entry was deleted.");
    }
    return settings.mailboxesFile() != null ? files.count(entry) : groups.count(settings);
  }

  /** Asks about all groups now, for a command that imports; takes as long as the answers. */
  public synchronized void refresh() {
    files.look();
    groups.refresh(true);
  }

  synchronized void round() {
    files.look();
    groups.refresh(false);
  }

  @EventListener(ApplicationReadyEvent.class)
  synchronized void start() {
    // an entry may be made in the console at any time
    if (!properties.polling()) {
      return;
    }
    timer = Executors.newSingleThreadScheduledExecutor(Daemons.named("discovery"));
    LastingFailure failure =
        new LastingFailure(LOG, "who belongs to the entries can't be found out");
    Daemons.repeat(
        timer,
        () -> {
          try {
            round();
            failure.passed();
          } catch (RuntimeException e) {
            // the database is down, or the runtime stops: the next time
            failure.failed(e);
          }
        },
        0,
        LOOKED_EVERY_SECONDS,
        TimeUnit.SECONDS);
  }

  @EventListener(ContextClosedEvent.class)
  void stop() {
    if (timer != null) {
      timer.shutdownNow();
    }
  }
}
