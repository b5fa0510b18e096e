package org.mailroom.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.ConnectException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.camel.http.base.HttpOperationFailedException;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.mailroom.SettableClock;
import org.mailroom.settings.MailroomProperties;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

@ExtendWith(OutputCaptureExtension.class)
class FailureRulesTest {

  private static FailureRules rules(Map<String, String> settings) {
    Map<String, String> source =
        new HashMap<>(Map.of("mailroom.destinations.crm.uri", "direct:crm"));
    settings.forEach((key, value) -> source.put("mailroom.destinations.crm." + key, value));
    return new FailureRules(
        new Binder(new MapConfigurationPropertySource(source))
            .bindOrCreate("mailroom", MailroomProperties.class),
        new DefaultCamelContext(),
        new SettableClock());
  }

  private static Outcome outcome(FailureRules rules, String destination, Exception failure) {
    return rules.judge(destination, new IllegalStateException(failure), null).outcome();
  }

  @Test
  void a_destinations_own_lists_come_before_what_is_documented_and_hold_for_it_alone() {
    FailureRules rules =
        rules(
            Map.of(
                "refused-on",
                "503,java.net.ConnectException",
                "down-on",
                "404",
                "later-on",
                "409"));
    assertThat(outcome(rules, "crm", DestinationFailureTest.http(503))).isEqualTo(Outcome.REFUSED);
    assertThat(outcome(rules, "crm", new ConnectException())).isEqualTo(Outcome.REFUSED);
    assertThat(outcome(rules, "crm", DestinationFailureTest.http(404))).isEqualTo(Outcome.DOWN);
    assertThat(outcome(rules, "crm", DestinationFailureTest.http(409))).isEqualTo(Outcome.LATER);
    assertThat(outcome(rules, "crm", DestinationFailureTest.http(422))).isEqualTo(Outcome.REFUSED);
    assertThat(outcome(rules, "queue", DestinationFailureTest.http(404)))
        .isEqualTo(Outcome.REFUSED);
    assertThat(outcome(rules, "queue", new ConnectException())).isEqualTo(Outcome.DOWN);
  }

  @Test
  void the_nearest_class_of_a_failure_counts() {
    FailureRules rules =
        rules(Map.of("refused-on", "java.io.IOException", "down-on", "java.net.SocketException"));
    assertThat(outcome(rules, "crm", new ConnectException())).isEqualTo(Outcome.DOWN);
    assertThat(outcome(rules, "crm", new IOException("No space left on device")))
        .isEqualTo(Outcome.REFUSED);
  }

  @Test
  void a_class_that_is_not_there_is_warned_about_and_one_that_is_there_is_not(
      CapturedOutput output) {
    rules(Map.of("down-on", "java.net.ConnectException,com.acme.Wrong,404"));
    assertThat(output.getOut().lines().filter(line -> line.contains("mailroom.destinations")))
        .singleElement()
        .asString()
        .contains(
            "mailroom.destinations.crm.down-on names com.acme.Wrong, which is neither in the jar"
                + " nor in lib/");
  }

  @ParameterizedTest
  @CsvSource({
    "120,PT2M",
    "0.249,PT0.249S",
    "'Sun, 01 Mar 2026 00:05:00 GMT',PT5M",
    "99999999,PT1H",
    "soon,",
    ","
  })
  void the_retry_after_of_an_answer_counts_up_to_an_hour(String header, Duration wait) {
    Map<String, String> headers = header == null ? Map.of() : Map.of("retry-after", header);
    var answer =
        new HttpOperationFailedException("http://crm.invalid/", 429, null, null, headers, null);
    assertThat(rules(Map.of()).judge("crm", answer, null).retryAfter()).isEqualTo(wait);
  }

  @Test
  void a_route_says_by_a_header_how_long_to_wait() {
    assertThat(rules(Map.of()).judge("crm", new LaterException("not yet"), "300").retryAfter())
        .isEqualTo(Duration.ofMinutes(5));
    assertThat(rules(Map.of()).judge("crm", new LaterException("not yet"), null).retryAfter())
        .isNull();
  }

  @Test
  void failures_of_the_same_status_or_class_are_alike() {
    FailureRules rules = rules(Map.of());
    assertThat(
            List.of(
                rules.judge("crm", DestinationFailureTest.http(404), null).way(),
                rules
                    .judge("crm", new IllegalStateException(DestinationFailureTest.http(404)), null)
                    .way(),
                rules
                    .judge("crm", new IllegalStateException(new ConnectException("a")), null)
                    .way()))
        .containsExactly("HTTP 404", "HTTP 404", "java.net.ConnectException");
  }
}
