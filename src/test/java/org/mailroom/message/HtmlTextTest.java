package org.mailroom.message;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.mailroom.message.MailMessage.Body;

class HtmlTextTest {

  private static String text(String html) {
    return HtmlText.of(html, 10_000);
  }

  @Test
  void paragraphs_lines_and_spaces_are_those_that_a_reader_sees() {
    assertThat(
            text(
                "<html><head><title>T</title><style>p{}</style></head><body>\n"
                    + " <p>Dear   <b>Ada</b>,</p>\n"
                    + "<p>two\n"
                    + "lines<br>and a"
                    + " third</p><div>a</div><div>b</div><div><br></div><div>c&nbsp;&amp;&#8203;"
                    + " d</div><hr>end<script>x()</script><!-- c --></body></html>"))
        .isEqualTo("Dear Ada,\n\ntwo lines\nand a third\n\na\nb\n\nc & d\n\n---\n\nend");
  }

  @Test
  void lists_have_their_signs_numbers_and_indents() {
    assertThat(
            text(
                "x<ul><li>one<ul><li>deep<br>er</li></ul></li><li><p>two</p></li></ul><ol"
                    + " start=9><li>nine</li><li>ten</li></ol>y"))
        .isEqualTo("x\n\n* one\n  * deep\n    er\n* two\n\n9. nine\n10. ten\n\ny");
  }

  @Test
  void rows_of_a_table_are_lines_and_their_cells_stand_behind_tabs() {
    assertThat(
            text(
                "before<table><thead><tr><th>Item</th><th>Price</th></tr></thead><tr><td><p"
                    + " class=MsoNormal>Desk</p></td><td><p>10</p></td></tr>"
                    + "<tr><td></td><td>x</td></tr></table>after"))
        .isEqualTo("before\nItem\tPrice\nDesk\t10\nx\nafter");
  }

  @Test
  void quotations_are_marked_by_their_depth() {
    assertThat(
            text(
                "<p>new</p><blockquote"
                    + " type=cite><p>old</p><p>older</p><blockquote>oldest</blockquote></blockquote><p>end</p>"))
        .isEqualTo("new\n\n> old\n>\n> older\n>\n> > oldest\n\nend");
  }

  @Test
  void preformatted_text_stays_as_it_is() {
    assertThat(text("a<pre>\n  if (x) {\n\n\ty\n  }\n</pre>b   c"))
        .isEqualTo("a\n\n  if (x) {\n\n\ty\n  }\n\nb c");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "<a href='https://x.example/a?b=1&amp;c=2'>label</a>|label <https://x.example/a?b=1&c=2>",
        "<a href='https://x.example/'>https://x.example/</a>|https://x.example/",
        "<a href='https://x.example/'>x.example</a>|x.example",
        "<a href='mailto:ada@example.com?subject=x'>Ada</a>|Ada <ada@example.com>",
        "<a href='mailto:ada@example.com'>ada@example.com</a>|ada@example.com",
        "<a href='javascript:alert(1)'>label</a>|label",
        "<a href='#top'>label</a>|label",
        "<a name=x>label</a>|label",
        "<a href='cid:1'>label</a>|label",
        "<a href='https://x.example/'><img src=cid:1 alt='Our logo'></a>|[Our logo]"
            + " <https://x.example/>",
        "<a href='https://x.example/'><img src=cid:1></a>|<https://x.example/>",
        "<a href='https://x.example/'><div>label</div></a>after|label <https://x.example/>¶after",
        "<img src=x alt=''>none|none"
      })
  void links_are_kept_behind_their_label_unless_the_label_says_them(String html, String expected) {
    assertThat(text(html)).isEqualTo(expected.replace("¶", "\n"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "<div style='display:none'>no</div>yes",
        "<span style=\"color:red; DISPLAY: none !important\">no</span>yes",
        "<div hidden>no<div>no</div></div>yes",
        "<style>no</style>yes",
        "<script>no</script>yes",
        "<!--[if mso]><p>no</p><![endif]-->yes"
      })
  void what_is_not_shown_is_not_text(String html) {
    assertThat(text(html)).isEqualTo("yes");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "<",
        "<p",
        "</",
        "<p>",
        "</p></p>",
        "&",
        "&#",
        "<!--",
        "<![CDATA[",
        "<a href=",
        "<a href='",
        "<style>",
        "\u0000",
        "<\u0000>",
        "<p></p><br><br>"
      })
  void what_says_nothing_is_empty_or_its_own_few_signs(String html) {
    assertThat(text(html).length()).isLessThan(10);
  }

  @Test
  void a_body_of_text_is_its_own_text_and_one_of_another_type_has_none() {
    assertThat(BodyText.of(new Body("text", " <b> as it is \r\n"))).isEqualTo(" <b> as it is \r\n");
    assertThat(BodyText.of(new Body("galactic", "x"))).isNull();
    assertThat(BodyText.of(new Body("html", null))).isNull();
    assertThat(BodyText.of(new Body(null, "x"))).isNull();
    assertThat(BodyText.of(null)).isNull();
  }

  @Test
  void a_long_text_ends_with_a_word_about_it_and_never_within_a_character() {
    String cut = HtmlText.of("<p>" + "😀".repeat(100) + "</p>", 51);
    assertThat(cut).isEqualTo("😀".repeat(25) + "\n[...]");
  }

  /**
   * Several megabytes each; gone over more than once for each element, they would take hours, or
   * the stack.
   */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "<div>",
        "<b>",
        "<p>",
        "<a href='https://x.example/'>",
        "<table><tr><td>",
        "<ul><li>",
        "<blockquote>",
        "<!--",
        "<a b=\"",
        "<x ",
        "&",
        "<font color=red><p>",
        "<title>",
        "<pre>\n",
        "<svg><style>",
        "<<",
        "<a href='https://x.example/'>x"
      })
  void hostile_html_of_megabytes_and_any_depth_becomes_text_in_one_go(String part) {
    String html = part.repeat(2_000_000 / part.length()) + "<p>end";
    assertThat(HtmlText.of(html, BodyText.MOST_CHARACTERS).length())
        .isLessThanOrEqualTo(BodyText.MOST_CHARACTERS + 10);
  }

  @Test
  void a_tag_with_very_many_attributes_is_read_in_one_go() {
    StringBuilder tag = new StringBuilder("<a");
    for (int i = 0; i < 100_000; i++) {
      tag.append(" a").append(i).append("=b");
    }
    assertThat(text(tag + " href='https://x.example/'>label</a>"))
        .isEqualTo("label <https://x.example/>");
  }

  @Test
  void any_heap_of_tags_becomes_text() {
    Random random = new Random(5);
    String[] parts = {
      "<p>",
      "</p>",
      "<li>",
      "<ul>",
      "</ul>",
      "<td>",
      "</td>",
      "<table>",
      "</tr>",
      "<a href='http://x'>",
      "</a>",
      "<pre>",
      "</pre>",
      "word ",
      "\n",
      "<br>",
      "<blockquote>",
      "</blockquote>",
      "<div style='display:none'>",
      "</div>",
      "<ol>",
      "</ol>",
      "<img alt=x>",
      "<hr>",
      "<script>",
      "</script>"
    };
    for (int i = 0; i < 2000; i++) {
      StringBuilder html = new StringBuilder();
      for (int j = random.nextInt(60); j > 0; j--) {
        html.append(parts[random.nextInt(parts.length)]);
      }
      assertThat(text(html.toString()))
          .doesNotContain("<p", "display")
          .doesNotMatch("(?s).*[ \t]\n.*")
          .isEqualTo(text(html.toString()).stripTrailing());
    }
  }
}
