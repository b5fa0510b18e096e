package org.mailroom.graph;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.mailroom.credential.CredentialException;

/**
 * Up to twenty changes of messages that travel in one request (Graph's JSON batching), or questions
 * about messages. Each part has its own status: those that have a final answer are taken out, so
 * that sending the batch again sends only what is outstanding. A move mustn't be done twice: where
 * the answer to one was lost, the next try only looks where the message is. Not safe for use by
 * several threads at once.
 */
public final class JsonBatch implements GraphRequest<JsonBatch> {

  /** As many places as the mailbox has. */
  static final int ALL_PLACES = Integer.MAX_VALUE;

  private final String credential;
  private final String mailbox;
  private final URI uri;
  private final BatchAnswers answers;
  private final Map<String, BatchPart> outstanding = new LinkedHashMap<>();
  private final Map<String, GraphException> refused = new LinkedHashMap<>();
  private final Map<String, GraphException> lastRefusals = new HashMap<>();
  private final Map<String, JsonNode> done = new LinkedHashMap<>();
  private final List<String> gone = new ArrayList<>();

  /**
   * Moves that may have been done: they were sent, and nothing was heard of them, or that something
   * isn't there.
   */
  private final Set<String> doubtful = new HashSet<>();

  private boolean looking;
  private final Tries tries = new Tries();
  private final int lanes;
  private boolean sent;

  /**
   * @param lanes how many of the parts the service may run at the same time, or {@link #ALL_PLACES}
   * @param answers reads what the service answers
   */
  JsonBatch(
      String credential,
      String mailbox,
      URI uri,
      List<BatchPart> parts,
      int lanes,
      BatchAnswers answers) {
    this.credential = credential;
    this.mailbox = mailbox;
    this.uri = uri;
    this.lanes = lanes;
    this.answers = answers;
    int id = 1;
    for (BatchPart part : parts) {
      outstanding.put(Integer.toString(id++), part);
    }
  }

  @Override
  public GraphOperation operation() {
    return GraphOperation.BATCH;
  }

  @Override
  public String credential() {
    return credential;
  }

  @Override
  public String mailbox() {
    return mailbox;
  }

  @Override
  public String method() {
    return "POST";
  }

  @Override
  public URI uri() {
    return uri;
  }

  @Override
  public @Nullable String prefer() {
    return null;
  }

  @Override
  public Tries tries() {
    return tries;
  }

  /** How many parts have no final answer yet. */
  @Override
  public int parts() {
    return outstanding.size();
  }

  /** What is outstanding; or the look at moves that may have been done. */
  @Override
  public String content() {
    if (!looking && wasNotTaken(tries.last())) {
      doubtful.clear();
    }
    doubtful.retainAll(outstanding.keySet());
    looking = !doubtful.isEmpty();
    Map<String, BatchPart> sending = new LinkedHashMap<>();
    outstanding.forEach(
        (id, part) -> {
          if (!looking) {
            sending.put(id, part);
          } else if (doubtful.contains(id)) {
            sending.put(id, part.look());
          }
        });
    String content = BatchContent.of(sending, weight());
    if (!looking) {
      sending.forEach(
          (id, part) -> {
            if (part.isMove()) {
              doubtful.add(id);
            }
          });
    }
    sent = true;
    return content;
  }

  /** The last try ended before the service looked at any part. */
  private static boolean wasNotTaken(@Nullable Exception last) {
    return last instanceof CredentialException
        || (last instanceof GraphException refusal
            && refusal.operation() == GraphOperation.BATCH
            && (refusal.isUnreachable() || refusal.isBeforeAnyWork()));
  }

  /**
   * How many places of the mailbox the batch takes. What is sent again runs as the service likes: a
   * part that fails takes those with it that depend on it, and doesn't do so twice.
   */
  @Override
  public int weight() {
    return sent ? ALL_PLACES : lanes;
  }

  /**
   * Takes the answers to the parts.
   *
   * @return this batch, when nothing of it is outstanding any more
   * @throws GraphException when parts are left that may succeed when they are sent again
   * @throws IOException when the answer is cut or isn't one to a batch
   */
  @Override
  public JsonBatch read(InputStream answer) throws IOException {
    answers.read(this, answer);
    return this;
  }

  /** This try only looks where messages are. */
  boolean isLooking() {
    return looking;
  }

  /** It is known now that the move wasn't done. */
  void notDone(String id) {
    doubtful.remove(id);
  }

  void succeeded(String id, JsonNode body) {
    BatchPart part = outstanding.remove(id);
    if (part != null) {
      done.put(part.messageId(), body);
    }
  }

  /** Somebody deleted or moved the message meanwhile. */
  void gone(String id) {
    BatchPart part = outstanding.remove(id);
    if (part != null) {
      gone.add(part.messageId());
    }
  }

  void refused(String id, GraphException why) {
    BatchPart part = outstanding.remove(id);
    if (part != null) {
      refused.put(part.messageId(), why);
    }
  }

  /** The part failed, and may succeed when it is sent again. */
  void failed(String id, GraphException why) {
    BatchPart part = outstanding.get(id);
    if (part != null) {
      lastRefusals.put(part.messageId(), why);
    }
  }

  @Nullable BatchPart part(String id) {
    return outstanding.get(id);
  }

  /** Something of it has no final answer yet. */
  public boolean isAnythingOutstanding() {
    return !outstanding.isEmpty();
  }

  /** The messages for which nothing is left to do: the change succeeded, or they are gone. */
  public List<String> done() {
    List<String> all = new ArrayList<>(done.keySet());
    all.addAll(gone);
    return all;
  }

  /** What the service answered about the messages that it found, by message id. */
  public Map<String, JsonNode> answers() {
    return Map.copyOf(done);
  }

  /** The messages that aren't there any more. */
  public List<String> gone() {
    return List.copyOf(gone);
  }

  /** The messages whose change was refused for good, with the reason. */
  public Map<String, GraphException> refused() {
    return Map.copyOf(refused);
  }

  /** The messages whose change has no final answer yet. */
  public List<String> unanswered() {
    return outstanding.values().stream().map(BatchPart::messageId).toList();
  }

  /**
   * Why the change of a message that has no final answer yet failed the last time; empty when
   * nothing was answered about it.
   */
  public Optional<GraphException> lastRefusal(String messageId) {
    return Optional.ofNullable(lastRefusals.get(messageId));
  }

  /** What the service answers about a message is wanted, not only whether the part succeeded. */
  boolean isQuestion() {
    return looking
        || outstanding.values().stream()
            .anyMatch(part -> part.operation() == GraphOperation.LOOK_UP_MESSAGES);
  }
}
