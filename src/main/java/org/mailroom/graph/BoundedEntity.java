package org.mailroom.graph;

import java.io.IOException;
import java.io.InputStream;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.io.entity.HttpEntityWrapper;
import org.jspecify.annotations.Nullable;

/** The body of an answer, which is read within its bounds, and says nothing of its type. */
final class BoundedEntity extends HttpEntityWrapper {

  private final BoundedAnswer answer;

  BoundedEntity(HttpEntity entity, BoundedAnswer answer) {
    super(entity);
    this.answer = answer;
  }

  @Override
  public InputStream getContent() {
    return answer;
  }

  @Override
  public @Nullable String getContentType() {
    return null;
  }

  @Override
  public boolean isRepeatable() {
    return false;
  }

  @Override
  public boolean isStreaming() {
    return true;
  }

  @Override
  public void close() throws IOException {
    answer.close();
  }
}
