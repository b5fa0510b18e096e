package org.mailroom.kamelet;

import java.util.Map;
import org.apache.camel.Endpoint;
import org.apache.camel.support.CamelContextHelper;
import org.apache.camel.support.DefaultComponent;

/**
 * What the kamelets {@code graph-mail-…} are made of: {@code graph-mail:source}, {@code
 * graph-mail:update}, {@code graph-mail:attachment} and {@code graph-mail:reply}. It sends nothing
 * by itself: the source is an account like every other, and the actions ask through the route
 * {@code ask-graph}.
 */
public final class GraphMailComponent extends DefaultComponent {

  @Override
  protected Endpoint createEndpoint(String uri, String remaining, Map<String, Object> parameters)
      throws Exception {
    GraphMail graphMail = CamelContextHelper.findSingleByType(getCamelContext(), GraphMail.class);
    Endpoint endpoint =
        switch (remaining) {
          case "source" -> new SourceEndpoint(uri, this, graphMail);
          case "update" -> new UpdateEndpoint(uri, this, graphMail);
          case "attachment" -> new AttachmentEndpoint(uri, this, graphMail);
          case "reply" -> new ReplyEndpoint(uri, this, graphMail);
          default ->
              throw new IllegalArgumentException(
                  "graph-mail:"
                      + remaining
                      + ": there are graph-mail:source, graph-mail:update, graph-mail:attachment"
                      + " and graph-mail:reply");
        };
    setProperties(endpoint, parameters);
    return endpoint;
  }
}
