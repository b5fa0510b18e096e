package org.mailroom.graph;

import java.io.IOException;
import java.io.InputStream;
import org.apache.hc.client5.http.classic.ExecChain;
import org.apache.hc.client5.http.classic.ExecChainHandler;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.HttpStatus;
import org.apache.hc.core5.http.io.entity.ByteArrayEntity;

/** Of a refusal's text a little is enough, however long it is once it is unpacked. */
final class ErrorText implements ExecChainHandler {

  private static final int LONGEST = 256 * 1024;

  @Override
  public ClassicHttpResponse execute(
      ClassicHttpRequest request, ExecChain.Scope scope, ExecChain chain)
      throws IOException, HttpException {
    ClassicHttpResponse response = chain.proceed(request, scope);
    boolean success =
        response.getCode() >= HttpStatus.SC_SUCCESS
            && response.getCode() < HttpStatus.SC_REDIRECTION;
    if (!success && response.getEntity() != null) {
      try (HttpEntity entity = response.getEntity();
          InputStream text = entity.getContent()) {
        response.setEntity(new ByteArrayEntity(text.readNBytes(LONGEST), null));
      }
    }
    return response;
  }
}
