package org.mailroom.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class MailHtmlTest {

  private static String body(String html) {
    return MailHtml.page(html, List.of())
        .replaceFirst("(?s).*<body[^>]*>", "")
        .replaceFirst("</body>.*", "");
  }

  @Test
  void a_link_says_where_it_leads_and_leads_nowhere() {
    String shown = body("<p><a href=\"https://phish.example/?a=1&b=<2>\">www.bank.example</a></p>");
    assertThat(shown)
        .contains("www.bank.example")
        .contains("[https://phish.example/?a&#61;1&amp;b&#61;&lt;2&gt;]")
        .doesNotContain("href");
    assertThat(body("<a href=\"mailto:anna@example.com\">Anna</a>"))
        .contains("Anna")
        .contains("[anna&#64;example.com]");
    assertThat(body("<a href=\"https://example.com/\">https://example.com/</a>"))
        .as("said once")
        .doesNotContain("[");
  }

  @Test
  void an_image_from_elsewhere_is_told_of_and_not_loaded() {
    assertThat(body("<img src=\"https://evil.example/track.png\">"))
        .contains("[image not loaded]")
        .doesNotContain("evil.example")
        .doesNotContain("<img");
    assertThat(body("<img alt=\"Our <b>logo</b>\" src=\"http://evil.example/logo.png\">"))
        .contains("[image not loaded: Our &lt;b&gt;logo&lt;/b&gt;]")
        .doesNotContain("<img");
  }

  @Test
  void what_is_told_runs_nothing() {
    String shown =
        body(
            "<a href=\"javascript:alert(1)\">x</a><a href='\"><script>alert(2)</script>'>y</a><img"
                + " alt='\"><script>alert(3)</script>' src=//e><script>alert(4)</script>");
    assertThat(shown)
        .contains("[javascript:alert(1)]")
        .doesNotContain("<script")
        .doesNotContain("<a href")
        .doesNotContain("alert(4)");
  }

  @Test
  void where_no_markup_may_be_shown_its_text_is_and_where_there_is_none_that_is_said() {
    assertThat(
            body("<form><button>Pay now</button><select><option>Monday</option></select></form>"))
        .contains("Pay now")
        .contains("Monday")
        .doesNotContain("<button");
    assertThat(body("<style>p {}</style><script>document.write('x')</script>"))
        .contains("Nothing of its HTML can be shown")
        .contains("message.json");
    assertThat(body("<p>Good day</p>")).isEqualTo("<p>Good day</p>");
  }
}
