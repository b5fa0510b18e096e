package org.mailroom.message;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.mailroom.account.Account;
import org.mailroom.graph.GraphTime;

/**
 * A message on its way from the listing to its destinations: first Graph's resource, then with its
 * attachments, then the canonical document, and in the end its {@link Fate}. One thread at a time
 * works on it until it is ready; then its destinations may be served by several.
 */
public final class IncomingMessage {

  private final Account account;
  private final String id;
  private final Map<String, EarlierDelivery> known;
  private final Outcomes outcomes = new Outcomes();
  private @Nullable Instant receivedAt;
  private boolean ageUnknown;
  private List<String> destinations;
  private boolean othersSettled;
  private @Nullable JsonNode resource;
  private @Nullable MailboxState inMailbox;
  private @Nullable String subject;
  private @Nullable String internetMessageId;
  private MailMessage.@Nullable EmailAddress from;
  private @Nullable String folder;
  private @Nullable Asked asked;
  private long bytes;
  private List<MailAttachment> attachments = List.of();
  private @Nullable Path original;
  private List<String> warnings = List.of();
  private @Nullable MailMessage document;
  private Fate fate = Fate.OPEN;
  private @Nullable String version;
  private Standing standing = Standing.UNDELIVERED;

  /** How far it is with the ledger. */
  private enum Standing {
    UNDELIVERED,
    RECORDED,
    COMPLETE,
    COMPLETE_BEFORE,
    GIVEN_UP
  }

  /**
   * @param receivedAt null when it isn't known yet
   * @param resource as the listing showed it; null when it was too large to be held with its page,
   *     or only its id is known
   * @param destinations where it is to be delivered to now
   * @param known what the ledger knew of it, by destination
   * @param othersSettled whether every destination that it isn't delivered to now has it already
   */
  public IncomingMessage(
      Account account,
      String id,
      @Nullable Instant receivedAt,
      @Nullable JsonNode resource,
      List<String> destinations,
      Map<String, EarlierDelivery> known,
      boolean othersSettled) {
    this.account = account;
    this.id = id;
    this.receivedAt = receivedAt;
    this.destinations = List.copyOf(destinations);
    this.known = Map.copyOf(known);
    this.othersSettled = othersSettled;
    if (resource != null) {
      resource(resource);
    }
  }

  public Account account() {
    return account;
  }

  public String id() {
    return id;
  }

  /** Null when the service gave no time, or nothing of it was seen yet. */
  public @Nullable Instant receivedAt() {
    return receivedAt;
  }

  /** Neither its listing nor the ledger tells how old it is: that shows when it is fetched. */
  public void ageUnknown() {
    ageUnknown = true;
  }

  /** Whether it has to be judged by its age when it is fetched. */
  public boolean isAgeUnknown() {
    return ageUnknown;
  }

  /**
   * The path of the folder that it was listed in; null: no listing brought it, or it isn't known.
   */
  public void in(@Nullable String path) {
    folder = path;
  }

  /** The path of the folder that it was listed in; null where that isn't known. */
  public @Nullable String folder() {
    return folder;
  }

  /** For a person to recognise it; null when it has none. */
  public @Nullable String subject() {
    return subject;
  }

  /** The subject as the site's rules left it. */
  public @Nullable String shownSubject() {
    return document == null ? subject : document.subject();
  }

  /** Who it is from, or who sent it; null when neither is known. */
  public MailMessage.@Nullable EmailAddress from() {
    return document == null ? from : document.from() != null ? document.from() : document.sender();
  }

  /** Null when it has none, or nothing of it was seen yet. */
  public @Nullable String internetMessageId() {
    return document == null ? internetMessageId : document.internetMessageId();
  }

  /** How it stands in the mailbox; null when nothing of it was seen yet. */
  public @Nullable MailboxState inMailbox() {
    return inMailbox;
  }

  /** The categories that it has in the mailbox. */
  public List<String> categories() {
    return inMailbox == null ? List.of() : inMailbox.categories();
  }

  /** Its properties were seen in this import. */
  public boolean isContentSeen() {
    return document != null || resource != null;
  }

  // where it goes

  /** The destinations that it is to be delivered to now. */
  public List<String> destinations() {
    return destinations;
  }

