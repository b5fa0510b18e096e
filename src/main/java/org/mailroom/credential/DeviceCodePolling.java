package org.mailroom.credential;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.microsoft.aad.msal4j.HttpRequest;
import com.microsoft.aad.msal4j.HttpResponse;
import com.microsoft.aad.msal4j.IHttpClient;
import com.microsoft.aad.msal4j.IHttpResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * Asks for the token of a device code as RFC 8628 section 3.5 has it and msal4j doesn't: it slows
 * down when it is told to, waits five seconds where no interval is given, and goes on after trouble
 * of the network or the service until the code has expired.
 */
final class DeviceCodePolling implements IHttpClient {

  private static final String MSAL_GRANT = "grant_type=device_code";
  private static final String GRANT =
      "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Adevice_code";
  private static final Duration SLOWER_BY = Duration.ofSeconds(5);
  private static final int TOO_MANY_REQUESTS = 429;

  private final LoginHttpClient.Conversation conversation;
  private final ObjectMapper json = new ObjectMapper();

  /** On top of the interval that msal4j waits. */
  private Duration pause = Duration.ZERO;

  DeviceCodePolling(LoginHttpClient.Conversation conversation) {
    this.conversation = conversation;
  }

  @Override
  public IHttpResponse send(HttpRequest request) throws Exception {
    if (request.body() == null || !request.body().contains(MSAL_GRANT)) {
      IHttpResponse answer = conversation.send(request);
      pause =
          answer.statusCode() == 200 && read(answer).path("interval").asLong() <= 0
              ? SLOWER_BY
              : Duration.ZERO;
      return answer;
    }
    Thread.sleep(pause.toMillis());
    try {
      IHttpResponse answer = conversation.send(request, request.body().replace(MSAL_GRANT, GRANT));
      boolean tooFast =
          answer.statusCode() == TOO_MANY_REQUESTS
              || "slow_down".equals(read(answer).path("error").asText());
      pause = tooFast ? pause.plus(SLOWER_BY) : pause;
      return tooFast || answer.statusCode() >= 500 ? pending() : answer;
    } catch (IOException notReached) {
      return pending();
    }
  }

  private JsonNode read(IHttpResponse answer) {
    try {
      return json.readTree(answer.body() == null ? "" : answer.body());
    } catch (IOException notJson) {
      return json.missingNode();
    }
  }

  private static IHttpResponse pending() {
    HttpResponse pending = new HttpResponse();
    pending.statusCode(400);
    pending.body(
        "{\"error\":\"authorization_pending\",\"error_description\":\"to be asked again\"}");
    pending.addHeaders(Map.of("Content-Type", List.of("application/json")));
    return pending;
  }
}
