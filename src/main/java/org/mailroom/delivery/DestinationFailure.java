package org.mailroom.delivery;

import jakarta.jms.JMSException;
import jakarta.mail.MessagingException;
import java.io.IOException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.file.FileSystemException;
import java.sql.SQLException;
import java.util.OptionalInt;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.net.ssl.SSLException;
import org.apache.camel.NoSuchEndpointException;
import org.apache.camel.ResolveEndpointFailedException;
import org.apache.camel.component.direct.DirectConsumerNotAvailableException;
import org.apache.camel.component.file.GenericFileOperationFailedException;
import org.apache.camel.http.base.HttpOperationFailedException;
import org.eclipse.angus.mail.smtp.SMTPAddressFailedException;
import org.eclipse.angus.mail.smtp.SMTPSendFailedException;
import org.eclipse.angus.mail.smtp.SMTPSenderFailedException;
import org.jspecify.annotations.Nullable;
import org.mailroom.settings.Causes;
import org.springframework.jms.JmsException;
import org.springframework.transaction.CannotCreateTransactionException;

/**
 * Tells the failure of a destination, which concerns all messages, from the refusal of one message,
 * by what is known of failures.
 */
final class DestinationFailure {

  private static final Pattern DISK =
      Pattern.compile(
          "(?i).*(no space left|not enough space|quota|read-only|input/output error|stale|not"
              + " connected|network name|permission denied).*");

  private static final Pattern FULL =
      Pattern.compile("(?i)no space left|not enough space|disk full");

  private static final String AWS = "software.amazon.awssdk.core.exception.SdkServiceException";

  /** A broker that answers: it doesn't take this message. */
  private static final String AMQP_ANSWER = "org.apache.qpid.jms.provider.ProviderException";

  private DestinationFailure() {}

  /** What to look at when a destination is down, in a sentence. */
  static String remedy(Throwable why) {
    return Causes.of(why)
        .map(DestinationFailure::remedyOf)
        .filter(remedy -> remedy != null)
        .findFirst()
        .orElse("Check what it delivers to, and mailroom.destinations.");
  }

  private static String roots(Throwable failure) {
    return Causes.of(failure)
        .map(cause -> String.valueOf(cause.getMessage()))
        .collect(Collectors.joining("\n"));
  }

  private static @Nullable String remedyOf(Throwable cause) {
    if (cause instanceof JMSException || cause instanceof JmsException) {
      return "Check that the broker runs, the network, and its settings, such as spring.artemis.*.";
    }
    if (cause instanceof SQLException || cause instanceof CannotCreateTransactionException) {
      return FULL.matcher(roots(cause)).find()
          ? "Free space on the database's disk."
          : "Check that the database runs, the network, and the settings of its data source.";
    }
    if (cause instanceof DirectConsumerNotAvailableException
        || cause instanceof NoSuchEndpointException
        || cause instanceof ResolveEndpointFailedException) {
      return "Check mailroom.destinations, and that its route is there and started.";
    }
    if (cause instanceof HttpOperationFailedException) {
      return "Check the service that it delivers to, and what Mailroom signs in with there.";
    }
    if (cause instanceof FileSystemException
        || cause instanceof GenericFileOperationFailedException
        || (cause instanceof IOException
            && cause.getMessage() != null
            && DISK.matcher(cause.getMessage()).matches())) {
      return "Check free space, quota and permissions of the folder that it writes to, and that a"
          + " share is mounted.";
    }
    if (cause instanceof MessagingException
        || cause.getClass().getName().startsWith("org.apache.kafka.")) {
      return "Check that the server runs, the network, and its address and sign-in in the route.";
    }
    if (cause instanceof SocketException
        || cause instanceof SocketTimeoutException
        || cause instanceof UnknownHostException
        || cause instanceof SSLException) {
      return "Check the network, DNS, and its address.";
    }
    return null;
  }

  /**
   * What a failure means: the first of its causes that tells, outermost first; a failure that none
   * tells of refuses the message.
   */
  static Outcome outcome(Throwable why) {
    return Causes.of(why)
        .map(DestinationFailure::outcomeOf)
        .filter(outcome -> outcome != null)
        .findFirst()
        .orElse(Outcome.REFUSED);
  }

  /** The HTTP status that a cause carries. */
  static OptionalInt status(Throwable cause) {
    if (cause instanceof HttpOperationFailedException http) {
      return OptionalInt.of(http.getStatusCode());
    }
    for (Class<?> type = cause.getClass(); type != null; type = type.getSuperclass()) {
      if (type.getName().equals(AWS)) {
        return statusOfAws(type, cause);
      }
    }
    return OptionalInt.empty();
  }

  /** The class is there only where a site has put it into lib/. */
  private static OptionalInt statusOfAws(Class<?> type, Throwable cause) {
    try {
      return OptionalInt.of((Integer) type.getMethod("statusCode").invoke(cause));
    } catch (ReflectiveOperationException anotherVersion) {
      return OptionalInt.empty();
    }
  }

  /** Null when this cause alone doesn't tell. */
  private static @Nullable Outcome outcomeOf(Throwable cause) {
    OptionalInt smtp = smtpCode(cause);
    if (smtp.isPresent()) {
      return KnownFailures.ofSmtp(smtp.getAsInt());
    }
    if (cause instanceof JMSException
        && cause.getCause() != null
        && cause.getCause().getClass().getName().equals(AMQP_ANSWER)) {
      return Outcome.IN_DOUBT;
    }
    Outcome known = KnownFailures.ofClass(cause);
    OptionalInt status = status(cause);
    if (known != null || status.isPresent()) {
      return known != null ? known : KnownFailures.ofHttp(status.getAsInt());
    }
    if (cause instanceof SQLException sql) {
      return KnownFailures.ofSqlState(sql.getSQLState());
    }
    if (cause instanceof MessagingException) {
      return cause.getCause() == null ? Outcome.IN_DOUBT : null;
    }
    if (cause instanceof GenericFileOperationFailedException file && file.getCode() > 0) {
      return KnownFailures.ofFtp(file.getCode());
    }
    if (cause instanceof IOException || cause instanceof GenericFileOperationFailedException) {
      return cause.getMessage() != null && DISK.matcher(cause.getMessage()).matches()
          ? Outcome.DOWN
          : cause.getCause() == null ? Outcome.IN_DOUBT : null;
    }
    return null;
  }

  private static OptionalInt smtpCode(Throwable cause) {
    return cause instanceof SMTPSendFailedException sending
        ? OptionalInt.of(sending.getReturnCode())
        : cause instanceof SMTPAddressFailedException address
            ? OptionalInt.of(address.getReturnCode())
            : cause instanceof SMTPSenderFailedException sender
                ? OptionalInt.of(sender.getReturnCode())
                : OptionalInt.empty();
  }
}
