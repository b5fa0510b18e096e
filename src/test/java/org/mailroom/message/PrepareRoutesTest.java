package org.mailroom.message;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Set;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.model.ProcessorDefinition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.mailroom.graph.GraphException;
import org.mailroom.graph.GraphRequest;
import org.mailroom.message.Fate.Kind;

/** The beans as routes call them: by name, with the variables that the routes set. */
class PrepareRoutesTest {

  @TempDir private Path folder;

  private final CamelContext camel = new DefaultCamelContext();
  private Preparing with;

  @BeforeEach
  void begin() throws Exception {
    with = new Preparing(folder);
    camel.getRegistry().bind("messagePreparation", with.preparation);
    camel.getRegistry().bind("attachmentFetch", with.attachments);
    camel
        .getRegistry()
        .bind(
            "messageRules",
            new MessageRules(Set.of("database", "file", "queue"), new MailMessageJson()));
    camel.addRoutes(
        new RouteBuilder() {
          @Override
          public void configure() {
            errorHandler(noErrorHandler());
            ProcessorDefinition<?> prepare =
                from("direct:prepare-message")
                    .setVariable("import", constant(with.running))
                    .setVariable("message", body())
                    .doTry();
            prepare
                .filter()
                .method("messagePreparation", "isContentMissing")
                .setBody()
                .method("messagePreparation", "messageRequest")
                .to("direct:graph-request")
                .end()
                .filter()
                .method("messagePreparation", "isKindUnknown")
                .setBody()
                .method("messagePreparation", "kindRequest")
                .to("direct:graph-request")
                .end()
                .filter()
                .method("messagePreparation", "mayHaveAttachments")
                .to("direct:fetch-attachments")
                .end()
                .filter()
                .method("messagePreparation", "keepsMime")
                .setBody()
                .method("messagePreparation", "mimeRequest")
                .to("direct:graph-request")
                .end()
                .bean("messagePreparation", "translate")
                .to("direct:rules")
                .bean("messageRules", "decided")
                .endDoTry()
                .doCatch(Exception.class)
                .bean("messagePreparation", "failed")
                .end();
            from("direct:fetch-attachments")
                .setBody()
                .method("attachmentFetch", "list")
                .split(body())
                .stopOnException()
                .setVariable("attachment", body())
                .doTry()
                .setBody()
                .method("attachmentFetch", "contentRequest")
                .to("direct:graph-request")
                .endDoTry()
                .doCatch(GraphException.class)
                .bean("attachmentFetch", "refused")
                .end()
                .end();
            from("direct:graph-request")
                .process(
                    exchange ->
                        exchange
                            .getMessage()
                            .setBody(
                                with.graph.ask(
                                    (GraphRequest<?>)
                                        exchange.getMessage().getBody(GraphRequest.class))));
            from("direct:rules").process(PrepareRoutesTest.this::rules);
          }
        });
    camel.start();
  }

  @AfterEach
  void end() {
    camel.stop();
  }

  /**
   * A site that redacts a subject, sends one to the queue, skips one, and has a mistake in its
   * route.
   */
  private void rules(Exchange exchange) {
    MailMessage message = exchange.getMessage().getBody(MailMessage.class);
    switch (message.subject()) {
      case "redact" ->
          exchange
              .getMessage()
              .setBody(new MailMessageJson().toString(message).replace("redact", "redacted"));
      case "queue" -> exchange.setVariable("deliverTo", "queue");
      case "skip" -> exchange.setVariable("decision", "skip");
      case "mistake" -> throw new IllegalStateException("a mistake");
      default -> exchange.setVariable("decision", "deliver");
    }
  }

  private IncomingMessage prepare(String subject) throws Exception {
    IncomingMessage message =
        with.message("{\"id\":\"A\",\"hasAttachments\":true,\"subject\":\"" + subject + "\"}");
    try (var template = camel.createProducerTemplate()) {
      assertThat(
              template
                  .request(
                      "direct:prepare-message", exchange -> exchange.getMessage().setBody(message))
                  .getException())
          .isNull();
    }
    return message;
  }

  @Test
  void every_message_passes_the_rules_with_its_attachments_stored() throws Exception {
    with.graph
        .answers(
            Preparing.LIST,
            "{\"value\":[{\"id\":\"1\",\"name\":\"a\"},{\"@odata.type\":\"#x\",\"id\":\"2\",\"name\":\"b\"}]}")
        .answers("/1/$value", "one")
        .answers("/1/%24value", "one")
        .refuses("value", 405, "x");
    assertThat(prepare("plain").document().attachments())
        .extracting(MailAttachment::size)
        .containsExactly(3L, null);
    assertThat(prepare("redact").document().subject()).isEqualTo("redacted");
    assertThat(prepare("queue").destinations()).containsExactly("queue");
    assertThat(prepare("skip").fate().kind()).isEqualTo(Kind.SKIPPED);
    assertThat(prepare("mistake").failure()).hasMessage("a mistake");
  }

  @Test
  void a_failure_in_the_middle_becomes_the_fate_of_its_message_and_raises_nothing()
      throws Exception {
    with.graph
        .answers(
            Preparing.LIST,
            "{\"value\":[{\"id\":\"1\",\"name\":\"a.pdf\",\"size\":100180},{\"id\":\"2\"}]}")
        .answers("value", "");
    assertThat(prepare("plain").failure())
        .hasMessageStartingWith("the service gave 0 of 100,180 bytes of attachment 1 (a.pdf).");
    assertThat(with.graph.asked).noneMatch(uri -> uri.contains("/2/"));
  }

  @Test
  void a_message_that_is_not_settled_waits() throws Exception {
    with.graph.answers(Preparing.LIST, "{\"value\":[]}");
    assertThat(prepare("plain").fate().kind()).isEqualTo(Kind.WAITING);
  }
}
