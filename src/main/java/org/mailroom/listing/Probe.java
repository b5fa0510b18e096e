package org.mailroom.listing;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import org.jspecify.annotations.Nullable;
import org.mailroom.graph.GraphOperation;
import org.mailroom.graph.GraphRequest;
import org.mailroom.graph.Tries;

/** A question that is asked once: trouble of the service answers it, too. */
record Probe<T>(GraphRequest<T> question) implements GraphRequest<T> {

  @Override
  public boolean isProbe() {
    return true;
  }

  @Override
  public GraphOperation operation() {
    return question.operation();
  }

  @Override
  public String credential() {
    return question.credential();
  }

  @Override
  public String mailbox() {
    return question.mailbox();
  }

  @Override
  public String method() {
    return question.method();
  }

  @Override
  public URI uri() {
    return question.uri();
  }

  @Override
  public String content() {
    return question.content();
  }

  @Override
  public int weight() {
    return question.weight();
  }

  @Override
  public int parts() {
    return question.parts();
  }

  @Override
  public @Nullable String prefer() {
    return question.prefer();
  }

  @Override
  public Tries tries() {
    return question.tries();
  }

  @Override
  public @Nullable T read(InputStream answer) throws IOException {
    return question.read(answer);
  }
}
