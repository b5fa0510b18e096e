package org.mailroom.push;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.mailroom.credential.CredentialException;
import org.mailroom.graph.GraphException;
import org.mailroom.settings.Causes;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * What the log says of push: each cause once, however long it lasts and however many mailboxes it
 * concerns. Safe for use by several threads.
 */
@Component
final class PushLog {

  private static final Logger LOG = LoggerFactory.getLogger("mailroom.push");

  /** What was told of a mailbox last, until it is subscribed to. */
  private final Map<String, String> told = new ConcurrentHashMap<>();

  private final AtomicBoolean works = new AtomicBoolean();
  private final AtomicBoolean unreachable = new AtomicBoolean();

  void subscribed(String mailbox) {
    boolean wasUnreachable = unreachable.getAndSet(false);
    if (told.remove(mailbox) != null) {
      LOG.info("mailbox {}: Microsoft Graph tells of new mail now", mailbox);
    } else if (!works.getAndSet(true) || wasUnreachable) {
      LOG.info(
          "Microsoft Graph tells Mailroom of new mail, which is imported at once; polls go on"
              + " beside it");
    } else {
      LOG.debug("mailbox {}: subscribed", mailbox);
    }
  }

  void renewed(String mailbox) {
    if (told.remove(mailbox) != null) {
      LOG.info("mailbox {}: its subscription is kept up again", mailbox);
    }
  }

  void refused(String mailbox, Exception why) {
    if (why instanceof CredentialException) {
      // the account says so
      LOG.debug("mailbox {}: no subscription", mailbox, why);
    } else if (why instanceof GraphException graph && graph.isOfNotificationAddress()) {
      if (!unreachable.getAndSet(true)) {
        LOG.warn("mailboxes are polled only: {}", why.getMessage());
      }
    } else if (why instanceof GraphException graph
        && !(graph.status() + " " + graph.code())
            .equals(told.put(mailbox, graph.status() + " " + graph.code()))) {
      LOG.warn("mailbox {} is polled only: {}", mailbox, why.getMessage());
    }
  }

  /** Again and again, by something that neither service nor identity platform said. */
  void failed(String mailbox, RuntimeException why) {
    String reason =
        Causes.sentence(why).map(Throwable::getMessage).orElseGet(() -> Causes.inShort(why) + ".");
    if (!reason.equals(told.put(mailbox, reason))) {
      LOG.warn(
          "mailbox {}: its subscription can't be kept up: {} It is tried again by itself; the"
              + " mailbox is polled as ever.",
          mailbox,
          reason);
    }
  }

  void deleted(String mailbox) {
    told.remove(mailbox);
    LOG.debug("mailbox {}: not subscribed any more", mailbox);
  }
}
