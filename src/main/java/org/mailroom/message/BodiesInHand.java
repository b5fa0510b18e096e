package org.mailroom.message;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.apache.camel.Variable;
import org.mailroom.graph.StoppingException;
import org.mailroom.settings.MailroomProperties;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.stereotype.Component;

/**
 * Room in memory for large bodies, of all imports together. A body is there several times while its
 * message is delivered: as the service gave it, as text, in the document, in rows, and as what goes
 * to files and queues. So those that were fetched alone, for they were too large for their page,
 * share a third of the heap; one that would need more than that alone has all of it. The threads of
 * an import's groups call it, each with its own message.
 */
@Component("bodiesInHand")
public final class BodiesInHand {

  /** Smaller ones are no trouble. */
  private static final int SMALL = 128 * 1024;

  /** So many times a body is held, by a look at heaps of imports. */
  private static final int COPIES = 12;

  private static final int KILOBYTE = 1024;

  private final int kilobytes;
  private final long patience;
  private final Semaphore room;
  private final Map<IncomingMessage, Integer> taken =
      Collections.synchronizedMap(new IdentityHashMap<>());

  @Autowired
  BodiesInHand(MailroomProperties properties) {
    this(Runtime.getRuntime().maxMemory() / 3, properties.limits().requestTimeout().toMillis());
  }

  /**
   * @param bytes that all of them may take together
   * @param patience milliseconds that one waits at most
   */
  BodiesInHand(long bytes, long patience) {
    this.kilobytes = (int) Math.max(1, Math.min(bytes / KILOBYTE, Integer.MAX_VALUE));
    this.patience = patience;
    this.room = new Semaphore(kilobytes, true);
  }

  /**
   * Waits until there is room for the body of a message, first come, first served. A small one
   * doesn't wait.
   *
   * @throws NoRoomException when none of those in hand comes to its end within {@code
   *     mailroom.limits.request-timeout}
   */
  public void enter(@Variable("message") IncomingMessage message) {
    int characters =
        message.resource() == null
            ? 0
            : message.resource().path("body").path("content").asText("").length();
    if (characters < SMALL || taken.containsKey(message)) {
      return;
    }
    int wanted = (int) Math.min(kilobytes, (long) characters * COPIES / KILOBYTE);
    try {
      if (!room.tryAcquire(wanted, patience, TimeUnit.MILLISECONDS)) {
        throw new NoRoomException(
            "its body of "
                + characters / KILOBYTE
                + " KB finds no room in memory: other large messages are being worked on, and none"
                + " of them came to its end within "
                + TimeUnit.MILLISECONDS.toSeconds(patience)
                + " s (mailroom.limits.request-timeout). Give Java more memory (-Xmx) if that"
                + " lasts.");
      }
      taken.put(message, wanted);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StoppingException(message.account().mailbox());
    }
  }

  /** The work on a group is over; what its messages held is free. */
  public void leave(@Variable("group") List<IncomingMessage> group) {
    for (IncomingMessage message : group) {
      Integer held = taken.remove(message);
      if (held != null) {
        room.release(held);
      }
    }
  }
}
