package org.mailroom.message;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.mailroom.account.Account;
import org.mailroom.graph.GraphException;
import org.mailroom.message.Fate.Kind;
import org.mailroom.settings.AttachmentsKept;
import org.mailroom.settings.Content;
import org.springframework.util.unit.DataSize;

class AttachmentFetchTest {

  private static final String WITH_ATTACHMENTS = "{\"id\":\"A\",\"hasAttachments\":true}";
  private static final String FILE = "\"@odata.type\":\"#microsoft.graph.fileAttachment\",";
  private static final String ITEM = "\"@odata.type\":\"#microsoft.graph.itemAttachment\",";
  private static final String REMEDY =
      "Open the message in Outlook: if its attachments open there, fetch them again with: failed"
          + " retry. Otherwise settle it with: failed discard";

  @TempDir private Path folder;

  private Preparing with;

  @BeforeEach
  void begin() {
    with = new Preparing(folder);
  }

  private static String list(String... attachments) {
    return "{\"value\":[" + String.join(",", attachments) + "]}";
  }

  private static String file(String id, String name, long size) {
    return "{"
        + FILE
        + "\"id\":\""
        + id
        + "\",\"name\":\""
        + name
        + "\",\"size\":"
        + size
        + ",\"isInline\":false}";
  }

  private void assertFailed(IncomingMessage message, String why) {
    assertThat(message.fate().kind()).isEqualTo(Kind.FAILED);
    assertThat(message.failure())
        .isInstanceOf(FetchException.class)
        .hasMessage(why)
        .hasCauseInstanceOf(GraphException.class);
    assertThat(message.fate().isInDoubt()).isFalse();
    assertThat(message.document()).isNull();
  }

  @Test
  void all_attachments_of_all_pages_are_stored_in_the_order_of_the_list_one_after_the_other()
      throws Exception {
    with.graph
        .answers(
            Preparing.LIST,
            "{\"value\":["
                + file("1", "a.txt", 100)
                + "],\"@odata.nextLink\":\""
                + FakeGraph.ROOT
                + "/more\"}")
        .answers(
            "/more",
            list(
                file("2", "b.txt", 100),
                "{\"@odata.type\":\"#microsoft.graph.referenceAttachment\",\"id\":\"3\",\"name\":\"link\",\"size\":7}"))
        .answers("/attachments/1/$value", "one")
        .answers("/attachments/1/%24value", "one")
        .answers("/attachments/2/$value", "two!")
        .answers("/attachments/2/%24value", "two!");
    IncomingMessage message = with.prepare(with.message(WITH_ATTACHMENTS));
    assertThat(message.isReady()).isTrue();
    assertThat(message.document().attachments())
        .extracting(MailAttachment::id)
        .containsExactly("1", "2", "3");
    assertThat(message.document().attachments())
        .extracting(MailAttachment::size)
        .containsExactly(3L, 4L, 7L);
    assertThat(Path.of(message.document().attachments().get(1).location()))
        .hasContent("two!")
        .hasFileName("2-b.txt");
    assertThat(message.document().attachments().get(2).location()).isNull();
    assertThat(message.document().attachments().get(2).notStored())
        .isEqualTo("a reference: its content lies elsewhere");
    assertThat(message.document().warnings()).isNull();
    assertThat(with.graph.asked).hasSize(4);
  }

