package org.mailroom.delivery;

import com.fasterxml.jackson.core.JsonProcessingException;
import jakarta.jms.JMSException;
import jakarta.jms.MessageFormatException;
import java.io.IOException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.SQLTransientConnectionException;
import java.util.Set;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;
import org.apache.camel.NoSuchEndpointException;
import org.apache.camel.ResolveEndpointFailedException;
import org.apache.camel.component.direct.DirectConsumerNotAvailableException;
import org.apache.camel.component.file.GenericFileOperationFailedException;
import org.apache.camel.http.base.HttpOperationFailedException;
import org.springframework.jms.JmsException;
import org.springframework.transaction.CannotCreateTransactionException;

/** Tells the failure of a destination, which concerns all messages, from the refusal of one message. */
final class DestinationFailure {

  /** Whether a failure is the destination's. */
  enum Kind {
    /** It refuses this message. */
    NO,
    /** Another message has to show. */
    POSSIBLY,
    CERTAINLY
  }

  /** Of SQL states: connection, authorization, resources, operator intervention; of H2: database closed, connection broken. */
  private static final Set<String> SQL_STATES = Set.of("08", "28", "53", "57", "58", "90");

  /** HTTP statuses by which a server refuses this one content. */
  private static final Set<Integer> REFUSALS = Set.of(400, 409, 410, 413, 415, 422);

  private static final Pattern DISK = Pattern.compile(
      "(?i).*(no space left|not enough space|quota|read-only|input/output error|stale|not connected|network name|permission denied).*");

  private static final Pattern FULL = Pattern.compile("(?i)no space left|not enough space|disk full");

  private DestinationFailure() {}

  /** What to look at when a destination is down, in a sentence. */
  static String remedy(Throwable why) {
    for (Throwable cause = why; cause != null; cause = cause.getCause() == cause ? null : cause.getCause()) {
      String remedy = remedyOf(cause);
      if (remedy != null) {
        return remedy;
      }
    }
    return "Check what it delivers to, and mailroom.destinations.";
  }

  private static String roots(Throwable failure) {
    StringBuilder told = new StringBuilder();
    for (Throwable cause = failure; cause != null; cause = cause.getCause() == cause ? null : cause.getCause()) {
      told.append(cause.getMessage()).append('\n');
    }
    return told.toString();
  }

  private static String remedyOf(Throwable cause) {
    if (cause instanceof JMSException || cause instanceof JmsException) {
      return "Check that the broker runs, the network, and its settings, such as spring.artemis.*.";
    }
    if (cause instanceof SQLException || cause instanceof CannotCreateTransactionException) {
      return FULL.matcher(roots(cause)).find() ? "Free space on the database's disk." : "Check that the database runs, the network, and the settings of its data source.";
    }
    if (cause instanceof DirectConsumerNotAvailableException || cause instanceof NoSuchEndpointException || cause instanceof ResolveEndpointFailedException) {
      return "Check mailroom.destinations, and that its route is there and started.";
    }
    if (cause instanceof HttpOperationFailedException) {
      return "Check the service that it delivers to, and what Mailroom signs in with there.";
    }
    if (cause instanceof FileSystemException || cause instanceof GenericFileOperationFailedException
        || (cause instanceof IOException && cause.getMessage() != null && DISK.matcher(cause.getMessage()).matches())) {
      return "Check free space, quota and permissions of the folder that it writes to, and that a share is mounted.";
    }
    if (cause instanceof SocketException || cause instanceof SocketTimeoutException || cause instanceof UnknownHostException || cause instanceof SSLException) {
      return "Check the network, DNS, and its address.";
    }
    return null;
  }

  static Kind kind(Throwable why) {
    for (Throwable cause = why; cause != null; cause = cause.getCause() == cause ? null : cause.getCause()) {
      Kind kind = kindOf(cause);
      if (kind != null) {
        return kind;
      }
    }
    return Kind.NO;
  }

  /** Null when this cause alone doesn't tell. */
  private static Kind kindOf(Throwable cause) {
    if (cause instanceof JsonProcessingException || cause instanceof CharacterCodingException || cause instanceof MessageFormatException) {
      return Kind.NO;
    }
    if (cause instanceof HttpOperationFailedException http) {
      return REFUSALS.contains(http.getStatusCode()) ? Kind.NO : http.getStatusCode() == 500 ? Kind.POSSIBLY : Kind.CERTAINLY;
    }
    if (cause instanceof SQLException sql) {
      return sql instanceof SQLTransientConnectionException || sql instanceof SQLNonTransientConnectionException
          || (sql.getSQLState() != null && sql.getSQLState().length() >= 2 && SQL_STATES.contains(sql.getSQLState().substring(0, 2)))
          ? Kind.CERTAINLY : Kind.NO;
    }
    if (cause instanceof SocketException || cause instanceof SocketTimeoutException || cause instanceof UnknownHostException
        || cause instanceof SSLException || cause instanceof JMSException || cause instanceof CannotCreateTransactionException
        || cause instanceof AccessDeniedException || cause instanceof DirectConsumerNotAvailableException
        || cause instanceof NoSuchEndpointException || cause instanceof ResolveEndpointFailedException) {
      return Kind.CERTAINLY;
    }
    if (cause instanceof IOException || cause instanceof GenericFileOperationFailedException) {
      return cause.getMessage() != null && DISK.matcher(cause.getMessage()).matches() ? Kind.CERTAINLY
          : cause.getCause() == null ? Kind.POSSIBLY : null;
    }
    return null;
  }
}