  /** Whether every destination that it isn't delivered to now has it already. */
  public boolean isOthersSettled() {
    return othersSettled;
  }

  /** The destinations that it waits for, those included that it isn't delivered to now. */
  public List<String> awaitedBy() {
    return Stream.concat(
            destinations.stream(),
            known.entrySet().stream()
                .filter(earlier -> !earlier.getValue().settled())
                .map(Map.Entry::getKey))
        .distinct()
        .toList();
  }

  /** How often it was tried before. */
  public int earlierAttempts(String destination) {
    EarlierDelivery before = known.get(destination);
    return before == null ? 0 : before.attempts();
  }

  /** Whether the ledger has an entry of it for this destination. */
  public boolean wasTriedBefore(String destination) {
    return known.containsKey(destination);
  }

  /** Whether the ledger has an entry of it for any destination. */
  public boolean isTriedBefore() {
    return !known.isEmpty();
  }

  /**
   * It goes to these destinations instead of its account's: now to those that the ledger has no
   * entry for or that are due, not to those that have it. One that the account itself delivers to
   * and that wasn't chosen now is down, and waits.
   */
  void deliverTo(List<String> chosen) {
    List<String> now = chosen.stream().distinct().filter(this::isDue).toList();
    othersSettled = chosen.stream().allMatch(name -> now.contains(name) || hasSettled(name));
    destinations = now;
  }

  private boolean hasSettled(String destination) {
    EarlierDelivery before = known.get(destination);
    return before != null && before.settled();
  }

  private boolean isDue(String destination) {
    EarlierDelivery before = known.get(destination);
    boolean wanted = before == null || (before.due() && !before.settled());
    return wanted
        && (destinations.contains(destination) || !account.deliverTo().contains(destination));
  }

  // what it is made of

  /** Graph's resource until it is translated; null before it was fetched and after. */
  public @Nullable JsonNode resource() {
    return resource;
  }

  void resource(JsonNode whole) {
    resource = whole;
    inMailbox = MailboxState.of(whole);
    subject = whole.path("subject").asText(null);
    internetMessageId = whole.path("internetMessageId").asText(null);
    JsonNode sender =
        (whole.path("from").isObject() ? whole.path("from") : whole.path("sender"))
            .path("emailAddress");
    from =
        sender.isObject()
            ? new MailMessage.EmailAddress(
                sender.path("name").asText(null), sender.path("address").asText(null))
            : null;
    version = whole.path("@odata.etag").asText(null);
    receivedAt = receivedAt == null ? time(whole, "receivedDateTime") : receivedAt;
  }

  /** Graph's resource where it has to be there: from when it was fetched until it is translated. */
  JsonNode fetched() {
    return Objects.requireNonNull(resource, "the message's resource");
  }

  /**
   * The date that its files lie under, the same as the file destination's: when it was received,
   * else sent.
   */
  @Nullable Instant folderDate() {
    return receivedAt != null
        ? receivedAt
        : resource == null ? null : time(resource, "sentDateTime");
  }

  private static @Nullable Instant time(JsonNode resource, String property) {
    return GraphTime.of(resource.path(property).asText(null));
  }

  /** What of it is asked for next. */
  void asks(Asked part) {
    asked = part;
  }

  /** What of it was asked for last; null when the listing brought it all. */
  @Nullable Asked asked() {
    return asked;
  }

  /**
   * Says whether it may get so much larger.
   *
   * @throws MessageTooLargeException when it is more than its account takes
   */
  void requireRoom(long more) {
    if (account.maxSize() != null && bytes + more > account.maxSize().toBytes()) {
      throw new MessageTooLargeException(account, bytes + more);
    }
  }

  /** So much of it was read, for good. */
  void holds(long more) {
    requireRoom(more);
    bytes += more;
  }

  /** In the order of the service's list. */
  public List<MailAttachment> attachments() {
    return attachments;
  }

  public boolean hasAttachments() {
    return document == null ? !attachments.isEmpty() : document.hasAttachments();
  }

  public void attachments(List<MailAttachment> found) {
    attachments = List.copyOf(found);
  }

