package org.mailroom.graph;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.io.entity.InputStreamEntity;
import org.apache.hc.core5.http.message.BasicClassicHttpRequest;
import org.apache.hc.core5.http.message.BasicClassicHttpResponse;
import org.junit.jupiter.api.Test;

class ErrorTextTest {

  private static final int LONG = 10_000_000;
  private static final ClassicHttpRequest REQUEST = new BasicClassicHttpRequest("GET", "/");

  private final AtomicBoolean closed = new AtomicBoolean();

  private ClassicHttpResponse passed(int status) throws Exception {
    BasicClassicHttpResponse answer = new BasicClassicHttpResponse(status);
    answer.setEntity(
        new InputStreamEntity(
            new ByteArrayInputStream(new byte[LONG]) {
              @Override
              public void close() {
                closed.set(true);
              }
            },
            null));
    return new ErrorText().execute(REQUEST, null, (request, scope) -> answer);
  }

  @Test
  void of_a_refusal_256_kilobytes_are_read_and_the_rest_is_let_go_of() throws Exception {
    for (int status : new int[] {302, 403, 503}) {
      closed.set(false);
      assertThat(passed(status).getEntity().getContent().readAllBytes()).hasSize(256 * 1024);
      assertThat(closed).isTrue();
    }
  }

  @Test
  void an_answer_passes_unread_however_long_it_is() throws Exception {
    ClassicHttpResponse answer = passed(200);
    assertThat(closed).isFalse();
    assertThat(answer.getEntity().getContent().readAllBytes()).hasSize(LONG);
  }

  @Test
  void a_refusal_without_a_text_passes() throws Exception {
    BasicClassicHttpResponse refusal = new BasicClassicHttpResponse(404);
    assertThat(new ErrorText().execute(REQUEST, null, (request, scope) -> refusal))
        .isSameAs(refusal);
    assertThat(refusal.getEntity()).isNull();
  }
}
