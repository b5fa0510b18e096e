package org.mailroom.console;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.ObjectOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.mailroom.SettableClock;
import org.springframework.mock.web.MockHttpSession;

/** A secret that was typed into a form that was refused. */
class TypedSecretsTest {

  private static final List<String> SECRET = List.of("client-secret", "certificate.content");

  private final SettableClock clock = new SettableClock();
  private final TypedSecrets secrets = new TypedSecrets(new ObjectMapper(), clock);
  private final MockHttpSession session = new MockHttpSession();

  private static Map<String, String> fields(String secret, String tokenUrl) {
    return new HashMap<>(
        Map.of(
            "client-secret",
            secret,
            "token-url",
            tokenUrl,
            "authorization-url",
            "",
            "certificate.content",
            ""));
  }

  private String filledIn(String form, String typed, String tokenUrl) {
    Map<String, String> fields = fields(typed, tokenUrl);
    secrets.fillIn(session, form, fields);
    return fields.get("client-secret");
  }

  @Test
  void it_is_filled_in_where_nothing_was_typed_and_lies_encrypted_in_the_session()
      throws Exception {
    assertThat(secrets.keep(session, "a", fields("typed once", ""), SECRET)).isTrue();
    assertThat(filledIn("a", "", "")).isEqualTo("typed once");
    assertThat(filledIn("a", "another one", "")).isEqualTo("another one");
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      for (String name : Collections.list(session.getAttributeNames())) {
        out.writeObject(session.getAttribute(name));
      }
    }
    assertThat(bytes.toString(StandardCharsets.ISO_8859_1)).doesNotContain("typed once");
  }

  @Test
  void it_is_for_no_other_form_no_other_address_and_no_later_time_and_gone_when_nothing_is_typed() {
    secrets.keep(session, "a", fields("typed once", ""), SECRET);
    assertThat(filledIn("b", "", "")).isEmpty();
    assertThat(filledIn("a", "", "")).as("forgotten at the first strange question").isEmpty();
    secrets.keep(session, "a", fields("typed once", ""), SECRET);
    assertThat(filledIn("a", "", "https://login.microsoftonline.us/token")).isEmpty();
    secrets.keep(session, "a", fields("typed once", ""), SECRET);
    clock.pass(TypedSecrets.KEPT.minusSeconds(1));
    assertThat(filledIn("a", "", "")).isEqualTo("typed once");
    clock.passSeconds(1);
    assertThat(filledIn("a", "", "")).isEmpty();
    secrets.keep(session, "a", fields("typed once", ""), SECRET);
    clock.passSeconds(-1);
    assertThat(filledIn("a", "", "")).as("the clock has been set back").isEmpty();
    secrets.keep(session, "a", fields("typed once", ""), SECRET);
    assertThat(secrets.keep(session, "a", fields(" ", ""), SECRET)).isFalse();
    assertThat(filledIn("a", "", "")).isEmpty();
  }
}
