package org.mailroom.credential;

import com.microsoft.aad.msal4j.HttpMethod;
import com.microsoft.aad.msal4j.HttpRequest;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.net.ssl.SSLContext;
import org.apache.hc.client5.http.ConnectTimeoutException;
import org.apache.hc.client5.http.classic.methods.HttpUriRequestBase;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.client5.http.protocol.HttpClientContext;
import org.apache.hc.client5.http.ssl.ClientTlsStrategyBuilder;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.io.entity.ByteArrayEntity;
import org.apache.hc.core5.http.io.entity.EntityUtils;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;
import org.mailroom.settings.Daemons;
import org.mailroom.settings.Limits;

/**
 * Sends msal4j's requests over the HTTP client that Graph is asked by, each within {@code
 * limits.token-timeout} from its sending to the end of its answer. Tokens are asked for seldom, so
 * each request has a connection of its own; nothing is sent twice, no redirect is followed. Safe
 * for use by several threads.
 *
 * <p>It isn't {@code java.net.http}: the threads of that one can't be ended, and the JVM waits for
 * them for 0.3 s when the process ends.
 */
final class BoundedHttpClient implements AutoCloseable {

  /** A whole answer. */
  record Answer(int status, Map<String, List<String>> headers, String body) {

    /** The first value of a header, whatever the case of its name; null without one. */
    @Nullable String header(String name) {
      return headers.entrySet().stream()
          .filter(header -> header.getKey().equalsIgnoreCase(name))
          .map(header -> header.getValue().get(0))
          .findFirst()
          .orElse(null);
    }
  }

  private static final int PROXY_DEMANDS_PASSWORD = 407;
  private static final int MOST_CONNECTIONS = 200;
  private static final int MOST_CHARACTERS = 100_000;
  private static final ContentType FORM = ContentType.create("application/x-www-form-urlencoded");

  private final Duration whole;
  private final boolean byProxy;
  private final CloseableHttpClient client;
  private final ScheduledThreadPoolExecutor timers;

  /**
   * @param proxy null for none
   * @param tls null for what the JVM trusts
   */
  BoundedHttpClient(Limits limits, @Nullable HttpHost proxy, @Nullable SSLContext tls) {
    this.whole = limits.tokenTimeout();
    this.byProxy = proxy != null;
    Timeout silence = Timeout.of(whole);
    PoolingHttpClientConnectionManagerBuilder connections =
        PoolingHttpClientConnectionManagerBuilder.create()
            .setMaxConnPerRoute(MOST_CONNECTIONS)
            .setMaxConnTotal(MOST_CONNECTIONS)
            .setDefaultConnectionConfig(
                ConnectionConfig.custom()
                    .setConnectTimeout(Timeout.of(limits.connectTimeout()))
                    .setSocketTimeout(silence)
                    .build());
    if (tls != null) {
      connections.setTlsSocketStrategy(
          ClientTlsStrategyBuilder.create().setSslContext(tls).buildClassic());
    }
    this.client =
        HttpClientBuilder.create()
            .setConnectionManager(connections.build())
            .setConnectionReuseStrategy((request, response, context) -> false)
            .setDefaultRequestConfig(
                RequestConfig.custom()
                    .setConnectionRequestTimeout(silence)
                    .setResponseTimeout(silence)
                    .build())
            .setProxy(proxy)
            .disableAutomaticRetries()
            .disableRedirectHandling()
            .disableCookieManagement()
            .disableAuthCaching()
            .disableContentCompression()
            .build();
    this.timers = new ScheduledThreadPoolExecutor(1, Daemons.named("token-time"));
    timers.setRemoveOnCancelPolicy(true);
  }

  /**
   * Returns the whole answer, of any status.
   *
   * @param address where it goes, instead of where msal4j would send it
   * @param body of a POST; null for none
   * @throws SocketTimeoutException when the answer isn't there in time
   * @throws IOException when there is none, it is longer than any token, or the proxy lets nobody
   *     through
   */
  Answer send(HttpRequest asked, URI address, @Nullable String body) throws IOException {
    HttpUriRequestBase request = new HttpUriRequestBase(asked.httpMethod().name(), address);
    if (asked.headers() != null) {
      asked.headers().forEach(request::setHeader);
    }
    if (asked.httpMethod() == HttpMethod.POST) {
      // the type counts where msal4j gives none, as where it asks for a device code
      request.setEntity(
          new ByteArrayEntity((body == null ? "" : body).getBytes(StandardCharsets.UTF_8), FORM));
    }
    AtomicBoolean late = new AtomicBoolean();
    Future<?> timer =
        timers.schedule(
            Daemons.told(
                () -> {
                  late.set(true);
                  request.cancel();
                }),
            whole.toMillis(),
            TimeUnit.MILLISECONDS);
    HttpClientContext context = HttpClientContext.create();
    try {
      Answer answer = client.execute(request, context, BoundedHttpClient::read);
      boolean neverReached = address.getScheme().equals("https") && context.getSSLSession() == null;
      if (byProxy && (neverReached || answer.status() == PROXY_DEMANDS_PASSWORD)) {
        // without TLS it is the proxy's answer to CONNECT, not the identity platform's
        throw new IOException("the proxy refuses: HTTP " + answer.status());
      }
      return answer;
    } catch (IOException e) {
      if (late.get()
          || (e instanceof SocketTimeoutException && !(e instanceof ConnectTimeoutException))) {
        // without its cause, which would say that the socket was closed
        throw new SocketTimeoutException("no whole answer within " + whole.toSeconds() + " s");
      }
      throw e;
    } finally {
      timer.cancel(false);
    }
  }

  private static Answer read(ClassicHttpResponse response) throws IOException, HttpException {
    String body =
        response.getEntity() == null
            ? ""
            : EntityUtils.toString(
                response.getEntity(), StandardCharsets.UTF_8, MOST_CHARACTERS + 1);
    if (body.length() > MOST_CHARACTERS) {
      throw new IOException("the answer is longer than any token");
    }
    Map<String, List<String>> headers = new HashMap<>();
    for (Header header : response.getHeaders()) {
      headers
          .computeIfAbsent(header.getName(), name -> new ArrayList<>())
          .add(header.getValue() == null ? "" : header.getValue());
    }
    return new Answer(response.getCode(), headers, body);
  }

  /** Ends what is under way. */
  @Override
  public void close() {
    client.close(CloseMode.IMMEDIATE);
    timers.shutdownNow();
  }
}
