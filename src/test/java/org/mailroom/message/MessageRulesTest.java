package org.mailroom.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.mailroom.message.Fate.Kind;
import org.mailroom.settings.Content;

class MessageRulesTest {

  private final MailMessageJson json = new MailMessageJson();
  private final MessageRules rules =
      new MessageRules(Set.of("database", "file", "queue", "events"), json);

  @TempDir private Path folder;

  private IncomingMessage message;

  @BeforeEach
  void begin() {
    message = ready(Map.of(), "database", "file");
  }

  private IncomingMessage ready(Map<String, EarlierDelivery> known, String... due) {
    IncomingMessage incoming =
        new IncomingMessage(
            Preparing.account(Content.JSON, null), "A", null, null, List.of(due), known, true);
    Preparing with = new Preparing(folder);
    with.graph.answers("flag", "{\"id\":\"A\",\"subject\":\"s\",\"hasAttachments\":false}");
    return with.prepare(incoming);
  }

  private void decide(Object body, Object decision, Object deliverTo) {
    rules.decided(message, body, decision, deliverTo);
  }

  @ParameterizedTest
  @NullSource
  @ValueSource(strings = {"deliver", " deliver "})
  void a_hook_that_does_nothing_delivers_as_the_account_says(String decision) {
    MailMessage before = message.document();
    decide(before, decision, null);
    assertThat(message.isReady()).isTrue();
    assertThat(message.document()).isSameAs(before);
    assertThat(message.destinations()).containsExactly("database", "file");
  }

  @Test
  void skip_and_leave_become_its_fate() {
    decide(message.document(), "skip", null);
    assertThat(message.fate().kind()).isEqualTo(Kind.SKIPPED);
    message = ready(Map.of(), "database", "file");
    decide(message.document(), "leave", null);
    assertThat(message.fate().kind()).isEqualTo(Kind.LEFT);
    assertThat(message.isReady()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "SKIP", "drop", "skip,leave"})
  void any_other_decision_is_a_mistake_that_names_the_route(String decision) {
    assertThatThrownBy(() -> decide(message.document(), decision, null))
        .isInstanceOf(RulesException.class)
        .hasMessageStartingWith(
            "the route direct:rules set the variable decision to '"
                + decision
                + "'; it may be deliver, skip or leave.");
  }

  @Test
  void other_destinations_are_taken_as_a_list_an_array_or_a_text() {
    for (Object names :
        new Object[] {
          List.of("queue", "events"),
          new String[] {"queue", "events"},
          " queue, events ,",
          Arrays.asList("queue", "events", null)
        }) {
      message = ready(Map.of(), "database", "file");
      decide(message.document(), null, names);
      assertThat(message.destinations()).containsExactly("queue", "events");
      assertThat(message.isOthersSettled()).isTrue();
    }
  }

  @Test
  void a_destination_that_nobody_knows_or_none_at_all_is_a_mistake() {
    assertThatThrownBy(() -> decide(message.document(), null, "queue,archive"))
        .hasMessageStartingWith(
            "the route direct:rules set the variable deliverTo to 'archive', which is none of"
                + " mailroom.destinations (database, events, file, queue).");
    assertThatThrownBy(() -> decide(message.document(), null, List.of()))
        .hasMessageContaining("to deliver nowhere, set decision to skip");
  }

  @ParameterizedTest
  @CsvSource({"1,true,false,'',true", "2,false,false,'',false", "2,false,true,queue,true"})
  void a_chosen_destination_that_the_ledger_knows_is_delivered_to_only_when_it_is_due(
      int attempts, boolean settled, boolean due, String now, boolean others) {
    message =
        ready(Map.of("queue", new EarlierDelivery(attempts, settled, due)), "database", "file");
    decide(message.document(), null, "queue");
    assertThat(String.join(",", message.destinations())).isEqualTo(now);
    assertThat(message.isOthersSettled()).isEqualTo(others);
  }

  @Test
  void a_chosen_destination_of_the_account_that_is_down_waits() {
    message = ready(Map.of(), "file");
    decide(message.document(), null, "database,file");
    assertThat(message.destinations()).containsExactly("file");
    assertThat(message.isOthersSettled()).isFalse();
  }

  @Test
  void a_changed_body_is_taken_over_in_every_form_that_a_route_leaves_it() {
    String changed = json.toString(message.document()).replace("\"s\"", "\"redacted\"");
    for (Object body :
        new Object[] {
          changed,
          changed.getBytes(StandardCharsets.UTF_8),
          new ByteArrayInputStream(changed.getBytes(StandardCharsets.UTF_8)),
          Map.of("subject", "redacted"),
          json.mapper().valueToTree(Map.of("subject", "redacted"))
        }) {
      message = ready(Map.of(), "database", "file");
      decide(body, null, null);
      assertThat(message.isReady()).isTrue();
      assertThat(message.document().subject()).isEqualTo("redacted");
      assertThat(message.document().id()).isEqualTo("A");
      assertThat(message.document().kind()).isEqualTo("message");
      assertThat(message.document().attachments()).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"account", "mailbox", "id"})
  void whose_message_it_is_cannot_be_changed(String property) {
    assertThatThrownBy(() -> decide(Map.of(property, "other"), null, null))
        .hasMessageStartingWith(
            "the route direct:rules changed account, mailbox or id of the message; these three"
                + " can't be changed.");
    assertThat(message.document().id()).isEqualTo("A");
  }

  @Test
  void a_body_that_is_no_message_is_a_mistake_that_names_the_route() {
    assertThatThrownBy(() -> decide(null, null, null))
        .hasMessageStartingWith(
            "the route direct:rules left no body; it has to be a MailMessage or its JSON.");
    assertThatThrownBy(() -> decide(5, null, null))
        .hasMessageStartingWith("the route direct:rules left a body of type Integer;");
    for (Object body : List.of("not JSON", "[]", "\"x\"", "", Map.of("to", 5))) {
      assertThatThrownBy(() -> decide(body, null, null))
          .isInstanceOf(RulesException.class)
          .hasMessageContaining("a MailMessage or its JSON");
    }
  }

  /**
   * A site that takes a number out of the body mustn't find it in the texts that were made of it.
   */
  @Test
  void texts_made_of_a_body_that_was_replaced_are_made_anew() {
    MailMessage before =
        message
            .document()
            .with("s", new MailMessage.Body("html", "<p>card 4111"), "card 4111", "4111");
    MessageChanges changes = new MessageChanges();
    for (Object body :
        new Object[] {
          changes.replaced(before, "4111", "****"),
          changes.withText(before, "<p>card ****"),
          json.toString(
              before.with(
                  "s",
                  new MailMessage.Body("html", "<p>card ****"),
                  before.bodyText(),
                  before.replyText()))
        }) {
      message = ready(Map.of(), "database", "file");
      message.document(before);
      decide(body, null, null);
      assertThat(json.toString(message.document())).doesNotContain("4111");
      assertThat(message.document().bodyText()).isEqualTo("card ****");
    }
    message.document(before);
    decide(changes.withSubject(before, "other"), null, null);
    assertThat(message.document().bodyText()).isEqualTo("card 4111");
    assertThat(message.document().replyText()).isEqualTo("4111");
    message.document(before);
    decide(
        before.with("s", new MailMessage.Body("html", "<p>card ****"), "own text", "own reply"),
        null,
        null);
    assertThat(message.document().bodyText())
        .as("what the site wrote itself")
        .isEqualTo("own text");
    assertThat(message.document().replyText()).isEqualTo("own reply");
  }
}
