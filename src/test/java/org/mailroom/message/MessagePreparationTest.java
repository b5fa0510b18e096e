package org.mailroom.message;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.mailroom.account.Account;
import org.mailroom.delivery.DestinationDownException;
import org.mailroom.delivery.LaterException;
import org.mailroom.delivery.RefusedException;
import org.mailroom.graph.GraphException;
import org.mailroom.graph.GraphOperation;
import org.mailroom.message.Fate.Kind;
import org.mailroom.settings.Content;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.util.unit.DataSize;

class MessagePreparationTest {

  private static final String PLAIN = "{\"id\":\"A\",\"hasAttachments\":false,\"subject\":\"s\"}";
  private static final Account MIME = Preparing.account(Content.BOTH, null);

  @TempDir private Path folder;

  private Preparing with;

  @BeforeEach
  void begin() {
    with = new Preparing(folder);
  }

  private static GraphException refusal(int status, String code) {
    return new GraphException(GraphOperation.GET_MESSAGE, "a@b.c", status, code, null, null);
  }

  @Test
  void a_plain_message_is_ready_without_a_request() {
    IncomingMessage message = with.prepare(with.message(PLAIN));
    assertThat(message.isReady()).isTrue();
    assertThat(message.document().subject()).isEqualTo("s");
    assertThat(message.resource()).isNull();
    assertThat(with.graph.asked).isEmpty();
  }

  @Test
  void the_read_state_the_flag_and_the_categories_stay_known_as_the_listing_showed_them() {
    IncomingMessage message =
        with.prepare(
            with.message(
                "{\"id\":\"A\",\"hasAttachments\":false,\"isRead\":false,\"flag\":{\"flagStatus\":\"flagged\"},\"categories\":[\"Red\"]}"));
    assertThat(message.inMailbox())
        .isEqualTo(new MailboxState(false, "flagged", null, List.of("Red")));
    assertThat(with.message("{\"id\":\"A\",\"isRead\":null,\"flag\":null}").inMailbox())
        .isEqualTo(new MailboxState(null, null, null, List.of()));
    assertThat(with.message(null).inMailbox()).isNull();
    assertThat(MessageTranslator.SELECT.split(",")).contains("isRead", "flag", "categories");
  }

  @Test
  void what_the_listing_could_not_hold_is_asked_for() {
    with.graph.answers("webLink%2ChasAttachments%2CisRead%2Cflag", PLAIN);
    assertThat(with.prepare(with.message(null)).document().subject()).isEqualTo("s");
  }

  @ParameterizedTest
  @ValueSource(strings = {"{}", "{\"error\":{\"code\":\"x\"}}", "{\"id\":null}", "[]"})
  void an_answer_that_is_no_message_is_asked_for_again_and_then_fails_its_message(String answer) {
    with.graph.answers("flag", answer);
    IncomingMessage message = with.prepare(with.message(null));
    assertThat(message.failure())
        .hasMessage(
            "the service's answer to the request for the message isn't a message. Open the message"
                + " in Outlook; if it opens there, fetch it again with: failed retry. Otherwise"
                + " settle it with: failed discard");
    assertThat(with.graph.asked).hasSize(3);
  }

  @Test
  void the_kind_of_a_meeting_message_is_asked_for_and_the_rest_of_the_listing_stays() {
    with.graph.answers(
        "/messages/A",
        "{\"id\":\"A\",\"subject\":\"other\",\"meetingMessageType\":\"meetingCancelled\"}");
    IncomingMessage message =
        with.prepare(
            with.message(
                "{\"@odata.type\":\"#microsoft.graph.eventMessage\"," + PLAIN.substring(1)));
    assertThat(message.document().kind()).isEqualTo("meetingCancelled");
    assertThat(message.document().subject()).isEqualTo("s");
  }

  @Test
  void the_meeting_of_a_request_comes_with_one_request_and_that_of_a_plain_message_with_none() {
    with.graph.answers(
        "/messages/A",
        "{\"id\":\"A\",\"meetingMessageType\":\"meetingRequest\",\"startDateTime\":{\"dateTime\":\"2026-02-01T09:00:00\",\"timeZone\":\"UTC\"}}");
    IncomingMessage message =
        with.prepare(
            with.message(
                "{\"@odata.type\":\"#microsoft.graph.eventMessageRequest\"," + PLAIN.substring(1)));
    assertThat(message.document().calendar().start()).isEqualTo("2026-02-01T09:00:00Z");
    assertThat(with.graph.asked).hasSize(1).noneMatch(uri -> uri.toString().contains("$select"));
  }

