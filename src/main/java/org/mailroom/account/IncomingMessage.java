package org.mailroom.account;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.mailroom.graph.GraphException;
import org.mailroom.listing.ListedMessage;
import org.mailroom.message.AttachmentLookup;
import org.mailroom.message.MailAttachment;
import org.mailroom.message.MailMessage;

/** A message on its way from the listing to its destinations. One thread at a time works on it. */
public final class IncomingMessage {

  private final Account account;
  private final String id;
  private Instant receivedAt;
  private final List<String> destinations;
  private final Map<String, Integer> earlierAttempts;
  private final Set<String> delivered = ConcurrentHashMap.newKeySet();
  private final Set<String> recorded = ConcurrentHashMap.newKeySet();
  private final Map<String, Exception> refusals = new ConcurrentHashMap<>();
  private final List<String> categories = new ArrayList<>();
  private JsonNode resource;
  private List<MailAttachment> attachments = List.of();
  private MailMessage document;
  private Exception failure;
  private boolean gone;
  private boolean postponed;
  private boolean othersSettled;
  private String subject;
  private final Map<String, Exception> outages = new ConcurrentHashMap<>();
  private final AtomicLong bytes = new AtomicLong();

  /**
   * @param destinations where it is to be delivered now
   * @param earlierAttempts of those, how often each was tried before; without those that weren't
   */
  public IncomingMessage(Account account, ListedMessage listed, List<String> destinations, Map<String, Integer> earlierAttempts) {
    this.account = account;
    this.id = listed.id();
    this.receivedAt = listed.receivedAt();
    this.destinations = List.copyOf(destinations);
    this.earlierAttempts = Map.copyOf(earlierAttempts);
    resource(listed.resource());
  }

  public Account account() {
    return account;
  }

  public String id() {
    return id;
  }

  public Instant receivedAt() {
    return receivedAt;
  }

  /** For a person to recognise it; null when it has none. */
  public String subject() {
    return subject;
  }

  /** The destinations that it is to be delivered to now. */
  public List<String> destinations() {
    return destinations;
  }

  /** It was too large to be held with its page. */
  public boolean isContentMissing() {
    return resource == null;
  }

  /** A meeting message whose kind a listing doesn't tell: the property belongs to a derived type. */
  public boolean isKindUnknown() {
    String type = resource.path("@odata.type").asText("");
    return type.endsWith(".eventMessage") || type.endsWith(".eventMessageResponse") && !resource.has("meetingMessageType");
  }

  public boolean isMayHaveAttachments() {
    return AttachmentLookup.mayHaveAttachments(resource);
  }

  public boolean isKeepsMime() {
    return account.content().keepsMime();
  }

  /** The listing brought all that there is of it. */
  boolean isWhole() {
    return !isContentMissing() && !isKindUnknown() && !isMayHaveAttachments() && !isKeepsMime();
  }

  public JsonNode resource() {
    return resource;
  }

  public void resource(JsonNode whole) {
    this.resource = whole;
    if (whole != null) {
      categories.clear();
      whole.path("categories").forEach(category -> categories.add(category.asText()));
      subject = whole.path("subject").asText(null);
      receivedAt = receivedAt == null ? time(whole.path("receivedDateTime").asText(null)) : receivedAt;
    }
  }

  private static Instant time(String text) {
    try {
      return text == null ? null : OffsetDateTime.parse(text).toInstant();
    } catch (DateTimeException notATime) {
      return null;
    }
  }

  /** The categories that it has in the mailbox. */
  public List<String> categories() {
    return categories;
  }

  public List<MailAttachment> attachments() {
    return attachments;
  }

  public void attachments(List<MailAttachment> found) {
    this.attachments = List.copyOf(found);
  }

  public MailMessage document() {
    return document;
  }

  /** The canonical document is ready; what it was made from is let go. */
  public void document(MailMessage translated) {
    this.document = translated;
    this.resource = null;
  }

  /** It can't be delivered now, for this reason. */
  public void failed(Exception why) {
    this.failure = why;
  }

  public Exception failure() {
    return failure;
  }

  /** Whether every destination that it isn't delivered to now has it already. */
  public void othersSettled(boolean settled) {
    this.othersSettled = settled;
  }

  public boolean isOthersSettled() {
    return othersSettled;
  }

  public int earlierAttempts(String destination) {
    return earlierAttempts.getOrDefault(destination, 0);
  }

  /** Whether the ledger has an entry of it for this destination. */
  public boolean wasTriedBefore(String destination) {
    return earlierAttempts.containsKey(destination);
  }

  /** Whether the ledger has an entry of it for any destination. */
  public boolean isTriedBefore() {
    return !earlierAttempts.isEmpty();
  }

  /** Its properties were seen in this import. */
  public boolean isContentSeen() {
    return document != null || resource != null;
  }

  /** Its ledger entry was written in the transaction of the destination. */
  public void recordedFor(String destination) {
    recorded.add(destination);
  }

  /** Whether the ledger has the entry of its delivery. */
  public boolean isRecordedFor(String destination) {
    return delivered.contains(destination) && recorded.contains(destination);
  }

  public void deliveredTo(String destination) {
    delivered.add(destination);
  }

  public void refusedBy(String destination, Exception why) {
    refusals.put(destination, why);
  }

  /** The destination is down: that is no fault of this message and no attempt of its own. */
  public void awaits(String destination, Exception outage) {
    outages.put(destination, outage);
  }

  /** Why it waits for a destination, by destination. */
  public Map<String, Exception> outages() {
    return outages;
  }

  /**
   * Counts what is read of it.
   *
   * @throws MessageTooLargeException when it is more than its account takes
   */
  public void admit(long more) {
    long all = bytes.addAndGet(more);
    if (account.maxSize() != null && all > account.maxSize().toBytes()) {
      throw new MessageTooLargeException(account, all);
    }
  }

  public Set<String> delivered() {
    return delivered;
  }

  /** Why it wasn't delivered, by destination. */
  public Map<String, Exception> refusals() {
    return refusals;
  }

  /** Something of it isn't there: whether it is there itself has to be seen. */
  public boolean isInDoubt() {
    return failure instanceof GraphException refusal && refusal.isGone();
  }

  /** Somebody deleted or moved it between the listing and now. */
  public void vanished() {
    this.gone = true;
    this.failure = null;
  }

  public boolean isGone() {
    return gone;
  }

  /** Through no fault of its own it can't be delivered now: it stays as it is and is listed again. */
  public void postponed() {
    this.postponed = true;
  }

  public boolean isPostponed() {
    return postponed;
  }

  public boolean isReady() {
    return document != null && failure == null && !gone && !postponed;
  }
}