  /**
   * The content of one attachment is stored.
   *
   * @param position counts from 1
   */
  void stored(int position, MailAttachment attachment) {
    List<MailAttachment> all = new ArrayList<>(attachments);
    all.set(position - 1, attachment);
    attachments = List.copyOf(all);
  }

  /** Where its original lies; null where that isn't kept. */
  @Nullable Path original() {
    return original;
  }

  void original(Path stored) {
    original = stored;
  }

  /** What isn't as it should be though it is delivered. */
  List<String> warnings() {
    return warnings;
  }

  void warn(String sentence) {
    warnings = Stream.concat(warnings.stream(), Stream.of(sentence)).toList();
  }

  public @Nullable MailMessage document() {
    return document;
  }

  /** The canonical document is ready; what it was made from is let go. */
  public void document(MailMessage translated) {
    document = translated;
    resource = null;
    fate = fate.is(Fate.Kind.OPEN) ? Fate.READY : fate;
  }

  // what becomes of it

  public Fate fate() {
    return fate;
  }

  public void fate(Fate decided) {
    fate = decided;
  }

  public boolean isReady() {
    return fate.is(Fate.Kind.READY);
  }

  public boolean isGone() {
    return fate.is(Fate.Kind.GONE);
  }

  /** Through no fault of its own it can't be delivered now. */
  public boolean isPostponed() {
    return fate.is(Fate.Kind.WAITING);
  }

  /** Why it can't be delivered, by its own fault; else null. */
  public @Nullable Exception failure() {
    return fate.is(Fate.Kind.FAILED) ? fate.cause() : null;
  }

  /**
   * What tells whether it has changed since: {@code @odata.etag}; null where the service didn't
   * say.
   */
  public @Nullable String version() {
    return version;
  }

  // how far it is with the ledger

  /** Every destination has it since an earlier import: it is only to be marked. */
  public void settled() {
    standing = Standing.COMPLETE_BEFORE;
  }

  /**
   * The ledger says what became of it.
   *
   * @param complete nothing is left to deliver
   * @param givenUp a delivery was given up now
   */
  public void recorded(boolean complete, boolean givenUp) {
    standing = complete ? Standing.COMPLETE : givenUp ? Standing.GIVEN_UP : Standing.RECORDED;
  }

  /** The ledger knows all of it: the next import may go on behind it. */
  public boolean isSettled() {
    return standing != Standing.UNDELIVERED;
  }

  /** Nothing of it is left to deliver, so that it may be marked. */
  public boolean isComplete() {
    return standing == Standing.COMPLETE || standing == Standing.COMPLETE_BEFORE;
  }

  /** Nothing of it was left to deliver when the import met it. */
  public boolean isCompleteBefore() {
    return standing == Standing.COMPLETE_BEFORE;
  }

  /** A delivery of it was given up now. */
  public boolean isGivenUp() {
    return standing == Standing.GIVEN_UP;
  }

  // what became of it at its destinations

  public void deliveredTo(String destination) {
    outcomes.delivered.add(destination);
  }

  public Set<String> delivered() {
    return outcomes.delivered;
  }

  /** Its ledger entry was written in the transaction of the destination. */
  public void recordedFor(String destination) {
    outcomes.recorded.add(destination);
  }

  /** Whether the ledger has the entry of its delivery. */
  public boolean isRecordedFor(String destination) {
    return outcomes.delivered.contains(destination) && outcomes.recorded.contains(destination);
  }

  /** Whether its entry for some destination was written in the transaction of that. */
  public boolean isRecordedAnywhere() {
    return outcomes.recorded.stream().anyMatch(outcomes.delivered::contains);
  }

  public void refusedBy(String destination, Exception why) {
    outcomes.refusals.put(destination, why);
  }

  /** Why it wasn't delivered, by destination. */
  public Map<String, Exception> refusals() {
    return outcomes.refusals;
  }

  /** The destination is down: that is no fault of this message and no attempt of its own. */
  public void awaits(String destination, Exception outage) {
    outcomes.outages.put(destination, outage);
  }

  /** Why it waits for a destination, by destination. */
  public Map<String, Exception> outages() {
    return outcomes.outages;
  }

  /** Never what the mail says: this text may reach a log. */
  @Override
  public String toString() {
    return "message " + id + " of account " + account.id();
  }
}
