package org.mailroom.credential;

import com.microsoft.aad.msal4j.HttpMethod;
import com.microsoft.aad.msal4j.HttpRequest;
import com.microsoft.aad.msal4j.HttpResponse;
import com.microsoft.aad.msal4j.IHttpClient;
import com.microsoft.aad.msal4j.IHttpResponse;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.mailroom.settings.MailroomProperties;

/**
 * How msal4j reaches the machine: never by a proxy, for another machine's identity would be told,
 * and within {@code limits.token-timeout}.
 */
final class MachineHttpClient {

  private static final String IMDS = "169.254.169.254";
  private static final int MOST_CHARACTERS = 100_000;

  private final URI imds;
  private final Duration whole;
  private final HttpClient client;

  MachineHttpClient(MailroomProperties properties) {
    this.imds = properties.imdsUrl();
    this.whole = properties.limits().tokenTimeout();
    this.client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .proxy(HttpClient.Builder.NO_PROXY)
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(properties.limits().connectTimeout())
            .build();
  }

  Conversation conversation() {
    return new Conversation();
  }

  /**
   * The requests that one token takes. It remembers what msal4j doesn't tell: the last status, what
   * the machine said, and how long to wait.
   */
  final class Conversation implements IHttpClient {

    private volatile int status;
    private volatile String body = "";
    private volatile @Nullable String retryAfter;
    private volatile @Nullable IOException trouble;

    private Conversation() {}

    @Override
    public IHttpResponse send(HttpRequest request) throws Exception {
      java.net.http.HttpRequest.Builder outgoing =
          java.net.http.HttpRequest.newBuilder(address(request.url().toURI())).timeout(whole);
      if (request.headers() != null) {
        request.headers().forEach(outgoing::header);
      }
      if (request.httpMethod() == HttpMethod.POST) {
        outgoing.POST(
            java.net.http.HttpRequest.BodyPublishers.ofString(
                request.body() == null ? "" : request.body()));
      }
      status = 0;
      java.net.http.HttpResponse<String> received;
      try {
        received = new BoundedHttpClient(client, whole).send(outgoing.build());
      } catch (IOException e) {
        trouble = e;
        throw e;
      }
      if (received.body().length() > MOST_CHARACTERS) {
        throw new IOException("the answer is longer than any token");
      }
      status = received.statusCode();
      body = received.body();
      retryAfter = received.headers().firstValue("Retry-After").orElse(null);
      HttpResponse answer = new HttpResponse();
      answer.statusCode(status);
      answer.body(body);
      answer.addHeaders(received.headers().map());
      return answer;
    }

    /** The metadata service is where the settings say. */
    private URI address(URI asked) {
      if (!IMDS.equals(asked.getHost())) {
        return asked;
      }
      return URI.create(
          imds.getScheme()
              + "://"
              + imds.getRawAuthority()
              + asked.getRawPath()
              + (asked.getRawQuery() == null ? "" : "?" + asked.getRawQuery()));
    }

    /** HTTP status of the last answer, 0 when there was none. */
    int status() {
      return status;
    }

    /** What the last answer said. */
    String body() {
      return body;
    }

    /** Why there was no answer; null when there was one. */
    @Nullable IOException trouble() {
      return trouble;
    }

    @Nullable String retryAfter() {
      return retryAfter;
    }
  }
}
