package org.mailroom.command;

import org.mailroom.account.Account;
import org.mailroom.account.Accounts;
import org.mailroom.configuration.MailroomProperties;
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

  private final Accounts accounts;
  private final MailroomProperties properties;
  private final Environment environment;

  Greeting(Accounts accounts, MailroomProperties properties, Environment environment) {
    this.accounts = accounts;
    this.properties = properties;
    this.environment = environment;
  }

  @EventListener(ApplicationReadyEvent.class)
  void greet() {
    if (!properties.polling()) {
      return;
    }
    LOG.info("{} runs on Java {}. Graph: {}. Routes: {}.", new Version().getVersion()[0], System.getProperty("java.version"),
        properties.graphUrl(), properties.routes());
    LOG.info("Database: {}. Files: {}. Queue: {} on {}.", environment.getProperty("spring.datasource.url", "").replaceAll("[;?].*", ""),
        properties.dataDir().resolve("mail"), properties.queue(),
        environment.getProperty("spring.artemis.broker-url", "the embedded broker"));
    LOG.info("Health: http://{}:{}/actuator/health", environment.getProperty("server.address"), environment.getProperty("local.server.port"));
    if (accounts.all().isEmpty()) {
      LOG.warn("No account is configured: nothing is imported. Add credentials and accounts to application.yaml.");
    }
    for (Account account : accounts.all()) {
      LOG.info("account {}: {} of {} to {}, every {} s", account.id(), account.folder(), account.mailbox(), String.join(", ", account.deliverTo()),
          account.pollEvery().toSeconds());
    }
  }

  @EventListener(ContextClosedEvent.class)
  void takeLeave() {
    if (properties.polling()) {
      LOG.info("Mailroom stops: it finishes the messages in flight and leaves the others unread");
    }
  }
}
