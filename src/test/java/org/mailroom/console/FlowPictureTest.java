package org.mailroom.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What the picture of the flow shows of the routes that are there. */
class FlowPictureTest {

  private final Map<String, FlowPicture.Standing> routes = new HashMap<>();

  FlowPictureTest() {
    List.of(
            "poll-accounts",
            "import-account",
            "import-page",
            "prepare-message",
            "fetch-attachments",
            "deliver",
            "deliver-to-file",
            "mark-messages",
            "ask-graph",
            "graph-request",
            "rules",
            "confirm",
            "message-failed",
            "account-failed",
            "account-recovered")
        .forEach(id -> routes.put(id, new FlowPicture.Standing(true, 1200, 0, 0, false)));
  }

  private FlowPicture.Picture picture(long waiting, FlowPicture.Destination... destinations) {
    return FlowPicture.of(routes, List.of(destinations), waiting, String::valueOf);
  }

  private static FlowPicture.Box box(FlowPicture.Picture picture, String titleOrId) {
    return picture.boxes().stream()
        .filter(box -> titleOrId.equals(box.id()) || titleOrId.equals(box.title()))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void each_box_tells_what_passed_its_route_and_leads_to_it_and_no_two_lie_on_each_other() {
    FlowPicture.Picture picture =
        picture(
            0,
            new FlowPicture.Destination("file", "deliver-to-file", false),
            new FlowPicture.Destination("events", null, false));
    assertThat(picture.boxes()).extracting(FlowPicture.Box::id).containsAll(routes.keySet());
    assertThat(box(picture, "import-page").what()).isEqualTo("1200 passed");
    assertThat(box(picture, "file").id()).isEqualTo("deliver-to-file");
    assertThat(box(picture, "events").id()).isNull();
    for (FlowPicture.Box one : picture.boxes()) {
      assertThat(one.x() + FlowPicture.BOX_WIDTH).isLessThanOrEqualTo(picture.width());
      assertThat(one.y() + FlowPicture.BOX_HEIGHT).isLessThanOrEqualTo(picture.height());
      assertThat(picture.boxes())
          .filteredOn(
              other ->
                  other != one
                      && Math.abs(other.x() - one.x()) < FlowPicture.BOX_WIDTH
                      && Math.abs(other.y() - one.y()) < FlowPicture.BOX_HEIGHT)
          .isEmpty();
    }
  }

  @Test
  void what_fails_is_red_what_is_stopped_and_what_is_down_says_so() {
    routes.put("deliver", new FlowPicture.Standing(true, 5, 2, 1, true));
    routes.put("import-page", new FlowPicture.Standing(true, 5, 2, 0, false));
    routes.put("mark-messages", new FlowPicture.Standing(false, 5, 0, 0, false));
    FlowPicture.Picture picture =
        picture(7, new FlowPicture.Destination("file", "deliver-to-file", true));
    assertThat(box(picture, "deliver").tone()).isEqualTo("hot");
    assertThat(box(picture, "deliver"))
        .extracting(FlowPicture.Box::what, FlowPicture.Box::now, FlowPicture.Box::failed)
        .containsExactly("5 passed", "1 now", "2 failed");
    assertThat(box(picture, "import-page").tone()).as("it failed, and works again").isEmpty();
    assertThat(box(picture, "mark-messages"))
        .extracting(FlowPicture.Box::tone, FlowPicture.Box::what)
        .containsExactly("off", "stopped");
    assertThat(box(picture, "file is down").tone()).isEqualTo("hot");
    assertThat(picture.wires()).extracting(FlowPicture.Wire::label).contains("7 wait");
  }

  @Test
  void a_route_that_a_site_took_out_and_destinations_without_end_leave_a_picture_all_the_same() {
    routes.remove("prepare-message");
    routes.remove("mark-messages");
    List<FlowPicture.Destination> many =
        new ArrayList<>(
            IntStream.range(0, 20)
                .mapToObj(i -> new FlowPicture.Destination("d" + i, null, false))
                .toList());
    FlowPicture.Picture picture = picture(0, many.toArray(FlowPicture.Destination[]::new));
    assertThat(picture.boxes())
        .extracting(FlowPicture.Box::id)
        .doesNotContain("prepare-message", "mark-messages");
    assertThat(picture.boxes())
        .extracting(FlowPicture.Box::title)
        .contains("15 more")
        .filteredOn(title -> title.matches("d\\d+"))
        .hasSize(5);
    assertThat(FlowPicture.of(Map.of(), List.of(), 0, String::valueOf).boxes()).isEmpty();
  }
}
