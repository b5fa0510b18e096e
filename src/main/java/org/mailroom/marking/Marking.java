package org.mailroom.marking;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.Variable;
import org.jspecify.annotations.Nullable;
import org.mailroom.account.Account;
import org.mailroom.account.AccountImport;
import org.mailroom.account.AtATime;
import org.mailroom.account.ImportFailure;
import org.mailroom.account.ImportTally.Count;
import org.mailroom.delivery.Confirmations;
import org.mailroom.graph.Interruption;
import org.mailroom.graph.JsonBatch;
import org.mailroom.graph.JsonBatches;
import org.mailroom.graph.LeaseLostException;
import org.mailroom.graph.MailboxClosedException;
import org.mailroom.listing.Pages;
import org.mailroom.message.IncomingMessage;
import org.mailroom.message.MailMessage;
import org.mailroom.settings.AfterImport;
import org.mailroom.settings.Causes;
import org.mailroom.settings.Limits;
import org.mailroom.settings.MailroomProperties;
import org.springframework.stereotype.Component;

/**
 * Changes in the mailbox what was delivered: read flag, categories and follow-up flag in one PATCH,
 * then the folder. A PATCH is harmless when it is sent again. A move isn't, so one whose answer was
 * lost is looked up before anything is changed again. The routes call it on the threads of an
 * import's pages; the variable {@code changes} holds the {@link Changes} that are being made.
 */
@Component("marking")
public final class Marking {

  private final JsonBatches batches;
  private final ChangesInMailbox noted;
  private final Confirmations confirmations;
  private final Limits limits;

  Marking(
      JsonBatches batches,
      ChangesInMailbox noted,
      Confirmations confirmations,
      MailroomProperties properties) {
    this.batches = batches;
    this.noted = noted;
    this.confirmations = confirmations;
    this.limits = properties.limits();
  }

  /**
   * The changes of a page's messages that may be marked, and of those that were held back before
   * and may be by now; at most twenty in a request. What takes more than one change is noted first:
   * a crash in between would leave the rest undone for ever.
   *
   * @param pages the listing that brought the messages; null where none did, and nothing is held
   *     back
   */
  public @Nullable AtATime<Changes> batches(
      @Variable("import") AccountImport running,
      @Variable("pages") @Nullable Pages pages,
      @Variable("heldBack") @Nullable HeldBack heldBack,
      @Variable("messages") List<IncomingMessage> messages) {
    List<ToMark> toMark = toMark(running.account(), messages);
    List<ToMark> changing =
        changing(
            running,
            pages == null || heldBack == null
                ? toMark
                : heldBack.exchange(toMark, pages::isBehind));
    if (running.target() != null) {
      noted.note(
          running.account(),
          changing.stream().filter(message -> !message.givenUp()).map(ToMark::messageId).toList());
    }
    List<List<ToMark>> chunks = new ArrayList<>();
    for (int from = 0; from < changing.size(); from += limits.batchSize()) {
      chunks.add(changing.subList(from, Math.min(changing.size(), from + limits.batchSize())));
    }
    return AtATime.of(
        limits.batchesInFlight() == 1 ? 2 : limits.batchesInFlight(),
        chunks,
        (chunk, others) -> new Changes(running.account(), running.target(), chunk, others));
  }

  /**
   * What was given up waits for the end of the import where its account has something of its own
   * for it.
   */
  private List<ToMark> toMark(Account account, List<IncomingMessage> messages) {
    AfterImport afterImport = account.afterImport();
    boolean categorises = afterImport.categoriseFailures() && account.afterFailure() == null;
    if (afterImport.isReadOnly()) {
      return List.of();
    }
    // what is held back may be much, and for long
    boolean needsDocuments = confirmations.areAsked();
    List<ToMark> toMark = new ArrayList<>(messages.size());
    for (IncomingMessage message : messages) {
      if (message.isComplete() || (message.isGivenUp() && categorises)) {
        toMark.add(
            new ToMark(
                message.id(),
                message.receivedAt(),
                message.inMailbox(),
                !message.isComplete(),
                message.isCompleteBefore(),
                needsDocuments ? message.document() : null));
      }
    }
    return toMark;
  }

  /** What needs no change isn't sent. */
  private static List<ToMark> changing(AccountImport running, List<ToMark> messages) {
    String target = running.target();
    List<ToMark> changing =
        messages.stream()
            .filter(
                message ->
                    message.state() == null
                        || (target != null
                            && !message.givenUp()
                            && !target.equals(message.state().folder()))
                        || !MailboxChange.of(running.account(), message.givenUp(), message.state())
                            .isEmpty())
            .toList();
    if (changing.size() < messages.size()) {
      running
          .tally()
          .add(
              Count.LISTED_FOR_NOTHING,
              (int)
                  messages.stream()
                      .filter(message -> message.before() && !changing.contains(message))
                      .count());
    }
    return changing;
  }

