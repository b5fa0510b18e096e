package org.mailroom.graph;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * Moves of messages, of which none is done twice: where the answer to them is lost, the next try asks where the messages are, and the one after that
 * moves those that haven't arrived. One thread at a time works on it.
 */
public final class MoveBatch implements GraphRequest<JsonBatch> {

  private final JsonBatch moves;
  private final String target;
  private final Function<List<String>, JsonBatch> lookUp;
  private boolean unsure;
  private JsonBatch asked;

  /**
   * @param target id of the folder that they are moved to
   * @param lookUp makes the questions where messages are
   */
  MoveBatch(JsonBatch moves, String target, Function<List<String>, JsonBatch> lookUp) {
    this.moves = moves;
    this.target = target;
    this.lookUp = lookUp;
    this.asked = moves;
  }

  /** The moves, and what was answered about each. */
  public JsonBatch moves() {
    return moves;
  }

  @Override
  public GraphOperation operation() {
    return GraphOperation.BATCH;
  }

  @Override
  public String credential() {
    return moves.credential();
  }

  @Override
  public String mailbox() {
    return moves.mailbox();
  }

  @Override
  public String method() {
    return moves.method();
  }

  @Override
  public URI uri() {
    return moves.uri();
  }

  @Override
  public String prefer() {
    return null;
  }

  @Override
  public Tries tries() {
    return moves.tries();
  }

  /** Asked first of all in a try: here it is decided what the try asks. */
  @Override
  public int weight() {
    asked = unsure ? lookUp.apply(moves.unanswered()) : moves;
    return asked.weight();
  }

  @Override
  public int parts() {
    return asked.parts();
  }

  @Override
  public String content() {
    unsure = true;
    return asked.content();
  }

  @Override
  public JsonBatch read(InputStream answer) throws IOException {
    asked.read(answer);
    unsure = false;
    if (asked != moves) {
      List<String> arrived = asked.answers().entrySet().stream()
          .filter(message -> target.equals(message.getValue().path("parentFolderId").asText())).map(Map.Entry::getKey).toList();
      moves.settle(arrived);
      moves.settle(asked.gone());
      if (moves.isAnythingOutstanding()) {
        throw new GraphException(GraphOperation.MOVE_MESSAGES, mailbox(), 0, GraphError.CODE_CUT, "the answer to the moves was lost", null);
      }
    }
    return moves;
  }
}
