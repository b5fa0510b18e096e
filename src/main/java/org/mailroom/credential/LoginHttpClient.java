package org.mailroom.credential;

import com.microsoft.aad.msal4j.HttpMethod;
import com.microsoft.aad.msal4j.HttpResponse;
import com.microsoft.aad.msal4j.IHttpClient;
import com.microsoft.aad.msal4j.IHttpResponse;
import java.net.InetSocketAddress;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.time.Duration;
import org.mailroom.configuration.MailroomProperties;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.stereotype.Component;

/** How msal4j reaches the identity platform: through the configured proxy, trusting the configured SSL bundle. */
@Component
final class LoginHttpClient {

  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final URI loginUrl;
  private final HttpClient client;

  LoginHttpClient(MailroomProperties properties, SslBundles sslBundles) {
    this.loginUrl = properties.loginUrl();
    HttpClient.Builder builder = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(Duration.ofSeconds(10));
    if (properties.sslBundle() != null && !properties.sslBundle().isBlank()) {
      builder.sslContext(sslBundles.getBundle(properties.sslBundle()).createSslContext());
    }
    if (properties.proxy() != null) {
      builder.proxy(ProxySelector.of(new InetSocketAddress(properties.proxy().getHost(), properties.proxy().getPort())));
    }
    this.client = builder.build();
  }

  /**
   * @param tokenUrl the configured token URL of a credential, or null for the default below the login URL
   */
  IHttpClient redirectingTokenRequestsTo(URI tokenUrl) {
    return request -> {
      HttpRequest.Builder outgoing = HttpRequest.newBuilder(address(request.url().toURI(), tokenUrl)).timeout(PATIENCE);
      request.headers().forEach(outgoing::header);
      if (request.httpMethod() == HttpMethod.POST) {
        outgoing.POST(HttpRequest.BodyPublishers.ofString(request.body()));
      }
      return answer(client.send(outgoing.build(), java.net.http.HttpResponse.BodyHandlers.ofString()));
    };
  }

  private URI address(URI asked, URI tokenUrl) {
    if (tokenUrl != null && asked.getPath().endsWith("/token")) {
      return tokenUrl;
    }
    return URI.create(loginUrl.getScheme() + asked.toString().substring(asked.getScheme().length()));
  }

  private static IHttpResponse answer(java.net.http.HttpResponse<String> received) {
    HttpResponse answer = new HttpResponse();
    answer.statusCode(received.statusCode());
    answer.body(received.body());
    answer.addHeaders(received.headers().map());
    return answer;
  }
}
