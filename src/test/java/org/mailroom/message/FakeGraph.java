package org.mailroom.message;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.mailroom.graph.Graph;
import org.mailroom.graph.GraphException;
import org.mailroom.graph.GraphOperation;
import org.mailroom.graph.GraphRequest;

/**
 * Answers requests by the end of their path: several answers in turn, the last one for ever. As the
 * wire does, it sends again what wasn't read whole.
 */
final class FakeGraph implements Graph {

  static final String ROOT = "https://graph.example/v1.0";

  private static final int TRIES = 3;

  private final Map<String, Deque<Object>> answers = new LinkedHashMap<>();
  final List<String> asked = new ArrayList<>();

  /** Answers with these texts in turn. */
  FakeGraph answers(String end, String... texts) {
    for (String text : texts) {
      answers
          .computeIfAbsent(end, key -> new ArrayDeque<>())
          .add(text.getBytes(StandardCharsets.UTF_8));
    }
    return this;
  }

  FakeGraph answers(String end, byte[] content) {
    answers.computeIfAbsent(end, key -> new ArrayDeque<>()).add(content);
    return this;
  }

  FakeGraph refuses(String end, int status, String code) {
    answers
        .computeIfAbsent(end, key -> new ArrayDeque<>())
        .add(new GraphException(GraphOperation.GET_MESSAGE, "a@b.c", status, code, null, null));
    return this;
  }

  @Override
  public <T> T ask(GraphRequest<T> request) {
    IOException cut = null;
    for (int i = 0; i < TRIES; i++) {
      asked.add(request.uri().toString());
      Object answer = answer(request.uri().toString());
      if (answer instanceof GraphException refusal) {
        throw refusal;
      }
      try {
        return request.read(new ByteArrayInputStream((byte[]) answer));
      } catch (IOException e) {
        cut = e;
      }
    }
    throw new GraphException(
        GraphOperation.GET_MESSAGE, "a@b.c", 0, "MailroomCutAnswer", null, cut);
  }

  private Object answer(String uri) {
    Deque<Object> turns =
        answers.entrySet().stream()
            .filter(entry -> uri.endsWith(entry.getKey()))
            .findFirst()
            .orElseThrow(() -> new AssertionError("unexpected request " + uri))
            .getValue();
    return turns.size() > 1 ? turns.poll() : turns.peek();
  }
}
