package org.mailroom.command;

import java.util.List;
import java.util.TreeMap;
import org.mailroom.account.Account;
import org.mailroom.account.Accounts;
import org.mailroom.account.DiscoveredAccounts;
import org.mailroom.credential.Credential;
import org.mailroom.credential.Credentials;
import org.mailroom.settings.MailroomProperties;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.core.env.Environment;
import org.springframework.stereotype.Component;

/** The first lines of the runtime's log: what it does, with whom, and where the results go. */
@Component
final class Greeting {

  private static final Logger LOG = LoggerFactory.getLogger("mailroom");

  /** So that the first lines stay on the screen. */
  private static final int MOST_ACCOUNTS = 20;

  private final Accounts accounts;
  private final Credentials credentials;
  private final MailroomProperties properties;
  private final Environment environment;
  private final DiscoveredAccounts discovered;

  Greeting(
      Accounts accounts,
      DiscoveredAccounts discovered,
      Credentials credentials,
      MailroomProperties properties,
      Environment environment) {
    this.accounts = accounts;
    this.discovered = discovered;
    this.credentials = credentials;
    this.properties = properties;
    this.environment = environment;
  }

  @EventListener(ApplicationReadyEvent.class)
  void greet() {
    if (!properties.polling()) {
      return;
    }
    LOG.info(
        "{} runs on Java {}. Graph: {}. Routes: {}.",
        new Version().getVersion()[0],
        System.getProperty("java.version"),
        properties.graphUrl(),
        properties.routes());
    LOG.info(
        "Database: {}. Files: {}. Queue: {} on {}.",
        environment.getProperty("spring.datasource.url", "").replaceAll("[;?].*", ""),
        properties.mailDir(),
        properties.queue(),
        environment.getProperty("spring.artemis.broker-url", "the embedded broker"));
    String console =
        properties.publicUrl() != null
            ? properties.publicUrl().toString().replaceFirst("/+$", "")
            : "http://"
                + environment.getProperty("server.address")
                + ":"
                + environment.getProperty("local.server.port");
    LOG.info("Console: {}/  Health: {}/actuator/health", console, console);
    LOG.info(
        "Credentials: {}. Destinations: {}.",
        orNone(credentials.list().stream().map(Credential::id).toList()),
        orNone(
            new TreeMap<>(properties.destinations())
                .entrySet().stream()
                    .map(each -> each.getKey() + " (" + each.getValue().uri() + ")")
                    .toList()));
    discovered
        .entries()
        .forEach(
            (entry, settings) ->
                LOG.info(
                    "entry {}: {}, each an account to {}",
                    entry,
                    settings.mailboxesFile() != null
                        ? "the mailboxes of " + settings.mailboxesFile()
                        : "the members of group " + settings.membersOf(),
                    String.join(", ", settings.deliverTo())));
    if (accounts.all().isEmpty() && discovered.entries().isEmpty()) {
      LOG.warn(
          "No account is configured: nothing is imported. Add credentials and accounts to"
              + " application.yaml, or in the console.");
    }
    for (Account account : accounts.all().stream().limit(MOST_ACCOUNTS).toList()) {
      LOG.info(
          "account {}: {} of {} to {}, {}",
          account.id(),
          account.folder(),
          account.mailbox(),
          String.join(", ", account.deliverTo()),
          account.pollAt() == null
              ? "every " + account.pollEvery().toSeconds() + " s"
              : "at " + account.pollAt());
    }
    if (accounts.all().size() > MOST_ACCOUNTS) {
      LOG.info("and {} more accounts", accounts.all().size() - MOST_ACCOUNTS);
    }
  }

  private static String orNone(List<String> names) {
    return names.isEmpty() ? "none" : String.join(", ", names);
  }

  @EventListener(ContextClosedEvent.class)
  void takeLeave() {
    if (properties.polling()) {
      LOG.info("Mailroom stops: it finishes the messages in flight and leaves the others unread");
    }
  }
}
