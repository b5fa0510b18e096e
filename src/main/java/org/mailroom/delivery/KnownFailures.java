package org.mailroom.delivery;

import static org.mailroom.delivery.Outcome.BUSY;
import static org.mailroom.delivery.Outcome.DOWN;
import static org.mailroom.delivery.Outcome.IN_DOUBT;
import static org.mailroom.delivery.Outcome.LATER;
import static org.mailroom.delivery.Outcome.REFUSED;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What failures mean where a site says nothing else; docs/routes.md has the same table. By names of
 * classes, for the components of some of them are only there where a site has put them into {@code
 * lib/}.
 */
final class KnownFailures {

  /** Of classes; of a class that isn't here its superclass's holds. */
  private static final Map<String, Outcome> CLASSES = classes();

  /**
   * Of SQL states: connection, authorization, catalog, schema, no right or no such table,
   * resources, operator intervention, system; of H2: database closed.
   */
  private static final Set<String> SQL_STATES_DOWN =
      Set.of("08", "28", "3D", "3F", "42", "53", "57", "58", "90");

  private static final Set<Integer> HTTP_DOWN = Set.of(401, 402, 403, 405, 407, 421, 426);
  private static final Set<Integer> HTTP_LATER = Set.of(423, 425);
  private static final Set<Integer> HTTP_IN_DOUBT = Set.of(408, 500);
  private static final int TOO_MANY_REQUESTS = 429;

  private static final Set<Integer> SMTP_DOWN = Set.of(421, 454, 530, 534, 535, 538);

  private static final Set<Integer> FTP_DOWN = Set.of(421, 425, 426, 430, 451, 452, 530, 532, 552);
  private static final Set<Integer> FTP_REFUSED = Set.of(501, 553);
  private static final int FTP_FILE_BUSY = 450;

  private KnownFailures() {}

  private static Map<String, Outcome> classes() {
    Map<String, Outcome> known = new HashMap<>();
    Stream.of(
            "com.fasterxml.jackson.core.JsonProcessingException",
            "java.nio.charset.CharacterCodingException",
            "jakarta.jms.MessageFormatException",
            "jakarta.mail.internet.ParseException",
            "org.apache.kafka.common.errors.ApiException",
            "org.apache.kafka.common.errors.SerializationException",
            RefusedException.class.getName())
        .forEach(name -> known.put(name, REFUSED));
    Stream.of(
            "java.net.ConnectException",
            "java.net.NoRouteToHostException",
            "java.net.UnknownHostException",
            "java.net.BindException",
            "org.apache.hc.client5.http.ConnectTimeoutException",
            "javax.net.ssl.SSLException",
            "java.nio.file.AccessDeniedException",
            "org.apache.camel.component.direct.DirectConsumerNotAvailableException",
            "org.apache.camel.NoSuchEndpointException",
            "org.apache.camel.ResolveEndpointFailedException",
            "org.apache.camel.FailedToCreateProducerException",
            "org.springframework.transaction.CannotCreateTransactionException",
            "java.sql.SQLTransientConnectionException",
            "java.sql.SQLNonTransientConnectionException",
            "jakarta.jms.JMSException",
            "jakarta.mail.AuthenticationFailedException",
            "jakarta.mail.NoSuchProviderException",
            "org.eclipse.angus.mail.util.MailConnectException",
            "org.eclipse.angus.mail.util.SocketConnectException",
            "com.jcraft.jsch.JSchException",
            "org.apache.kafka.common.KafkaException",
            "org.apache.kafka.common.errors.RetriableException",
            "org.apache.kafka.common.errors.AuthenticationException",
            "org.apache.kafka.common.errors.AuthorizationException",
            "org.apache.kafka.common.errors.OutOfOrderSequenceException",
            "org.apache.kafka.common.errors.ProducerFencedException",
            "org.apache.kafka.common.errors.UnsupportedVersionException",
            "software.amazon.awssdk.core.exception.SdkClientException",
            "software.amazon.awssdk.services.s3.model.NoSuchBucketException",
            DestinationDownException.class.getName())
        .forEach(name -> known.put(name, DOWN));
    Stream.of(
            "java.net.SocketException",
            "java.net.SocketTimeoutException",
            "java.util.concurrent.TimeoutException",
            "org.apache.camel.ExchangeTimedOutException",
            "com.jcraft.jsch.SftpException")
        .forEach(name -> known.put(name, IN_DOUBT));
    known.put(LaterException.class.getName(), LATER);
    return Map.copyOf(known);
  }

  /** Null when the class of a failure doesn't tell. */
  static @Nullable Outcome ofClass(Throwable failure) {
    for (Class<?> type = failure.getClass(); type != null; type = type.getSuperclass()) {
      Outcome outcome = CLASSES.get(type.getName());
      if (outcome != null) {
        return outcome;
      }
    }
    return null;
  }

  /** By a status that isn't 2xx. */
  static Outcome ofHttp(int status) {
    if (status == TOO_MANY_REQUESTS) {
      return BUSY;
    }
    if (HTTP_IN_DOUBT.contains(status)) {
      return IN_DOUBT;
    }
    return HTTP_LATER.contains(status)
        ? LATER
        : HTTP_DOWN.contains(status) || status < 400 || status >= 500 ? DOWN : REFUSED;
  }

  /** By the code of a server's reply. */
  static Outcome ofSmtp(int code) {
    return SMTP_DOWN.contains(code)
        ? DOWN
        : code >= 400 && code < 500 ? LATER : code >= 500 ? REFUSED : IN_DOUBT;
  }

  /** By the code of a server's reply. */
  static Outcome ofFtp(int code) {
    return FTP_DOWN.contains(code)
        ? DOWN
        : FTP_REFUSED.contains(code) ? REFUSED : code == FTP_FILE_BUSY ? LATER : IN_DOUBT;
  }

  /** By an SQL state; null: there is none. */
  static Outcome ofSqlState(@Nullable String state) {
    return state != null && state.length() >= 2 && SQL_STATES_DOWN.contains(state.substring(0, 2))
        ? DOWN
        : REFUSED;
  }
}
