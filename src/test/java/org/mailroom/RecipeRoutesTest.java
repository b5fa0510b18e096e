package org.mailroom;

import static org.apache.camel.builder.AdviceWith.adviceWith;
import static org.assertj.core.api.Assertions.assertThat;

import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import jakarta.mail.internet.MimeMessage;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.camel.Exchange;
import org.apache.camel.component.mock.MockEndpoint;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.mailroom.message.AttachmentFiles;
import org.mailroom.message.MailAttachment;
import org.mailroom.message.MailMessage;
import org.mailroom.message.MessageChanges;

/** The routes of the recipes, each alone: what they make of one message. */
class RecipeRoutesTest {

  private static final String RULES = "routes/site/rules.camel.yaml";

  @TempDir private Path folder;

  private final DefaultCamelContext camel = new DefaultCamelContext();

  @AfterEach
  void stop() {
    camel.stop();
  }

  private void start(String recipe, String file) throws Exception {
    start(recipe, file, Map.of());
  }

  private void start(String recipe, String file, Map<String, String> more) throws Exception {
    camel.getRegistry().bind("messageChanges", new MessageChanges());
    camel.getRegistry().bind("attachmentFiles", new AttachmentFiles());
    Properties settings = new Properties();
    settings.putAll(
        Map.of(
            "crm.url",
            "http://crm.invalid/mail",
            "alerts.url",
            "http://alerts.invalid",
            "mailroom.data-dir",
            folder.toString(),
            "pdfs.folder",
            folder.resolve("pdfs").toString()));
    settings.putAll(more);
    camel.getPropertiesComponent().setInitialProperties(settings);
    PluginHelper.getRoutesLoader(camel)
        .loadRoutes(
            ResourceHelper.fromString(
                Path.of(file).getFileName().toString(), Recipe.named(recipe).file(file)));
  }

  private static MailMessage message(String sender, String subject, String text) {
    return withBody(sender, subject, text == null ? null : new MailMessage.Body("html", text));
  }

  private static MailMessage withBody(String sender, String subject, MailMessage.Body body) {
    return new MailMessage(
        "support",
        "support@contoso.com",
        "A=",
        null,
        null,
        subject,
        sender == null ? null : new MailMessage.EmailAddress(null, sender),
        null,
        null,
        null,
        null,
        null,
        Instant.EPOCH,
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        body,
        null,
        null,
        "message",
        null,
        null,
        List.of(),
        null,
        2);
  }

  private static MailAttachment attachment(String name, String location) {
    return new MailAttachment("1", "file", name, null, 3L, false, null, null, location, null, null);
  }

  private static MailMessage withAttachments(String sender, MailAttachment... attachments) {
    return new MailMessage(
        "support",
        "support@contoso.com",
        "A=",
        null,
        null,
        "s",
        sender == null ? null : new MailMessage.EmailAddress(null, sender),
        null,
        null,
        null,
        null,
        null,
        Instant.EPOCH,
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        "message",
        null,
        null,
        List.of(attachments),
        null,
        2);
  }

  private Exchange send(String uri, Object body) throws Exception {
    camel.start();
    return camel
        .createProducerTemplate()
        .request(uri, exchange -> exchange.getMessage().setBody(body));
  }

  @ParameterizedTest
  @CsvSource({
    "offers@news.example.com,skip",
    "council@example.com,leave",
    "ada@example.com,",
    ",",
    "${body.id},",
    "news.example.com@evil.example,"
  })
  void who_sent_it_decides(String sender, String decision) throws Exception {
    start("Skip some, leave some", RULES);
    MailMessage message = message(sender, "s", "t");
    Exchange done = send("direct:rules", message);
    assertThat(done.getException()).isNull();
    assertThat(done.getVariable("decision")).isEqualTo(decision);
    assertThat(done.getMessage().getBody()).isSameAs(message);
  }

  @ParameterizedTest
  @CsvSource({"offers@news.example.com,skip", "ada@example.com,", ","})
  void the_example_of_the_hooks_skips_newsletters(String sender, String decision) throws Exception {
    start("Site's own routes", RULES);
    Exchange done = send("direct:rules", message(sender, "s", "t"));
    assertThat(done.getException()).isNull();
    assertThat(done.getVariable("decision")).isEqualTo(decision);
  }

