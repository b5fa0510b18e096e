package org.mailroom.credential;

import com.microsoft.aad.msal4j.HttpRequest;
import com.microsoft.aad.msal4j.HttpResponse;
import com.microsoft.aad.msal4j.IHttpClient;
import com.microsoft.aad.msal4j.IHttpResponse;
import java.io.IOException;
import java.net.URI;
import org.jspecify.annotations.Nullable;
import org.mailroom.settings.MailroomProperties;

/**
 * How msal4j reaches the machine: never by a proxy, for another machine's identity would be told,
 * and within {@code limits.token-timeout}.
 */
final class MachineHttpClient {

  private static final String IMDS = "169.254.169.254";

  private final URI imds;
  private final BoundedHttpClient client;

  MachineHttpClient(MailroomProperties properties) {
    this.imds = properties.imdsUrl();
    this.client = new BoundedHttpClient(properties.limits(), null, null);
  }

  void close() {
    client.close();
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
      status = 0;
      BoundedHttpClient.Answer received;
      try {
        received = client.send(request, address(request.url().toURI()), request.body());
      } catch (IOException e) {
        trouble = e;
        throw e;
      }
      status = received.status();
      body = received.body();
      retryAfter = received.header("Retry-After");
      HttpResponse answer = new HttpResponse();
      answer.statusCode(status);
      answer.body(body);
      answer.addHeaders(received.headers());
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
