package org.mailroom;

import java.net.URI;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.mailroom.credential.SignInAnswer;
import org.springframework.boot.ssl.SslBundles;

/** Walks through the demo tenant's sign-in as a person with a browser does. */
final class DemoBrowser {

  private final HttpClient client;

  DemoBrowser(MailroomRun mailroom) {
    client =
        HttpClient.newBuilder()
            .sslContext(mailroom.bean(SslBundles.class).getBundle("demo").createSslContext())
            .build();
  }

  HttpResponse<String> get(URI address) {
    try {
      return client.send(
          HttpRequest.newBuilder(address).build(), HttpResponse.BodyHandlers.ofString());
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  /** What the browser is sent back with. */
  SignInAnswer signIn(URI authorizationUrl, String user, boolean accept) {
    HttpResponse<String> answer =
        get(
            URI.create(
                authorizationUrl
                    + "&user="
                    + URLEncoder.encode(user, StandardCharsets.UTF_8)
                    + "&decision="
                    + (accept ? "accept" : "deny")));
    if (answer.statusCode() != 302) {
      throw new IllegalStateException(answer.body());
    }
    Map<String, String> parameters = new HashMap<>();
    for (String pair :
        URI.create(answer.headers().firstValue("Location").orElseThrow())
            .getRawQuery()
            .split("&")) {
      String[] parts = pair.split("=", 2);
      parameters.put(parts[0], URLDecoder.decode(parts[1], StandardCharsets.UTF_8));
    }
    return SignInAnswer.of(parameters);
  }
}