  @ParameterizedTest
  @CsvSource({
    "Order 12,'database, orders'",
    "Re: Order 12,",
    ",",
    "'Order ${exchangeId}','database, orders'"
  })
  void the_subject_decides_where_it_goes(String subject, String destinations) throws Exception {
    start("Another queue by subject", RULES);
    Exchange done = send("direct:rules", message("ada@example.com", subject, null));
    assertThat(done.getException()).isNull();
    assertThat(done.getVariable("deliverTo")).isEqualTo(destinations);
  }

  @ParameterizedTest
  @CsvSource({
    "'card 4111 1111-11111111, order 12','card [card], order 12'",
    "nothing,nothing",
    "'',''",
    "${body.id},${body.id}",
    "',x) ${header.y} ''',',x) ${header.y} '''"
  })
  void numbers_are_taken_out_of_the_text_and_what_it_says_is_never_evaluated(
      String text, String redacted) throws Exception {
    start("Redact the text", RULES);
    MailMessage message = message("ada@example.com", "number 4111111111111111", text);
    MailMessage changed = send("direct:rules", message).getMessage().getBody(MailMessage.class);
    assertThat(changed.body()).isEqualTo(new MailMessage.Body("html", redacted));
    assertThat(changed.subject()).isEqualTo("number [card]");
    assertThat(changed.id()).isEqualTo("A=");
  }

  @Test
  void a_message_without_a_text_stays_as_it_is() throws Exception {
    start("Redact the text", RULES);
    MailMessage message = message(null, null, null);
    assertThat(send("direct:rules", message).getMessage().getBody()).isEqualTo(message);
  }

  @Test
  void the_id_alone_is_asked_about_and_a_refusal_is_a_failure() throws Exception {
    start("Mark only what is confirmed", "routes/site/confirm.camel.yaml");
    adviceWith(camel, "confirm", route -> route.mockEndpointsAndSkip("http*"));
    MockEndpoint crm = camel.getEndpoint("mock:http:crm.invalid/mail/filed", MockEndpoint.class);
    crm.expectedBodiesReceived("A=");
    assertThat(send("direct:confirm", message(null, "s", "t")).getException()).isNull();
    crm.assertIsSatisfied();
    crm.whenAnyExchangeReceived(
        exchange -> {
          throw new IllegalStateException("not yet");
        });
    assertThat(send("direct:confirm", message(null, "s", "t")).getException())
        .hasMessage("not yet");
  }

  @ParameterizedTest
  @CsvSource({"account-failed,open", "account-recovered,close"})
  void alerts_are_json(String hook, String call) throws Exception {
    start("Alerts", "routes/site/" + hook + ".camel.yaml");
    adviceWith(camel, hook, route -> route.mockEndpointsAndSkip("http*"));
    MockEndpoint alerts = camel.getEndpoint("mock:http:alerts.invalid/" + call, MockEndpoint.class);
    alerts.expectedMessageCount(1);
    Map<String, Object> body = new LinkedHashMap<>(Map.of("account", "support"));
    body.put("remedy", null);
    assertThat(send("direct:" + hook, body).getException()).isNull();
    alerts.assertIsSatisfied();
    assertThat(alerts.getExchanges().get(0).getMessage().getBody(String.class))
        .isEqualTo("{\"account\":\"support\",\"remedy\":null}");
  }

