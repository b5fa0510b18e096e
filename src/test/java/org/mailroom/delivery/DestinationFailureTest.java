package org.mailroom.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import com.jcraft.jsch.JSchException;
import com.jcraft.jsch.SftpException;
import jakarta.jms.JMSException;
import jakarta.jms.MessageFormatException;
import jakarta.mail.AuthenticationFailedException;
import jakarta.mail.MessagingException;
import jakarta.mail.SendFailedException;
import jakarta.mail.internet.AddressException;
import jakarta.mail.internet.InternetAddress;
import java.io.EOFException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.file.AccessDeniedException;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.Map;
import java.util.stream.Stream;
import javax.net.ssl.SSLHandshakeException;
import org.apache.camel.CamelExecutionException;
import org.apache.camel.component.file.GenericFileOperationFailedException;
import org.apache.camel.http.base.HttpOperationFailedException;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.hc.client5.http.ConnectTimeoutException;
import org.apache.hc.client5.http.HttpHostConnectException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.NotEnoughReplicasException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.qpid.jms.provider.ProviderException;
import org.eclipse.angus.mail.smtp.SMTPAddressFailedException;
import org.eclipse.angus.mail.smtp.SMTPSendFailedException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.jms.UncategorizedJmsException;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.s3.model.NoSuchBucketException;
import software.amazon.awssdk.services.s3.model.S3Exception;

class DestinationFailureTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = ':',
      value = {
        "REFUSED:400,404,406,409,410,411,412,413,414,415,417,422,424,428,431,451",
        "DOWN:301,302,307,308,401,402,403,405,407,421,426,501,502,503,504,505,507,511,521",
        "BUSY:429",
        "LATER:423,425",
        "IN_DOUBT:408,500"
      })
  void an_http_status_means_what_the_document_says(Outcome outcome, String statuses) {
    for (String status : statuses.split(",")) {
      assertThat(
              DestinationFailure.outcome(new IllegalStateException(http(Integer.parseInt(status)))))
          .as(status)
          .isEqualTo(outcome);
    }
  }

  static HttpOperationFailedException http(int status) {
    return new HttpOperationFailedException(
        "http://crm.invalid/", status, null, null, Map.of(), null);
  }

  static Stream<Arguments> failures() throws Exception {
    InternetAddress address = new InternetAddress("ada@example.com");
    JMSException rejected = new JMSException("rejected");
    rejected.initCause(new ProviderException("the broker has rejected the message"));
    return Stream.of(
        Arguments.of(Outcome.REFUSED, new RefusedException("not this one")),
        Arguments.of(Outcome.LATER, new LaterException("not yet")),
        Arguments.of(Outcome.DOWN, new DestinationDownException("nothing now")),
        Arguments.of(Outcome.REFUSED, new IllegalStateException("a route's mistake")),
        Arguments.of(Outcome.REFUSED, new IllegalStateException()),
        // the network
        Arguments.of(Outcome.DOWN, new ConnectException("refused")),
        Arguments.of(Outcome.DOWN, new HttpHostConnectException("refused")),
        Arguments.of(Outcome.DOWN, new ConnectTimeoutException("no answer")),
        Arguments.of(Outcome.DOWN, new UnknownHostException("crm")),
        Arguments.of(Outcome.DOWN, new SSLHandshakeException("expired")),
        Arguments.of(Outcome.IN_DOUBT, new SocketException("Connection reset")),
        Arguments.of(Outcome.IN_DOUBT, new SocketTimeoutException("read timed out")),
        Arguments.of(Outcome.IN_DOUBT, new EOFException()),
        // files, FTP
        Arguments.of(Outcome.DOWN, new AccessDeniedException("/share")),
        Arguments.of(Outcome.DOWN, new IOException("No space left on device")),
        Arguments.of(
            Outcome.DOWN,
            new GenericFileOperationFailedException(
                "Cannot connect", new ConnectException("refused"))),
        Arguments.of(
            Outcome.DOWN,
            new GenericFileOperationFailedException(530, "Login incorrect", (Throwable) null)),
        Arguments.of(
            Outcome.DOWN,
            new GenericFileOperationFailedException(452, "No space", (Throwable) null)),
        Arguments.of(
            Outcome.LATER,
            new GenericFileOperationFailedException(450, "File busy", (Throwable) null)),
        Arguments.of(
            Outcome.REFUSED,
            new GenericFileOperationFailedException(553, "Name not allowed", (Throwable) null)),
        Arguments.of(
            Outcome.IN_DOUBT,
            new GenericFileOperationFailedException(550, "Failed", (Throwable) null)),
        Arguments.of(
            Outcome.DOWN,
            new GenericFileOperationFailedException(
                "Cannot connect", new JSchException("Auth fail"))),
        Arguments.of(
            Outcome.IN_DOUBT,
            new GenericFileOperationFailedException(
                "Cannot store file", new SftpException(4, "Failure"))),
        // S3
        Arguments.of(Outcome.DOWN, SdkClientException.create("Unable to execute HTTP request")),
        Arguments.of(Outcome.DOWN, NoSuchBucketException.builder().statusCode(404).build()),
        Arguments.of(Outcome.DOWN, S3Exception.builder().statusCode(403).build()),
        Arguments.of(Outcome.REFUSED, S3Exception.builder().statusCode(400).build()),
        Arguments.of(Outcome.DOWN, S3Exception.builder().statusCode(503).build()),
        Arguments.of(Outcome.BUSY, S3Exception.builder().statusCode(429).build()),
        // databases
        Arguments.of(Outcome.DOWN, new SQLTransientConnectionException("no connection")),
        Arguments.of(Outcome.DOWN, new SQLException("admin shutdown", "57P01")),
        Arguments.of(Outcome.DOWN, new SQLException("no such table", "42P01")),
        Arguments.of(Outcome.REFUSED, new SQLException("too long", "22001")),
        Arguments.of(Outcome.REFUSED, new SQLException("duplicate", "23505")),
        Arguments.of(Outcome.REFUSED, new SQLException("unknown")),
        // brokers
        Arguments.of(Outcome.DOWN, new UncategorizedJmsException(new JMSException("closed"))),
        Arguments.of(Outcome.REFUSED, new MessageFormatException("no")),
        Arguments.of(Outcome.IN_DOUBT, rejected),
        Arguments.of(Outcome.DOWN, new TimeoutException("not in metadata after 10000 ms")),
        Arguments.of(Outcome.DOWN, new NotEnoughReplicasException("1 of 2")),
        Arguments.of(Outcome.DOWN, new UnknownTopicOrPartitionException("gone")),
        Arguments.of(Outcome.DOWN, new TopicAuthorizationException("mails")),
        Arguments.of(
            Outcome.DOWN,
            new KafkaException(
                "Failed to construct kafka producer",
                new ConfigException("No resolvable bootstrap urls"))),
        Arguments.of(Outcome.REFUSED, new RecordTooLargeException("2 MB")),
        Arguments.of(Outcome.REFUSED, new SerializationException("no")),
        // SMTP
        Arguments.of(Outcome.LATER, sending(451)),
        Arguments.of(Outcome.REFUSED, sending(552)),
        Arguments.of(Outcome.DOWN, sending(421)),
        Arguments.of(Outcome.DOWN, sending(530)),
        Arguments.of(Outcome.IN_DOUBT, sending(-1)),
        Arguments.of(
            Outcome.LATER,
            new SendFailedException(
                "Invalid Addresses",
                new SMTPAddressFailedException(address, "RCPT TO", 450, "greylisted"))),
        Arguments.of(
            Outcome.REFUSED,
            new SendFailedException(
                "Invalid Addresses",
                new SMTPAddressFailedException(address, "RCPT TO", 550, "no such user"))),
        Arguments.of(Outcome.DOWN, new AuthenticationFailedException("535 5.7.8")),
        Arguments.of(Outcome.REFUSED, new AddressException("Illegal address")),
        Arguments.of(
            Outcome.DOWN,
            new MessagingException("Couldn't connect", new ConnectException("refused"))),
        Arguments.of(Outcome.IN_DOUBT, new MessagingException("[EOF]")));
  }

  private static SMTPSendFailedException sending(int code) {
    return new SMTPSendFailedException("DATA", code, code + " so it is", null, null, null, null);
  }

  @ParameterizedTest
  @MethodSource("failures")
  void a_failure_means_what_the_document_says_also_as_a_cause(Outcome outcome, Exception failure) {
    assertThat(DestinationFailure.outcome(failure)).isEqualTo(outcome);
    assertThat(
            DestinationFailure.outcome(
                new CamelExecutionException(
                    "wrapped",
                    new org.apache.camel.support.DefaultExchange(new DefaultCamelContext()),
                    failure)))
        .isEqualTo(outcome);
  }

  @Test
  void causes_that_lead_in_a_circle_end() {
    Exception first = new IllegalStateException("a");
    Exception second = new IllegalStateException("b", first);
    first.initCause(second);
    assertThat(DestinationFailure.outcome(first)).isEqualTo(Outcome.REFUSED);
  }
}
