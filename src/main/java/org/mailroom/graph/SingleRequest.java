package org.mailroom.graph;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;

/** A request that is no batch. */
record SingleRequest<T>(
    GraphOperation operation, String credential, String mailbox, String method, URI uri, String content, String prefer, GraphRequest.Answer<T> answer,
    Tries tries) implements GraphRequest<T> {

  @Override
  public int weight() {
    return 1;
  }

  @Override
  public int parts() {
    return 1;
  }

  @Override
  public T read(InputStream stream) throws IOException {
    return answer.read(stream);
  }
}
