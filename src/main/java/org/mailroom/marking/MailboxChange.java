package org.mailroom.marking;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.mailroom.account.Account;
import org.mailroom.message.MailboxState;
import org.mailroom.settings.AfterImport;

/**
 * What a PATCH has to say of a message, given how it stands in the mailbox: what needs no change
 * isn't sent.
 */
final class MailboxChange {

  /**
   * The category of a message of which a delivery was given up, unless its account names others.
   */
  static final String FAILED = "Mailroom failed";

  private MailboxChange() {}

  /**
   * @param state as the service showed it last; what isn't known of it is changed
   * @return empty when nothing is to be changed
   */
  static ObjectNode of(Account account, boolean givenUp, @Nullable MailboxState state) {
    AfterImport afterImport = account.afterImport();
    List<String> ofFailure =
        account.afterFailure() == null ? List.of() : account.afterFailure().addCategories();
    ObjectNode change = JsonNodeFactory.instance.objectNode();
    List<String> present = state == null ? List.of() : state.categories();
    List<String> added = afterImport.addCategories();
    if (givenUp) {
      added =
          !ofFailure.isEmpty()
              ? ofFailure
              : afterImport.categoriseFailures() ? List.of(FAILED) : List.of();
    } else {
      if (afterImport.markAsRead() && (state == null || !Boolean.TRUE.equals(state.read()))) {
        change.put("isRead", true);
      }
      if (afterImport.flag() != null
          && (state == null || !afterImport.flag().flagStatus().equalsIgnoreCase(state.flag()))) {
        change.putObject("flag").put("flagStatus", afterImport.flag().flagStatus());
      }
    }
    if (present.isEmpty() && added.isEmpty()) {
      return change;
    }
    Set<String> categories = new LinkedHashSet<>(present);
    if (!givenUp) {
      categories.remove(FAILED);
      categories.removeAll(ofFailure);
    }
    categories.addAll(added);
    if (!categories.equals(new LinkedHashSet<>(present))) {
      // the service replaces the whole list
      categories.forEach(change.putArray("categories")::add);
    }
    return change;
  }
}
