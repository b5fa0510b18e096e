package org.mailroom.delivery;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.EntityDetails;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.HttpResponse;
import org.apache.hc.core5.http.HttpResponseInterceptor;
import org.apache.hc.core5.http.io.entity.HttpEntityWrapper;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.jspecify.annotations.Nullable;

/**
 * Cuts the text of an answer that isn't 2xx: Camel reads it whole to tell of it, however much there
 * is.
 */
final class BoundedErrors implements HttpResponseInterceptor {

  private static final int OK_BELOW = 300;

  private final long mostBytes;

  BoundedErrors(long mostBytes) {
    this.mostBytes = mostBytes;
  }

  @Override
  public void process(HttpResponse response, EntityDetails details, HttpContext context) {
    if (response.getCode() >= OK_BELOW
        && response instanceof ClassicHttpResponse answer
        && answer.getEntity() != null) {
      answer.setEntity(new Cut(answer.getEntity(), mostBytes));
    }
  }

  private static final class Cut extends HttpEntityWrapper {
    private final long mostBytes;

    private Cut(HttpEntity whole, long mostBytes) {
      super(whole);
      this.mostBytes = mostBytes;
    }

    @Override
    public @Nullable InputStream getContent() throws IOException {
      InputStream content = super.getContent();
      return content == null ? null : new Beginning(content, mostBytes);
    }
  }

  private static final class Beginning extends FilterInputStream {
    private long left;

    private Beginning(InputStream whole, long left) {
      super(whole);
      this.left = left;
    }

    @Override
    public int read() throws IOException {
      int read = left > 0 ? super.read() : -1;
      left -= read < 0 ? 0 : 1;
      return read;
    }

    @Override
    public int read(byte[] bytes, int from, int most) throws IOException {
      int read = left > 0 ? super.read(bytes, from, (int) Math.min(most, left)) : -1;
      left -= Math.max(0, read);
      return read;
    }
  }
}
