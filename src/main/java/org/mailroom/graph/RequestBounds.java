package org.mailroom.graph;

import jakarta.annotation.PreDestroy;
import java.io.IOException;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.apache.hc.client5.http.classic.ExecChain;
import org.apache.hc.client5.http.classic.ExecChainHandler;
import org.apache.hc.core5.concurrent.Cancellable;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.HttpHeaders;
import org.jspecify.annotations.Nullable;
import org.mailroom.settings.Daemons;
import org.mailroom.settings.Limits;
import org.mailroom.settings.MailroomProperties;
import org.springframework.stereotype.Component;

/**
 * The one place that bounds the time of a request to Graph: the whole of it, from its sending to
 * the end of its answer, and the least rate of the answer, as it comes over the wire: one that is
 * packed and drips gives its reader nothing for a long time. (How long the service may be silent is
 * the socket's to watch.) Whatever the service says of the type of an answer is taken out:
 * camel-http treats some types specially, and a sender of mail chooses those of attachments.
 */
@Component
final class RequestBounds implements ExecChainHandler {

  /** Where a request stands when its time is over. */
  private final class Deadline implements BoundedAnswer.Connection, Runnable {
    private final ClassicHttpRequest request;
    private final ExecChain.Scope scope;
    private final String bound;
    private volatile @Nullable String reached;
    private volatile Future<?> timer;

    private Deadline(ClassicHttpRequest request, ExecChain.Scope scope, String bound) {
      this.request = request;
      this.scope = scope;
      this.bound = bound;
      this.timer =
          timers.schedule(
              Daemons.told(this), limits.requestTimeout().toMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    public void run() {
      reached = bound;
      discard();
    }

    @Override
    public void discard() {
      if (request instanceof Cancellable cancellable) {
        // in its wait for a connection, too
        cancellable.cancel();
      }
      scope.execRuntime.discardEndpoint();
    }

    @Override
    public @Nullable String boundReached() {
      return reached;
    }

    @Override
    public void hurry() {
      timer.cancel(false);
      timer = timers.schedule(Daemons.told(this::discard), A_MOMENT, TimeUnit.MILLISECONDS);
    }

    @Override
    public void ended() {
      timer.cancel(false);
    }
  }

  private static final long A_MOMENT = 2000;

  private final Limits limits;
  private final ServiceClock clock;
  private final ScheduledThreadPoolExecutor timers;

  RequestBounds(MailroomProperties properties, ServiceClock clock) {
    this.limits = properties.limits();
    this.clock = clock;
    this.timers = new ScheduledThreadPoolExecutor(1, Daemons.named("graph-time"));
    timers.setRemoveOnCancelPolicy(true);
  }

  @PreDestroy
  void stop() {
    timers.shutdownNow();
  }

  @Override
  public ClassicHttpResponse execute(
      ClassicHttpRequest request, ExecChain.Scope scope, ExecChain chain)
      throws IOException, HttpException {
    Deadline deadline =
        new Deadline(
            scope.originalRequest,
            scope,
            "not whole within " + TimeInWords.of(limits.requestTimeout()));
    boolean answered = false;
    try {
      ClassicHttpResponse response = chain.proceed(request, scope);
      clock.answered(value(response, HttpHeaders.DATE));
      response.removeHeaders(HttpHeaders.CONTENT_TYPE);
      HttpEntity entity = response.getEntity();
      if (entity != null) {
        response.setEntity(
            new BoundedEntity(entity, new BoundedAnswer(entity.getContent(), deadline, limits)));
        answered = true;
      }
      return response;
    } catch (IOException | RuntimeException e) {
      if (deadline.boundReached() != null) {
        throw new AnswerCutException(deadline.boundReached());
      }
      throw e;
    } finally {
      if (!answered) {
        deadline.ended();
      }
    }
  }

  private static @Nullable String value(ClassicHttpResponse response, String name) {
    return response.getFirstHeader(name) == null ? null : response.getFirstHeader(name).getValue();
  }
}
