package org.mailroom.graph;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import org.jspecify.annotations.Nullable;

/** A request that is sent once: whoever asks comes again, later. */
record OnceRequest<T>(GraphRequest<T> request) implements GraphRequest<T> {

  @Override
  public boolean isProbe() {
    return true;
  }

  @Override
  public GraphOperation operation() {
    return request.operation();
  }

  @Override
  public String credential() {
    return request.credential();
  }

  @Override
  public String mailbox() {
    return request.mailbox();
  }

  @Override
  public String method() {
    return request.method();
  }

  @Override
  public URI uri() {
    return request.uri();
  }

  @Override
  public String content() {
    return request.content();
  }

  @Override
  public int weight() {
    return request.weight();
  }

  @Override
  public int parts() {
    return request.parts();
  }

  @Override
  public @Nullable String prefer() {
    return request.prefer();
  }

  @Override
  public Tries tries() {
    return request.tries();
  }

  @Override
  public @Nullable T read(InputStream answer) throws IOException {
    return request.read(answer);
  }
}
