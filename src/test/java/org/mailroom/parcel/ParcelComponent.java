package org.mailroom.parcel;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.apache.camel.Consumer;
import org.apache.camel.Endpoint;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.Producer;
import org.apache.camel.support.DefaultComponent;
import org.apache.camel.support.DefaultEndpoint;
import org.apache.camel.support.DefaultProducer;

/** A component that Mailroom doesn't have: {@code parcel:folder} writes each body into a file. */
public final class ParcelComponent extends DefaultComponent {

  @Override
  protected Endpoint createEndpoint(String uri, String folder, Map<String, Object> parameters) {
    return new DefaultEndpoint(uri, this) {
      @Override
      public Producer createProducer() {
        return new DefaultProducer(this) {
          @Override
          public void process(Exchange exchange) throws Exception {
            Files.createDirectories(Path.of(folder));
            Files.writeString(
                Path.of(folder, exchange.getMessage().getHeader(Exchange.FILE_NAME, String.class)),
                exchange.getMessage().getBody(String.class));
          }
        };
      }

      @Override
      public Consumer createConsumer(Processor processor) {
        throw new UnsupportedOperationException();
      }
    };
  }
}