  /** Those that the site confirms; none where its route {@code confirm} has no step. */
  public List<ToMark> toConfirm(@Variable("changes") Changes changes) {
    return confirmations.areAsked()
        ? changes.messages().stream().filter(message -> !message.givenUp()).toList()
        : List.of();
  }

  /**
   * The document of the message that is to be confirmed; of one that an earlier import delivered
   * just what names it.
   */
  public MailMessage document(
      @Variable("import") AccountImport running, @Variable("message") ToMark message) {
    return message.document() != null
        ? message.document()
        : MailMessage.named(
            running.account().id(), running.account().mailbox(), message.messageId());
  }

  /** The site confirms the message. */
  public void confirmed(@Variable("changes") Changes changes, @Variable("message") ToMark message) {
    confirmations.confirmed(changes.account(), message.messageId());
  }

  /**
   * The site doesn't confirm the message: it isn't marked, and asked about again by the rules of
   * retry.
   */
  public void notConfirmed(
      @Variable("changes") Changes changes,
      @Variable("message") ToMark message,
      @ExchangeProperty(Exchange.EXCEPTION_CAUGHT) Exception why) {
    confirmations.refused(changes.account(), message.messageId(), message.receivedAt(), why);
    changes.leaveOut(message.messageId());
  }

  /** Whether some of them may have been changed before, so that they are looked up first. */
  public boolean needsALook(@Variable("changes") Changes changes) {
    return !changes.toLookUp().isEmpty();
  }

  /** Asks where messages are that may have been changed before, and how they stand. */
  public JsonBatch lookUp(@Variable("changes") Changes changes) {
    Account account = changes.account();
    JsonBatch batch =
        batches.lookUps(account.credential(), account.mailbox(), changes.toLookUp()).get(0);
    changes.look(batch);
    return batch;
  }

  /** Whether read flag, follow-up flag or categories of some are to be changed. */
  public boolean needsAnUpdate(@Variable("changes") Changes changes) {
    return changes.isAnythingToUpdate();
  }

  /** What a PATCH changes: read flag, follow-up flag, categories. */
  public JsonBatch update(@Variable("changes") Changes changes) {
    Account account = changes.account();
    int lanes =
        limits.batchesInFlight() == 1
            ? limits.requestsInFlight()
            : Math.max(1, limits.requestsInFlight() / limits.batchesInFlight());
    JsonBatch batch =
        batches.updates(account.credential(), account.mailbox(), changes.toUpdate(), lanes).get(0);
    changes.update(batch);
    return batch;
  }

  /** Whether some end in another folder and aren't there yet. */
  public boolean needsAMove(@Variable("changes") Changes changes) {
    return !changes.toMove().isEmpty();
  }

  /** Moves to the folder that the messages end in. */
  public JsonBatch move(@Variable("changes") Changes changes) {
    Account account = changes.account();
    String target =
        Objects.requireNonNull(changes.target(), "the folder that messages are moved to");
    JsonBatch batch =
        batches.moves(account.credential(), account.mailbox(), changes.toMove(), target).get(0);
    changes.move(batch);
    return batch;
  }

  /**
   * Notes what is done, and what isn't and why: that stays as it is, and is changed by the next
   * import.
   *
   * @param failure why it ended early; null when it didn't
   */
  void over(AccountImport running, Changes changes, @Nullable Exception failure) {
    running.tally().step();
    List<String> complete = changes.complete();
    if (changes.target() != null) {
      noted.confirm(changes.account(), complete);
    }
    Map<String, Exception> refusals = changes.refusals();
    // a category is a courtesy: without the permission for it a failed message is still listed as
    // failed
    List<ToMark> unmarked =
        changes.messages().stream()
            .filter(message -> !message.givenUp() && !complete.contains(message.messageId()))
            .toList();
    Exception why =
        unmarked.stream()
            .map(message -> refusals.get(message.messageId()))
            .filter(Objects::nonNull)
            .findFirst()
            .orElse(failure);
    Causes.first(failure, MailboxClosedException.class)
        .ifPresent(closed -> running.goesOn(closed.until()));
    Causes.first(failure, LeaseLostException.class).ifPresent(running::failed);
    boolean laterByItself = why != null && Interruption.isOne(why);
    if (!unmarked.isEmpty() && !laterByItself) {
      running.tally().unmarked(unmarked.size(), why == null ? null : ImportFailure.inWords(why));
    }
  }
}
