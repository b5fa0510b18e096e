package org.mailroom.check;

import java.util.Objects;
import java.util.function.Consumer;
import org.mailroom.account.DiscoveredAccounts;
import org.mailroom.credential.CredentialException;
import org.mailroom.discovery.Discovery;
import org.mailroom.graph.GraphException;
import org.mailroom.settings.RouteNotRunningException;
import org.springframework.stereotype.Component;

/**
 * Whether it is told which mailboxes an entry for many has. What it finds is checked account by
 * account, as every other.
 */
@Component
final class DiscoveryCheck {

  private final DiscoveredAccounts discovered;
  private final Discovery discovery;

  DiscoveryCheck(DiscoveredAccounts discovered, Discovery discovery) {
    this.discovered = discovered;
    this.discovery = discovery;
  }

  boolean isEntry(String id) {
    return discovered.entries().containsKey(id);
  }

  /** Asks, and changes nothing. */
  void check(String entry, Consumer<CheckStep> told) {
    var settings = Objects.requireNonNull(discovered.entries().get(entry), entry);
    String source =
        settings.mailboxesFile() != null
            ? "the list " + settings.mailboxesFile()
            : "the members of group " + settings.membersOf();
    told.accept(
        CheckStep.ok(
            "configuration",
            "entry " + entry,
            source + ", each an account with credential " + settings.credential()));
    try {
      told.accept(CheckStep.ok("mailboxes", source, discovery.count(entry)));
    } catch (GraphException | CredentialException refusal) {
      told.accept(CheckStep.failed("mailboxes", source, refusal.getMessage(), null));
    } catch (Discovery.NotToldException | RouteNotRunningException why) {
      told.accept(CheckStep.failed("mailboxes", source, why.getMessage(), null));
    }
  }
}