  @Test
  void
      the_reply_alone_is_asked_for_where_the_account_says_so_also_when_the_listing_did_not_bring_it() {
    assertThat(MessageTranslator.select(MIME))
        .isEqualTo(MessageTranslator.SELECT)
        .doesNotContain("uniqueBody");
    Account replies = Preparing.replying();
    assertThat(MessageTranslator.select(replies))
        .isEqualTo(MessageTranslator.SELECT + ",uniqueBody");
    IncomingMessage whole =
        with.prepare(
            with.message(
                "{\"uniqueBody\":{\"contentType\":\"text\",\"content\":\"yes\"},"
                    + PLAIN.substring(1),
                replies,
                "A"));
    assertThat(whole.document().replyText()).isEqualTo("yes");
    assertThat(with.graph.asked).isEmpty();
    with.graph.answers("uniqueBody", "{\"uniqueBody\":null," + PLAIN.substring(1));
    assertThat(with.prepare(with.message(PLAIN, replies, "A")).document().replyText()).isNull();
    assertThat(with.graph.asked).hasSize(1);
  }

  @Test
  void the_original_is_kept_where_the_account_says_so() throws Exception {
    with.graph.answers("value", "Received: from x\r\n\r\nbody");
    assertThat(with.prepare(with.message(PLAIN, MIME, "A")).isReady()).isTrue();
    try (var files = Files.walk(folder)) {
      assertThat(files.filter(Files::isRegularFile))
          .singleElement()
          .satisfies(
              eml ->
                  assertThat(eml)
                      .hasFileName("message.eml")
                      .hasContent("Received: from x\r\n\r\nbody"));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "'',the service gave an empty original",
    "<html><body>: proxy</body></html>,what the service gave as the original isn't a message",
    "just text,what the service gave as the original isn't a message"
  })
  void an_original_that_is_none_is_asked_for_again_and_then_fails_its_message_and_leaves_nothing(
      String original, String why) throws Exception {
    with.graph.answers("value", original);
    IncomingMessage message = with.prepare(with.message(PLAIN, MIME, "A"));
    assertThat(message.failure())
        .hasMessageStartingWith(why + ". The account's content setting asks for the original.");
    assertThat(with.graph.asked).hasSize(3);
    try (var files = Files.walk(folder)) {
      assertThat(files.filter(Files::isRegularFile)).isEmpty();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "400,ErrorMimeContentInvalid,it doesn't come,false",
    "403,ErrorAccessDenied,protected,true",
    "500,x,trouble,true"
  })
  void a_refusal_that_may_be_due_to_the_message_is_its_failure(
      int status, String code, String ignored, boolean inDoubt) {
    with.graph.refuses("value", status, code);
    IncomingMessage message = with.prepare(with.message(PLAIN, MIME, "A"));
    assertThat(message.fate().kind()).isEqualTo(Kind.FAILED);
    assertThat(message.fate().isInDoubt()).isEqualTo(inDoubt);
    assertThat(message.failure())
        .isInstanceOf(FetchException.class)
        .hasMessageStartingWith("the service doesn't give the original: ")
        .hasMessageContaining("HTTP " + status + " " + code)
        .hasMessageEndingWith("failed discard")
        .message()
        .doesNotContain("\n", "by itself");
  }

  @ParameterizedTest
  @ValueSource(ints = {401, 429})
  void a_refusal_that_all_messages_meet_costs_no_attempt_and_names_its_cause(int status) {
    with.graph.refuses("value", status, null);
    IncomingMessage message = with.prepare(with.message(PLAIN, MIME, "A"));
    assertThat(message.fate().kind()).isEqualTo(Kind.WAITING);
    assertThat(message.fate().cause()).isInstanceOf(GraphException.class);
    assertThat(message.failure()).isNull();
  }

