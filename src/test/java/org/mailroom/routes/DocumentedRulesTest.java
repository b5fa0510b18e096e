package org.mailroom.routes;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.camel.Exchange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.mailroom.message.MailMessage;
import org.mailroom.message.MailMessageJson;

/** The rules that docs/routes.md shows. */
class DocumentedRulesTest {

  @TempDir private Path folder;

  private static MailMessage from(String sender) throws Exception {
    String from = sender == null ? "" : "\"from\":{\"address\":\"" + sender + "\"},";
    return new MailMessageJson()
        .read(
            ("{"
                    + from
                    + "\"account\":\"support\",\"mailbox\":\"support@contoso.com\",\"id\":\"AA\"}")
                .getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void newsletters_are_skipped_and_nothing_else_is() throws Exception {
    Matcher snippet =
        Pattern.compile("```yaml\\n(- route:\\n    id: rules\\n.*?)```", Pattern.DOTALL)
            .matcher(Files.readString(Path.of("docs/routes.md")));
    assertThat(snippet.find()).isTrue();
    try (RoutesUnderTest routes =
        new RoutesUnderTest(folder).write("site/rules.camel.yaml", snippet.group(1)).start()) {
      for (String sender : new String[] {"daily@news.example.com", "anna@contoso.com", null}) {
        MailMessage message = from(sender);
        Exchange done =
            routes
                .camel
                .createProducerTemplate()
                .send("direct:rules", exchange -> exchange.getMessage().setBody(message));
        assertThat(done.getException()).isNull();
        assertThat(done.getVariable("decision"))
            .isEqualTo("daily@news.example.com".equals(sender) ? "skip" : null);
      }
    }
  }
}
