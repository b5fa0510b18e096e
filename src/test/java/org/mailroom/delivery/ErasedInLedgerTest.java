package org.mailroom.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.mailroom.account.AccountImport;
import org.mailroom.message.IncomingMessage;

/** What the ledger does with a message that was erased. */
class ErasedInLedgerTest {

  private static void erase(LedgerParts parts, String id) {
    parts.jdbc.update(
        "update delivery set status = case when status = 'DELIVERED' then 'DELIVERED' else"
            + " 'DISCARDED' end, next_attempt_at = null, last_error = null, erased_at ="
            + " delivered_at where message_id = ?",
        id);
    parts.jdbc.update("update delivery set erased_at = current_timestamp where message_id = ?", id);
    parts.jdbc.update("delete from ledger_message where message_id = ?", id);
  }

  @Test
  void it_is_marked_and_delivered_nowhere_not_even_where_it_never_was() {
    LedgerParts parts = new LedgerParts("accounts.support.deliver-to", "database,file,queue");
    parts.imports(LedgerParts::refuseByFile, "A", "B");
    parts.jdbc.update("delete from delivery where destination = 'queue'");
    erase(parts, "A");
    AccountImport running = parts.begin();
    List<IncomingMessage> listed = parts.listed(running, "A", "B");
    assertThat(listed).extracting(IncomingMessage::id).containsExactly("A", "B");
    assertThat(listed.get(0).destinations()).isEmpty();
    assertThat(listed.get(0).isComplete()).as("to be marked").isTrue();
    assertThat(listed.get(1).destinations()).contains("queue");
  }

  @Test
  void what_an_import_had_in_hand_does_not_bring_back_what_was_erased_meanwhile() {
    LedgerParts parts = new LedgerParts();
    parts.imports(LedgerParts::refuseByFile, "A");
    parts.clock.pass(java.time.Duration.ofHours(1));
    AccountImport running = parts.begin();
    List<IncomingMessage> inHand = parts.listed(running, "A");
    assertThat(inHand.get(0).destinations()).containsExactly("file");
    erase(parts, "A");
    LedgerParts.refuseByFile(inHand.get(0));
    parts.ledger.record(running, inHand);
    assertThat(parts.status("A", "file")).isEqualTo("DISCARDED");
    assertThat(parts.row("A", "file").get("erased_at")).isNotNull();
    assertThat(parts.row("A", "file").get("last_error")).isNull();
  }
}
