package org.mailroom.credential;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A client whose requests have an end as a whole: its own time-out ends with the first byte of the
 * answer.
 *
 * @param whole from the sending to the end of the answer
 */
record BoundedHttpClient(HttpClient client, Duration whole) {

  /**
   * Returns the whole answer.
   *
   * @throws HttpTimeoutException when it isn't there in time
   */
  HttpResponse<String> send(HttpRequest outgoing) throws IOException, InterruptedException {
    CompletableFuture<HttpResponse<String>> answer =
        client.sendAsync(outgoing, HttpResponse.BodyHandlers.ofString());
    try {
      return answer.get(whole.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw new HttpTimeoutException("no whole answer within " + whole.toSeconds() + " s");
    } catch (ExecutionException e) {
      throw e.getCause() instanceof IOException trouble ? trouble : new IOException(e.getCause());
    } finally {
      answer.cancel(true);
    }
  }
}
