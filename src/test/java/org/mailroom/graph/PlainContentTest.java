package org.mailroom.graph;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.apache.camel.CamelContext;
import org.apache.camel.component.http.HttpClientConfigurer;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PlainContentTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "application/x-java-serialized-object",
        "application/X-Java-Serialized-Object; x=y",
        "application/pdf"
      })
  void an_attachment_is_read_as_bytes_whatever_type_its_sender_chose(String type) throws Exception {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          exchange.getResponseHeaders().set("Content-Type", type);
          exchange.sendResponseHeaders(200, 3);
          exchange.getResponseBody().write(new byte[] {1, 2, 3});
          exchange.close();
        });
    server.start();
    try (CamelContext camel = new DefaultCamelContext()) {
      camel
          .getRegistry()
          .bind(
              "plain",
              (HttpClientConfigurer)
                  client -> client.addResponseInterceptorFirst(new PlainContent()));
      camel.start();
      try (var template = camel.createProducerTemplate()) {
        assertThat(
                template.requestBody(
                    "http://127.0.0.1:"
                        + server.getAddress().getPort()
                        + "/?disableStreamCache=true&httpClientConfigurer=#plain",
                    null,
                    byte[].class))
            .containsExactly(1, 2, 3);
      }
    } finally {
      server.stop(0);
    }
  }
}
