package org.mailroom.check;

import jakarta.jms.ConnectionFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.UUID;
import org.apache.camel.CamelContext;
import org.apache.camel.Route;
import org.apache.camel.component.file.FileEndpoint;
import org.mailroom.delivery.BrokerInUseException;
import org.mailroom.delivery.Destinations;
import org.mailroom.settings.Causes;
import org.mailroom.settings.DatabaseBreaker;
import org.mailroom.settings.MailroomProperties;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.core.env.Environment;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jms.JmsException;
import org.springframework.jms.core.JmsTemplate;
import org.springframework.stereotype.Component;
import org.springframework.transaction.TransactionException;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Tries a destination without leaving anything there: a rolled-back row, a temporary file, a look
 * into the queue.
 */
@Component
final class DestinationCheck {

  /** As much as a small message with an attachment: the last blocks of a disk take a few bytes. */
  private static final int TRIAL_BYTES = 256 * 1024;

  private static final long MEGABYTE = 1024 * 1024;

  private final MailroomProperties properties;
  private final Destinations destinations;
  private final JdbcTemplate jdbc;
  private final TransactionTemplate transaction;
  private final ObjectProvider<ConnectionFactory> connections;
  private final CamelContext camel;
  private final String databaseUrl;

  DestinationCheck(
      MailroomProperties properties,
      Destinations destinations,
      JdbcTemplate jdbc,
      TransactionTemplate transaction,
      ObjectProvider<ConnectionFactory> connections,
      CamelContext camel,
      Environment environment) {
    this.properties = properties;
    this.destinations = destinations;
    this.jdbc = jdbc;
    this.transaction = transaction;
    this.connections = connections;
    this.camel = camel;
    // parameters may hold a password
    this.databaseUrl =
        environment
            .getProperty("spring.datasource.url", "")
            .replaceAll("[;?].*", "")
            .replaceAll("//[^/@]*@", "//");
  }

  /** Returns what came back. */
  String check(String destination) throws CheckFailure {
    String endpoint = destinations.endpoint(destination);
    if (endpoint == null) {
      throw new CheckFailure(
          "there is no such destination.",
          "Add it below mailroom.destinations, or take it out of the account's deliver-to.");
    }
    return switch (endpoint.replace("://", ":")) {
      case "direct:deliver-to-database" -> database();
      case "direct:deliver-to-file" -> file(properties.mailDir());
      case "direct:deliver-to-queue" -> queue();
      default -> other(endpoint);
    };
  }

  /** Where Mailroom's own database is; never its password. */
  String databaseUrl() {
    return databaseUrl;
  }

  /**
   * Mailroom keeps there what it delivered: without it nothing is imported, wherever it is to be
   * delivered.
   */
  String queryDatabase() throws CheckFailure {
    try {
      jdbc.queryForObject("select count(*) from delivery where account = ?", Long.class, "check");
      return "it answers";
    } catch (DataAccessException e) {
      throw new CheckFailure(
          "Mailroom's database doesn't answer as it should (" + DatabaseBreaker.reason(e) + ").",
          DatabaseBreaker.remedy(DatabaseBreaker.reason(e))
              + "; nothing is"
              + " imported or marked meanwhile, and Mailroom goes on by itself.");
    }
  }

  private String database() throws CheckFailure {
    try {
      transaction.executeWithoutResult(
          status -> {
            jdbc.update(
                "insert into mail_message (account, message_id, has_attachments, document,"
                    + " imported_at) values (?, ?, ?, ?, ?)",
                "check",
                UUID.randomUUID().toString(),
                false,
                "{}",
                OffsetDateTime.now(ZoneOffset.UTC));
            status.setRollbackOnly();
          });
      return "a row was inserted and rolled back";
    } catch (DataAccessException | TransactionException e) {
      throw new CheckFailure(
          "the database refuses: " + DatabaseBreaker.reason(e) + ".",
          "Check that it runs, spring.datasource.*, and that its user may write to mail_message.");
    }
  }

  private static String file(Path folder) throws CheckFailure {
    Path existing = folder;
    while (existing.getParent() != null && !Files.exists(existing)) {
      existing = existing.getParent();
    }
    try {
      Path file = Files.createTempFile(existing, ".mailroom-check", ".tmp");
      try {
        Files.write(file, new byte[TRIAL_BYTES]);
      } finally {
        Files.delete(file);
      }
      return "a temporary file was written below "
          + existing
          + " and deleted; "
          + Files.getFileStore(existing).getUsableSpace() / MEGABYTE
          + " MB are free";
    } catch (IOException | SecurityException e) {
      throw new CheckFailure(
          existing
              + " can't be written to: "
              + e.getClass().getSimpleName()
              + ": "
              + e.getMessage()
              + ".",
          "Check free space, quota and permissions there, and that a share is mounted.");
    }
  }

  private String queue() throws CheckFailure {
    ConnectionFactory factory = connections.getIfAvailable();
    if (factory == null) {
      throw new CheckFailure(
          "no broker is configured.",
          "Set spring.artemis.*, or leave it out for the embedded broker.");
    }
    try {
      Boolean holds =
          new JmsTemplate(factory)
              .browse(
                  properties.queue(),
                  (session, browser) -> browser.getEnumeration().hasMoreElements());
      return "queue "
          + properties.queue()
          + " was browsed: it "
          + (Boolean.TRUE.equals(holds) ? "holds messages" : "is empty");
    } catch (JmsException e) {
      BrokerInUseException inUse = Causes.first(e, BrokerInUseException.class).orElse(null);
      if (inUse != null) {
        return "the embedded broker runs in another Mailroom ("
            + inUse.holder()
            + ") and opens no port; whether it takes a message only a delivery shows";
      }
      throw new CheckFailure(
          "the broker refuses: " + reason(e) + ".",
          "Check that it runs, spring.artemis.*, and that the queue is there and may be browsed.");
    }
  }

  private String other(String endpoint) throws CheckFailure {
    String uri = endpoint.replace("://", ":");
    for (Route route : camel.getRoutes()) {
      if (route.getEndpoint().getEndpointBaseUri().replace("://", ":").equals(uri)) {
        if (!camel.getRouteController().getRouteStatus(route.getRouteId()).isStarted()) {
          throw new CheckFailure(
              "route " + route.getRouteId() + " is stopped.",
              "Start it in the console or over JMX, or restart Mailroom.");
        }
        return "route "
            + route.getRouteId()
            + " is there and started; what it does with a message only a delivery shows";
      }
    }
    if (uri.startsWith("direct:")) {
      throw new CheckFailure(
          "no route begins with " + endpoint + ".",
          "Add one below mailroom.routes, or correct mailroom.destinations.");
    }
    try {
      return camel.getEndpoint(endpoint) instanceof FileEndpoint files
          ? file(files.getFile().toPath())
          : "the endpoint "
              + uri.split(":")[0]
              + " is valid; whether it takes a message only a delivery shows";
    } catch (RuntimeException e) {
      throw new CheckFailure(
          "the endpoint isn't valid: " + reason(e) + ".", "Correct mailroom.destinations.");
    }
  }

  /** Without a full stop at its end. */
  private static String reason(Throwable failure) {
    return Causes.inShort(Causes.root(failure));
  }
}
