package org.mailroom.marking;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.mailroom.account.Account;
import org.mailroom.message.MailboxState;
import org.mailroom.settings.AfterFailure;
import org.mailroom.settings.AfterImport;
import org.mailroom.settings.AttachmentsKept;
import org.mailroom.settings.Content;
import org.springframework.util.unit.DataSize;

class MailboxChangeTest {

  private static final MailboxState UNREAD = new MailboxState(false, "notFlagged", "f", List.of());
  private static final MailboxState READ = new MailboxState(true, "notFlagged", "f", List.of());

  @Test
  void an_unread_message_is_marked_as_read_and_nothing_else() {
    assertThat(change(account(List.of(), null, List.of()), false, UNREAD))
        .isEqualTo("{\"isRead\":true}");
  }

  @Test
  void what_needs_no_change_is_not_sent() {
    assertThat(change(account(List.of(), null, List.of()), false, READ)).isEqualTo("{}");
    assertThat(
            change(account(List.of("Imported"), null, List.of()), false, readWith("Imported", "B")))
        .isEqualTo("{}");
  }

  @Test
  void categories_are_added_to_those_that_a_message_has() {
    assertThat(change(account(List.of("Imported"), null, List.of()), false, readWith("Blue")))
        .isEqualTo("{\"categories\":[\"Blue\",\"Imported\"]}");
    assertThat(change(account(List.of("Imported"), null, List.of()), false, READ))
        .isEqualTo("{\"categories\":[\"Imported\"]}");
  }

  @Test
  void the_categories_of_a_failure_go_when_the_message_is_imported_after_all() {
    assertThat(
            change(
                account(List.of(), null, List.of("Unusable")),
                false,
                readWith("Blue", "Mailroom failed", "Unusable")))
        .isEqualTo("{\"categories\":[\"Blue\"]}");
    assertThat(change(account(List.of(), null, List.of()), false, readWith("Mailroom failed")))
        .isEqualTo("{\"categories\":[]}");
  }

  @Test
  void a_message_that_was_given_up_gets_its_category_and_stays_unread() {
    assertThat(change(account(List.of("Imported"), null, List.of()), true, UNREAD))
        .isEqualTo("{\"categories\":[\"Mailroom failed\"]}");
    assertThat(change(account(List.of(), null, List.of("Unusable")), true, UNREAD))
        .isEqualTo("{\"categories\":[\"Unusable\"]}");
    assertThat(change(account(List.of(), null, List.of()), true, readWith("Mailroom failed")))
        .isEqualTo("{}");
  }

  @Test
  void the_flag_is_set_where_it_is_another_one() {
    assertThat(change(account(List.of(), AfterImport.Flag.COMPLETE, List.of()), false, READ))
        .isEqualTo("{\"flag\":{\"flagStatus\":\"complete\"}}");
    assertThat(
            change(
                account(List.of(), AfterImport.Flag.COMPLETE, List.of()),
                false,
                new MailboxState(true, "complete", "f", List.of())))
        .isEqualTo("{}");
  }

  @Test
  void what_is_not_known_of_a_message_is_changed() {
    assertThat(change(account(List.of("Imported"), null, List.of()), false, null))
        .isEqualTo("{\"isRead\":true,\"categories\":[\"Imported\"]}");
  }

  private static String change(Account account, boolean givenUp, MailboxState state) {
    return MailboxChange.of(account, givenUp, state).toString();
  }

  private static MailboxState readWith(String... categories) {
    return new MailboxState(true, "notFlagged", "f", List.of(categories));
  }

  private static Account account(
      List<String> added, AfterImport.Flag flag, List<String> ofFailure) {
    return new Account(
        "support",
        "support@contoso.com",
        "contoso",
        List.of("inbox"),
        false,
        "",
        Duration.ofMinutes(1),
        null,
        Content.JSON,
        false,
        List.of("database"),
        DataSize.ofMegabytes(1),
        null,
        AttachmentsKept.ALL,
        new AfterImport(true, null, added, flag, false, true),
        ofFailure.isEmpty() ? null : new AfterFailure(ofFailure, null));
  }
}