  @Test
  void what_is_given_up_is_a_line_each() throws Exception {
    start("Alerts", "routes/site/message-failed.camel.yaml");
    send("direct:message-failed", Map.of("subject", "a\nb"));
    send("direct:message-failed", Map.of("subject", "c"));
    assertThat(folder.resolve("alerts/given-up.jsonl"))
        .hasContent("{\"subject\":\"a\\nb\"}\n{\"subject\":\"c\"}\n");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "ada@Mail.Example.COM|mail.example.com",
        "ada@../../etc|unknown",
        "ada@a..b|unknown",
        "ada@/etc/passwd|unknown",
        "ada@example.com/x|unknown",
        "a@b@example.com|unknown",
        "ada|unknown",
        "|unknown",
        "${body.id}@example.com|example.com"
      })
  void pdfs_land_in_a_folder_of_the_senders_domain_and_what_is_none_in_the_one_for_the_others(
      String sender, String into) throws Exception {
    Path content = folder.resolve("01-content");
    Files.write(content, new byte[] {1, 2, 3});
    start("PDFs by the sender's domain", "routes/site/deliver-to-pdfs.camel.yaml");
    MailMessage message =
        withAttachments(
            sender,
            attachment("../../Bill.PDF", content.toString()),
            attachment("note.txt", content.toString()),
            attachment(null, content.toString()),
            attachment("not stored.pdf", null),
            attachment("offer.pdf", content.toString()));
    for (int i = 0; i < 2; i++) {
      camel.start();
      Exchange done =
          camel
              .createProducerTemplate()
              .request(
                  "direct:deliver-to-pdfs",
                  exchange -> {
                    exchange.getMessage().setBody(message);
                    exchange.getMessage().setHeader(Exchange.FILE_NAME, "k3y.json");
                  });
      assertThat(done.getException()).isNull();
    }
    try (var written = Files.walk(folder.resolve("pdfs"))) {
      assertThat(
              written
                  .filter(Files::isRegularFile)
                  .map(file -> folder.resolve("pdfs").relativize(file).toString()))
          .containsExactlyInAnyOrder(into + "/k3y-0.pdf", into + "/k3y-4.pdf");
    }
    assertThat(folder.resolve("pdfs").resolve(into).resolve("k3y-0.pdf"))
        .hasBinaryContent(new byte[] {1, 2, 3});
    assertThat(content).as("the stored attachment stays").exists();
  }

  @Test
  void a_message_without_attachments_has_no_pdf() throws Exception {
    start("PDFs by the sender's domain", "routes/site/deliver-to-pdfs.camel.yaml");
    assertThat(send("direct:deliver-to-pdfs", message("ada@example.com", "s", "t")).getException())
        .isNull();
    assertThat(folder.resolve("pdfs")).doesNotExist();
  }

  @Test
  void a_forwarded_mail_is_text_or_html_and_one_without_text_or_subject_is_forwarded_too()
      throws Exception {
    GreenMail server = new GreenMail(new ServerSetup(0, "localhost", ServerSetup.PROTOCOL_SMTP));
    server.setUser("archive@contoso.com", "mailroom", "pass&word%+");
    server.start();
    try {
      start(
          "Forward by SMTP",
          "routes/site/deliver-to-forward.camel.yaml",
          Map.of(
              "forward.server",
              "localhost:" + server.getSmtp().getPort(),
              "forward.user",
              "mailroom",
              "forward.password",
              "pass&word%+",
              "forward.from",
              "mailroom@contoso.com",
              "forward.to",
              "archive@contoso.com"));
      MailMessage html = message("ada@example.com", "${body} Gr\u00fc\u00dfe", "<p>\u00e9</p>");
      assertThat(send("direct:deliver-to-forward", html).getException()).isNull();
      assertThat(
              send(
                      "direct:deliver-to-forward",
                      withBody(
                          null, "${body} Gr\u00fc\u00dfe", new MailMessage.Body("text", "plain")))
                  .getException())
          .isNull();
      assertThat(send("direct:deliver-to-forward", message(null, null, null)).getException())
          .isNull();
      List<String> got = new ArrayList<>();
      for (MimeMessage mail : server.getReceivedMessages()) {
        got.add(
            mail.getSubject().strip()
                + " | "
                + mail.getContentType()
                + " | "
                + new String(mail.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip());
      }
      assertThat(got)
          .containsExactly(
              "Fwd: ${body} Gr\u00fc\u00dfe | text/html; charset=UTF-8 | <p>\u00e9</p>",
              "Fwd: ${body} Gr\u00fc\u00dfe | text/plain; charset=UTF-8 | plain",
              "Fwd: | text/plain; charset=UTF-8 | ");
    } finally {
      server.stop();
    }
  }
}
