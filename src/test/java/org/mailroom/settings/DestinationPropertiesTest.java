package org.mailroom.settings;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

class DestinationPropertiesTest {

  private static Map<String, DestinationProperties> bind(String... settings) {
    Map<String, String> source = new HashMap<>();
    for (String setting : settings) {
      source.put("mailroom." + setting.split("=")[0], setting.split("=")[1]);
    }
    return new Binder(new MapConfigurationPropertySource(source)).bindOrCreate("mailroom", MailroomProperties.class).destinations();
  }

  @Test
  void database_file_and_queue_are_packaged_and_the_first_two_take_pages() {
    assertThat(bind()).containsOnlyKeys("database", "file", "queue");
    assertThat(bind().get("database")).isEqualTo(new DestinationProperties("direct:deliver-to-database", true));
    assertThat(bind().get("file").takesPages()).isTrue();
    assertThat(bind().get("queue").takesPages()).isFalse();
  }

  @Test
  void a_text_is_an_endpoint_that_takes_one_message_at_a_time() {
    assertThat(bind("destinations.archive=direct:deliver-to-archive").get("archive")).isEqualTo(new DestinationProperties("direct:deliver-to-archive", false));
  }

  @Test
  void an_object_says_whether_it_takes_pages() {
    assertThat(bind("destinations.archive.uri=direct:deliver-to-archive", "destinations.archive.pages=true").get("archive").takesPages()).isTrue();
  }

  @Test
  void a_packaged_one_can_be_replaced_whole_or_in_part() {
    assertThat(bind("destinations.database=direct:own").get("database")).isEqualTo(new DestinationProperties("direct:own", false));
    assertThat(bind("destinations.database.pages=false").get("database")).isEqualTo(new DestinationProperties("direct:deliver-to-database", false));
    assertThat(bind("destinations.database=direct:deliver-to-database").get("database").takesPages()).isTrue();
    assertThat(bind("destinations.copy=direct:deliver-to-file").get("copy").takesPages()).isTrue();
  }
}