  @Test
  void a_message_that_is_not_there_any_more_is_gone_and_no_failure() {
    with.graph.refuses("flag", 404, "ErrorItemNotFound");
    assertThat(with.prepare(with.message(null)).isGone()).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "attachments,the list of its attachments",
    "kind,the kind of this meeting message",
    "value,the original"
  })
  void what_is_not_there_is_its_messages_failure_unless_the_message_is_gone_too(
      String part, String words) {
    with.graph
        .answers("select=id", "{\"id\":\"A\"}")
        .refuses("select=id", 404, "ErrorItemNotFound")
        .refuses(
            switch (part) {
              case "attachments" -> Preparing.LIST;
              case "kind" -> "/messages/A";
              default -> part;
            },
            404,
            "ErrorItemNotFound");
    IncomingMessage there = with.prepare(lacking(part));
    assertThat(there.isGone()).isFalse();
    assertThat(there.fate().isInDoubt()).isFalse();
    assertThat(there.failure())
        .hasMessageStartingWith(
            "the service doesn't give "
                + words
                + ": it has the message and says that this isn't there (HTTP 404"
                + " ErrorItemNotFound). ");
    assertThat(with.prepare(lacking(part)).isGone()).isTrue();
    assertThat(with.graph.asked).hasSize(4);
  }

  /** A message of which that part has to be fetched. */
  private IncomingMessage lacking(String part) {
    return switch (part) {
      case "attachments" -> with.message("{\"id\":\"A\"}");
      case "kind" ->
          with.message("{\"@odata.type\":\"#microsoft.graph.eventMessage\"," + PLAIN.substring(1));
      default -> with.message(PLAIN, MIME, "A");
    };
  }

  @Test
  void an_attachment_that_is_not_there_is_its_messages_failure_unless_the_message_is_gone_too() {
    with.graph
        .answers(Preparing.LIST, "{\"value\":[{\"id\":\"1\",\"name\":\"a\"}]}")
        .refuses("value", 404, "ErrorItemNotFound")
        .answers("select=id", "{\"id\":\"A\"}")
        .refuses("select=id", 404, "ErrorItemNotFound");
    assertThat(with.prepare(with.message("{\"id\":\"A\"}")).failure())
        .hasMessageStartingWith(
            "the service doesn't give attachment 1 (a): it lists the attachment and doesn't have it"
                + " (HTTP 404");
    assertThat(with.prepare(with.message("{\"id\":\"A\"}")).isGone()).isTrue();
  }

  @Test
  void trouble_of_the_database_is_no_fault_of_the_message_and_any_other_failure_is() {
    IncomingMessage first = with.message(PLAIN);
    with.failed(first, new DataAccessResourceFailureException("down"));
    assertThat(first.fate().kind()).isEqualTo(Kind.WAITING);
    IncomingMessage second = with.message(PLAIN);
    with.failed(second, new IllegalStateException("a step of the site"));
    assertThat(second.failure()).hasMessage("a step of the site");
  }

  @Test
  void a_rule_may_say_that_what_it_asks_is_down_or_that_the_message_has_to_wait() {
    Exception down =
        new IllegalStateException(
            "route rules, step ask: the scanner is down.", new DestinationDownException("down"));
    assertThat(MessagePreparation.ofRules(down))
        .as("trouble that the others have, too")
        .isEqualTo(Fate.waiting(down));
    assertThat(
            MessagePreparation.ofRules(
                new IllegalStateException(
                    "route rules, step ask: not yet.", new LaterException("not yet"))))
        .as("this message alone")
        .isEqualTo(Fate.waiting("route rules, step ask: not yet."));
    Exception refused =
        new IllegalStateException("route rules, step ask: no.", new RefusedException("no"));
    assertThat(MessagePreparation.ofRules(refused)).isEqualTo(Fate.failed(refused));
  }

  @Test
  void a_text_larger_than_the_account_takes_fails_its_message() {
    IncomingMessage message =
        with.message(
            "{\"id\":\"A\",\"hasAttachments\":false,\"body\":{\"content\":\"0123456789\"}}",
            Preparing.account(Content.JSON, DataSize.ofBytes(9)),
            "A");
    assertThat(with.prepare(message).failure()).isInstanceOf(MessageTooLargeException.class);
  }

  @Test
  void a_refusal_without_a_code_says_what_is_known() {
    IncomingMessage message = with.message(null);
    with.preparation.messageRequest(message);
    with.failed(message, refusal(0, null));
    assertThat(message.failure())
        .hasMessageStartingWith(
            "the service doesn't give the message: there was no whole answer. Open");
  }
}
