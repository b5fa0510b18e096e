package org.mailroom.graph;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import org.jspecify.annotations.Nullable;

/** A request that is no batch. */
record SingleRequest<T>(
    GraphOperation operation,
    String credential,
    String mailbox,
    String method,
    URI uri,
    @Nullable String content,
    @Nullable String prefer,
    GraphRequest.Answer<T> answer,
    Tries tries)
    implements GraphRequest<T> {

  @Override
  public int weight() {
    return 1;
  }

  @Override
  public int parts() {
    return 1;
  }

  @Override
  public @Nullable T read(InputStream stream) throws IOException {
    return answer.read(stream);
  }
}
