package org.mailroom.graph;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import org.apache.camel.Variable;
import org.jspecify.annotations.Nullable;
import org.mailroom.credential.TokenCache;
import org.springframework.stereotype.Component;

/** Has the answer of a 2xx read by its request, whole, and closes it in any case. */
@Component("graphAnswers")
public final class GraphAnswers {

  /** The first byte of a byte order mark, which a parser skips. */
  private static final int BYTE_ORDER_MARK = 0xEF;

  private final MailboxGates gates;
  private final TokenCache tokens;
  private final GraphMetrics metrics;

  GraphAnswers(MailboxGates gates, TokenCache tokens, GraphMetrics metrics) {
    this.gates = gates;
    this.tokens = tokens;
    this.metrics = metrics;
  }

  /**
   * Reads an answer.
   *
   * @param body of the HTTP answer; null when it has none
   * @return what the request reads it into
   * @throws IOException when the answer is cut or isn't what was asked for
   * @throws GraphException when what it says is a refusal, of a part of a batch say
   */
  public @Nullable Object read(@Variable("request") GraphRequest<?> request, InputStream body)
      throws IOException {
    try (InputStream answer = body == null ? InputStream.nullInputStream() : body) {
      Object read = request.read(request.operation().isAnsweredInJson() ? json(answer) : answer);
      metrics.answered(request);
      gates.succeeded(request);
      tokens.accepted(request.credential(), request.mailbox());
      return read;
    }
  }

  /** A page of a proxy or of a gateway comes with 200, too. */
  private static InputStream json(InputStream answer) throws IOException {
    int first = answer.read();
    while (first == ' ' || first == '\n' || first == '\r' || first == '\t') {
      first = answer.read();
    }
    if (first < 0) {
      throw new EOFException("the answer is empty");
    }
    if (first != '{' && first != BYTE_ORDER_MARK) {
      throw new NotJsonException(
          first == '<' ? "it begins like a page of HTML" : "it doesn't begin like JSON");
    }
    PushbackInputStream whole = new PushbackInputStream(answer, 1);
    whole.unread(first);
    return whole;
  }

  /** An answer that isn't Graph's. */
  static final class NotJsonException extends IOException {
    private NotJsonException(String why) {
      super(why);
    }
  }
}
