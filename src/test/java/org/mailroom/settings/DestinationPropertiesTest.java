package org.mailroom.settings;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.BeansException;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.mock.env.MockEnvironment;

class DestinationPropertiesTest {

  private static Map<String, DestinationProperties> bind(String... settings) {
    Map<String, String> source = new HashMap<>();
    for (String setting : settings) {
      source.put("mailroom." + setting.split("=")[0], setting.split("=")[1]);
    }
    return new Binder(new MapConfigurationPropertySource(source))
        .bindOrCreate("mailroom", MailroomProperties.class)
        .destinations();
  }

  @Test
  void database_file_and_queue_are_packaged_and_the_first_two_take_pages() {
    assertThat(bind()).containsOnlyKeys("database", "file", "queue");
    assertThat(bind().get("database"))
        .isEqualTo(DestinationProperties.of("direct:deliver-to-database", true));
    assertThat(bind().get("file").takesPages()).isTrue();
    assertThat(bind().get("queue").takesPages()).isFalse();
  }

  @Test
  void a_text_is_an_endpoint_that_takes_one_message_at_a_time() {
    assertThat(bind("destinations.archive=direct:deliver-to-archive").get("archive"))
        .isEqualTo(DestinationProperties.of("direct:deliver-to-archive", false));
  }

  @Test
  void an_object_says_whether_it_takes_pages() {
    assertThat(
            bind(
                    "destinations.archive.uri=direct:deliver-to-archive",
                    "destinations.archive.pages=true")
                .get("archive")
                .takesPages())
        .isTrue();
  }

  @Test
  void a_packaged_one_can_be_replaced_whole_or_in_part() {
    assertThat(bind("destinations.database=direct:own").get("database"))
        .isEqualTo(DestinationProperties.of("direct:own", false));
    assertThat(bind("destinations.database.pages=false").get("database"))
        .isEqualTo(DestinationProperties.of("direct:deliver-to-database", false));
    assertThat(
            bind("destinations.database=direct:deliver-to-database").get("database").takesPages())
        .isTrue();
    assertThat(bind("destinations.copy=direct:deliver-to-file").get("copy").takesPages()).isTrue();
  }

  @Test
  void a_destination_says_itself_how_often_it_is_tried_and_what_its_failures_mean() {
    DestinationProperties crm =
        bind(
                "destinations.crm.uri=direct:crm",
                "destinations.crm.retry.max-attempts=2",
                "destinations.crm.refused-on=404,com.acme.Wrong",
                "destinations.crm.down-on[0]=409",
                "destinations.crm.later-on=423")
            .get("crm");
    assertThat(crm.refusedOn()).containsExactly("404", "com.acme.Wrong");
    assertThat(crm.downOn()).containsExactly("409");
    assertThat(crm.laterOn()).containsExactly("423");
    MailroomProperties.Retry ofAll = new MailroomProperties.Retry(5, Duration.ofMinutes(1));
    assertThat(crm.retryOr(ofAll))
        .isEqualTo(new MailroomProperties.Retry(2, Duration.ofMinutes(1)));
    assertThat(bind().get("queue").retryOr(ofAll)).isSameAs(ofAll);
    assertThat(bind("destinations.queue.down-on=500").get("queue").uri())
        .as("the packaged route stays")
        .isEqualTo("direct:deliver-to-queue");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "refused-on[0]=200|mailroom.destinations.crm.refused-on[0] is '200': must be an HTTP status"
            + " from 300 to 599, or the full name of an exception's class",
        "down-on=404,Timeout|mailroom.destinations.crm.down-on[1] is '404,Timeout': must be an HTTP"
            + " status from 300 to 599, or the full name",
        "later-on=no such|mailroom.destinations.crm.later-on[0] is 'no such': must be an HTTP"
            + " status",
        "retry.max-attempts=0|mailroom.destinations.crm.retry.max-attempts is '0': must be between"
            + " 1 and 100",
        "retry.backoff=2h|mailroom.destinations.crm.retry.backoff is '2h': must be between 1s and"
            + " 1h",
        "retry.backoff=soon|mailroom.destinations.crm.retry.backoff is 'soon': can't be read, it"
            + " must be a duration such as 30s, 5m or 1h",
        "retry.attempts=3|mailroom.destinations.crm.retry.attempts is no setting of Mailroom"
      })
  void what_is_wrong_is_told_with_its_key_its_value_and_what_is_allowed(
      String setting, String told) {
    assertThat(wrong(setting)).singleElement().asString().startsWith(told);
  }

  @Test
  void a_failure_means_one_thing() {
    assertThat(wrong("refused-on=404,409", "down-on=409"))
        .singleElement()
        .asString()
        .isEqualTo(
            "mailroom.destinations.crm.down-on is '409': names a failure that refused-on names,"
                + " too: it means one thing");
    assertThat(wrong("refused-on=404,409", "later-on=404"))
        .singleElement()
        .asString()
        .startsWith(
            "mailroom.destinations.crm.later-on is '404': names a failure that refused-on or");
  }

  private static List<String> wrong(String... settings) {
    MockEnvironment environment = new MockEnvironment();
    environment.setProperty("mailroom.destinations.crm.uri", "direct:crm");
    for (String setting : settings) {
      environment.setProperty(
          "mailroom.destinations.crm." + setting.split("=")[0], setting.split("=")[1]);
    }
    try (AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext()) {
      context.setEnvironment(environment);
      context.register(Settings.class);
      context.refresh();
      return List.of();
    } catch (BeansException e) {
      // without where it is set
      return new WrongSettings(environment)
          .in(e).stream().map(problem -> problem.replaceFirst(" \\(\"[^)]*\\)", "")).toList();
    }
  }

  @EnableConfigurationProperties(MailroomProperties.class)
  static class Settings {}
}