  @Test
  void what_the_account_does_not_store_is_told_with_why_and_never_asked_for() {
    AttachmentsKept kept =
        new AttachmentsKept(List.of("*.pdf"), List.of("draft*"), false, DataSize.ofKilobytes(100));
    Account account = Preparing.account(Content.JSON, DataSize.ofKilobytes(200), kept);
    with.graph
        .answers(
            Preparing.LIST,
            list(
                file("1", "Offer.PDF", 100),
                file("2", "notes.txt", 100),
                file("3", "draft.pdf", 100),
                file("4", "film.pdf", 5_000_000_000L),
                "{" + FILE + "\"id\":\"5\",\"name\":\"logo.pdf\",\"isInline\":true}",
                "{" + ITEM + "\"id\":\"6\",\"name\":\"A mail\",\"size\":9}",
                "{" + FILE + "\"id\":\"7\"}",
                "{\"@odata.type\":\"#microsoft.graph.referenceAttachment\",\"id\":\"8\",\"name\":\"link.pdf\",\"size\":7000000000}"))
        .answers("/attachments/1/$value", "one")
        .answers("/attachments/1/%24value", "one");
    IncomingMessage message = with.prepare(with.message(WITH_ATTACHMENTS, account, "A"));
    assertThat(message.isReady())
        .as("what isn't stored doesn't count towards the account's max-size")
        .isTrue();
    assertThat(message.document().attachments())
        .extracting(MailAttachment::notStored)
        .containsExactly(
            null,
            "excluded by attachments.include",
            "excluded by attachments.exclude",
            "larger than attachments.max-size",
            "excluded by attachments.inline",
            "excluded by attachments.include",
            "excluded by attachments.include",
            "a reference: its content lies elsewhere");
    assertThat(message.document().attachments())
        .extracting(MailAttachment::size)
        .containsExactly(3L, 100L, 100L, 5_000_000_000L, null, 9L, null, 7_000_000_000L);
    assertThat(message.document().attachments().get(0).location()).isNotNull();
    assertThat(message.document().attachments().subList(1, 8))
        .allMatch(each -> each.location() == null && each.sha256() == null);
    assertThat(with.graph.asked).as("the list, and one content").hasSize(2);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"@odata.context\":\"x\"}",
        "{\"error\":{\"code\":\"x\"}}",
        "{\"value\":null}",
        "{\"value\":{}}",
        "[]",
        "{\"error\":{},\"value\":[]}"
      })
  void an_answer_that_is_no_list_is_asked_for_again_and_then_fails_its_message(String answer) {
    with.graph.answers(Preparing.LIST, answer);
    assertFailed(
        with.prepare(with.message(WITH_ATTACHMENTS)),
        "the service's answer to the list of attachments isn't a list. " + REMEDY);
    assertThat(with.graph.asked).hasSize(3);
  }

  @ParameterizedTest
  @ValueSource(strings = {"null", "{}", "{\"id\":null}", "{\"id\":5}", "\"x\""})
  void a_list_with_something_that_has_no_id_is_asked_for_again_and_then_fails_its_message(
      String attachment) {
    with.graph.answers(Preparing.LIST, list(attachment));
    assertFailed(
        with.prepare(with.message(WITH_ATTACHMENTS)),
        "the service's list of attachments has one without an id. " + REMEDY);
    assertThat(with.graph.asked).hasSize(3);
  }

  @Test
  void a_list_that_is_whole_at_the_second_try_counts() {
    with.graph
        .answers(Preparing.LIST, "{}", list(file("1", "a.txt", 100)))
        .answers("value", "content");
    assertThat(with.prepare(with.message(WITH_ATTACHMENTS)).document().attachments()).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource({
    "0,'0 of 100,180'",
    "50000,'50,000 of 100,180'",
    "43,'43 of 100,180'",
    "69000,'69,000 of 100,180'"
  })
  void
      a_content_far_smaller_than_told_is_asked_for_again_and_then_fails_its_message_and_leaves_nothing(
          int length, String figures) throws Exception {
    with.graph
        .answers(Preparing.LIST, list(file("1", "contract.pdf", 100180)))
        .answers("value", new byte[length]);
    IncomingMessage message = with.prepare(with.message(WITH_ATTACHMENTS));
    assertFailed(
        message,
        "the service gave " + figures + " bytes of attachment 1 (contract.pdf). " + REMEDY);
    assertThat(with.graph.asked).hasSize(4);
    try (var files = Files.walk(folder)) {
      assertThat(files.filter(Files::isRegularFile)).isEmpty();
    }
  }

  @ParameterizedTest
  @CsvSource({"420,100", "0,0", "0,5000", "137000,100000", "100180,100000", "180,0", "100,5000"})
  void a_content_about_as_large_as_told_is_whole(int told, int given) {
    with.graph
        .answers(Preparing.LIST, list(file("1", "a.bin", told)))
        .answers("value", new byte[given]);
    assertThat(with.prepare(with.message(WITH_ATTACHMENTS)).document().attachments().get(0).size())
        .isEqualTo(given);
  }

  @Test
  void of_an_item_or_an_attachment_without_a_told_size_nothing_is_held_against_what_came() {
    with.graph
        .answers(
            Preparing.LIST,
            list("{" + ITEM + "\"id\":\"1\",\"size\":900000}", "{\"id\":\"2\",\"size\":null}"))
        .answers("value", "BEGIN:VCARD");
    assertThat(with.prepare(with.message(WITH_ATTACHMENTS)).document().attachments())
        .extracting(MailAttachment::size)
        .containsOnly(11L);
  }

  @Test
  void a_try_that_was_cut_does_not_count_towards_max_size() {
    with.graph
        .answers(Preparing.LIST, list(file("1", "a", 9000)))
        .answers("value", new byte[5000])
        .answers("value", new byte[9000]);
    IncomingMessage message =
        with.message(
            WITH_ATTACHMENTS, Preparing.account(Content.JSON, DataSize.ofBytes(10_000)), "A");
    assertThat(with.prepare(message).isReady()).isTrue();
  }

  @Test
  void a_message_larger_than_max_size_fails_before_anything_large_is_fetched_or_while_it_is() {
    with.graph
        .answers(
            Preparing.LIST,
            list(file("1", "a", 6000), file("2", "b", 6000)),
            list(file("1", "a", 10), file("2", "b", 10)))
        .answers("value", new byte[6000]);
    IncomingMessage told =
        with.prepare(
            with.message(
                WITH_ATTACHMENTS, Preparing.account(Content.JSON, DataSize.ofBytes(10_000)), "A"));
    assertThat(told.failure()).isInstanceOf(MessageTooLargeException.class);
    assertThat(with.graph.asked).hasSize(1);
    IncomingMessage found =
        with.prepare(
            with.message(
                WITH_ATTACHMENTS, Preparing.account(Content.JSON, DataSize.ofBytes(10_000)), "A"));
    assertThat(found.failure()).isInstanceOf(MessageTooLargeException.class);
  }

  @Test
  void
      a_list_that_is_empty_though_the_message_has_attachments_waits_and_after_an_hour_is_delivered_with_a_warning() {
    with.graph.answers(Preparing.LIST, "{\"value\":[]}");
    IncomingMessage early = with.prepare(with.message(WITH_ATTACHMENTS));
    assertThat(early.fate())
        .isEqualTo(
            Fate.waiting(
                "the service says that it has attachments, and lists none; it is asked for again at"
                    + " a later poll"));
    assertThat(early.isPostponed()).isTrue();
    with.now = with.now.plus(Duration.ofMinutes(59));
    assertThat(with.prepare(with.message(WITH_ATTACHMENTS)).fate().cause()).isNull();
    with.now = with.now.plus(Duration.ofMinutes(1));
    IncomingMessage late = with.prepare(with.message(WITH_ATTACHMENTS));
    assertThat(late.isReady()).isTrue();
    assertThat(late.document().attachments()).isEmpty();
    assertThat(late.document().warnings())
        .containsExactly(
            "the service says that it has attachments, and lists none. That was so for longer than"
                + " mailroom.limits.settle-within (1h) and it was delivered as it was.");
  }

  @Test
  void a_list_that_is_empty_where_nothing_says_that_there_are_attachments_is_complete() {
    with.graph.answers(Preparing.LIST, "{\"value\":[]}");
    IncomingMessage message =
        with.prepare(
            with.message(
                "{\"id\":\"A\",\"hasAttachments\":false,\"body\":{\"content\":\"cid:x\"}}"));
    assertThat(message.isReady()).isTrue();
    assertThat(message.document().warnings()).isNull();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ATP Scan In Progress",
        "Safe Attachments Scan In Progress",
        "SAFE ATTACHMENTS SCAN IN PROGRESS",
        "atp scan in progress.eml"
      })
  void a_placeholder_of_a_scan_is_never_taken_for_the_attachment_until_an_hour_is_over(
      String name) {
    String placeholder = "{" + ITEM + "\"id\":\"1\",\"name\":\"" + name + "\",\"size\":500}";
    with.graph
        .answers(Preparing.LIST, list(file("0", "logo.png", 10), placeholder))
        .answers("value", new byte[10]);
    IncomingMessage early = with.prepare(with.message(WITH_ATTACHMENTS));
    assertThat(early.fate().kind()).isEqualTo(Kind.WAITING);
    assertThat(early.fate().reason())
        .startsWith("the service still scans its attachments: attachment 2 (" + name + ")");
    assertThat(with.graph.asked).hasSize(1);
    with.now = with.now.plus(Duration.ofHours(1));
    IncomingMessage late = with.prepare(with.message(WITH_ATTACHMENTS));
    assertThat(late.isReady()).isTrue();
    assertThat(late.document().warnings()).hasSize(1);
  }

  @Test
  void when_the_scan_has_ended_the_real_attachment_is_delivered() {
    with.graph
        .answers(
            Preparing.LIST,
            list("{" + ITEM + "\"id\":\"1\",\"name\":\"ATP Scan In Progress\"}"),
            list(file("2", "contract.pdf", 10)))
        .answers("value", new byte[10]);
    assertThat(with.prepare(with.message(WITH_ATTACHMENTS)).isPostponed()).isTrue();
    IncomingMessage message = with.prepare(with.message(WITH_ATTACHMENTS));
    assertThat(message.document().attachments())
        .extracting(MailAttachment::name)
        .containsExactly("contract.pdf");
  }

  @ParameterizedTest
  @CsvSource({"ATP Scan In Progress,file", "About the ATP Scan In Progress,item", "Meeting,item"})
  void what_only_looks_like_a_placeholder_is_an_attachment(String name, String kind) {
    String type = kind.equals("file") ? FILE : ITEM;
    with.graph
        .answers(Preparing.LIST, list("{" + type + "\"id\":\"1\",\"name\":\"" + name + "\"}"))
        .answers("value", "x");
    assertThat(with.prepare(with.message(WITH_ATTACHMENTS)).isReady()).isTrue();
  }

  @Test
  void a_list_that_leads_back_to_itself_or_never_ends_fails_its_message() {
    with.graph
        .answers(
            Preparing.LIST, "{\"value\":[],\"@odata.nextLink\":\"" + FakeGraph.ROOT + "/more\"}")
        .answers("/more", "{\"value\":[],\"@odata.nextLink\":\"" + FakeGraph.ROOT + "/more\"}");
    IncomingMessage message = with.prepare(with.message(WITH_ATTACHMENTS));
    assertThat(message.failure())
        .isInstanceOf(ListingException.class)
        .hasMessageStartingWith("the service's list of its attachments doesn't come to an end.");
    assertThat(with.graph.asked).hasSize(2);
  }

  @Test
  void no_token_goes_to_a_next_page_elsewhere() {
    with.graph.answers(
        Preparing.LIST, "{\"value\":[],\"@odata.nextLink\":\"https://evil.example/more\"}");
    assertFailed(
        with.prepare(with.message(WITH_ATTACHMENTS)),
        "the service names a next page of the list of attachments that isn't below"
            + " mailroom.graph-url. "
            + REMEDY);
    assertThat(with.graph.asked).allMatch(uri -> uri.startsWith(FakeGraph.ROOT));
  }

  @Test
  void
      a_content_that_is_refused_is_told_with_position_and_name_in_words_that_hold_when_it_is_given_up() {
    with.graph
        .answers(
            Preparing.LIST,
            list(
                file("1", "first", 10),
                "{" + ITEM + "\"id\":\"2\",\"name\":\"Forwarded\\u0007: offer\\n2\"}"))
        .answers("/1/$value", new byte[10])
        .answers("/1/%24value", new byte[10])
        .refuses("value", 500, "ErrorInternalServerError");
    IncomingMessage message = with.prepare(with.message(WITH_ATTACHMENTS));
    assertThat(message.failure())
        .hasMessage(
            "the service doesn't give attachment 2 (Forwarded: offer2): it has trouble with it"
                + " (HTTP 500 ErrorInternalServerError). "
                + REMEDY);
    assertThat(message.fate().isInDoubt()).isTrue();
  }

  @Test
  void
      an_attachment_of_an_unknown_type_without_a_content_is_delivered_as_what_is_told_of_it_with_a_warning() {
    with.graph
        .answers(
            Preparing.LIST,
            list(
                "{\"@odata.type\":\"#microsoft.graph.newAttachment\",\"id\":\"1\",\"name\":\"x\",\"size\":9}"))
        .refuses("value", 405, "ErrorInvalidRequest");
    IncomingMessage message = with.prepare(with.message(WITH_ATTACHMENTS));
    assertThat(message.isReady()).isTrue();
    assertThat(message.document().attachments().get(0).location()).isNull();
    assertThat(message.document().warnings())
        .containsExactly(
            "attachment 1 (x) has a type that Mailroom doesn't know, and the service gives no"
                + " content of it.");
  }

  @Test
  void a_disk_that_takes_no_file_is_no_fault_of_the_message() throws Exception {
    Files.createFile(folder.resolve("mail"));
    with.graph.answers(Preparing.LIST, list(file("1", "a", 10))).answers("value", new byte[10]);
    IncomingMessage message = with.prepare(with.message(WITH_ATTACHMENTS));
    assertThat(message.fate().kind()).isEqualTo(Kind.WAITING);
    assertThat(message.fate().cause())
        .isInstanceOf(StorageException.class)
        .hasMessageContaining(folder.toString() + " (");
  }
}
