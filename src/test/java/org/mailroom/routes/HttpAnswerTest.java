package org.mailroom.routes;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.apache.camel.http.base.HttpOperationFailedException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HttpAnswerTest {

  private static String inWords(int status, String reason, String text) {
    return HttpAnswer.inWords(
        new HttpOperationFailedException(
            "https://crm.contoso.com/mail?api_key=s3cr3t-of-ours",
            status,
            reason,
            null,
            Map.of(),
            text));
  }

  @Test
  void status_and_text_are_told_in_one_line_without_the_address() {
    assertThat(inWords(422, "Unprocessable Entity", "{\"error\":\r\n\t\"subject is missing\"}"))
        .isEqualTo("HTTP 422 Unprocessable Entity: {\"error\": \"subject is missing\"}");
    assertThat(inWords(404, null, null)).isEqualTo("HTTP 404");
    assertThat(inWords(404, "", " \n ")).isEqualTo("HTTP 404");
  }

  @Test
  void of_a_page_its_text_is_told() {
    assertThat(
            inWords(
                502,
                "Bad Gateway",
                "<html><head><title>502</title><style>p {color: red}</style></head>\n"
                    + "<body><h1>Bad&nbsp;gateway</h1><script>x()</script><hr>nginx</body></html>"))
        .isEqualTo("HTTP 502 Bad Gateway: Bad&nbsp;gateway nginx");
  }

  @Test
  void control_characters_are_taken_out_and_a_long_text_is_cut() {
    assertThat(inWords(400, "Bad\u001b[31m Request", "a\u0000b\u202ec\u001b]0;title\u0007d"))
        .isEqualTo("HTTP 400 Bad [31m Request: a b c ]0;title d");
    assertThat(inWords(400, null, "long ".repeat(1_000_000))).hasSizeLessThan(320).endsWith("…");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "Authorization: Bearer abc123def456 isn't known|abc123def456",
        "invalid token 4f9a8b7c6d5e|4f9a8b7c6d5e",
        "{\"api_key\":\"K-12345678\",\"error\":\"revoked\"}|K-12345678",
        "wrong password=hunter42!|hunter42",
        "signature sha256=7d865e959b2466918c9863afca942d0fb89d7c9ac0c99bafc3749504ded97730 doesn't"
            + " match|7d865e959b",
        "got eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U|eyJ",
        "Basic dXNlcjpwYXNzd29yZA== refused|dXNlcjpwYXNzd29yZA"
      })
  void what_looks_like_a_secret_is_not_told(String text, String secret) {
    assertThat(inWords(401, "Unauthorized", text))
        .startsWith("HTTP 401 Unauthorized: ")
        .contains("…")
        .doesNotContain(secret);
  }

  @Test
  void what_an_operator_needs_stays() {
    String text =
        "request 1f0c8f5e-7d0a-4c1e-9b1d-0123456789ab: the secret is missing, the token has"
            + " expired, field receivedAt of 2026-01-05 isn't known";
    assertThat(inWords(400, null, text)).isEqualTo("HTTP 400: " + text);
  }
}
