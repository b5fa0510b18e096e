package org.mailroom.coverage;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What is printed at the end of {@code mvn verify}. */
class CoverageReportTest {

  @Test
  void lines_and_branches_of_all_classes_are_summed() {
    assertThat(
            CoverageReport.code(
                List.of(
                    "GROUP,PACKAGE,CLASS,INSTRUCTION_MISSED,INSTRUCTION_COVERED,BRANCH_MISSED,BRANCH_COVERED,LINE_MISSED,LINE_COVERED",
                    "Mailroom,org.mailroom,A,9,9,1,3,1,8",
                    "Mailroom,org.mailroom,B,9,9,0,0,0,1")))
        .isEqualTo(
            "Coverage of the code: 90.0 % (9 of 10) of the lines, 75.0 % (3 of 4) of the branches");
  }

  @Test
  void a_route_is_named_with_the_steps_that_nothing_passed() {
    Map<String, List<String>> routes =
        new TreeMap<>(Map.of("deliver", List.of("choose", "send"), "poll", List.of("who")));
    assertThat(CoverageReport.routes(routes, Set.of("choose", "who", "of-another")))
        .containsExactly(
            "Coverage of the routes: 66.7 % of the steps (2 of 3) in 2 routes",
            "  deliver: nothing passed send");
    assertThat(CoverageReport.routes(routes, Set.of("choose", "send", "who")))
        .containsExactly("Coverage of the routes: 100.0 % of the steps (3 of 3) in 2 routes");
  }

  @Test
  void the_steps_are_those_of_the_packaged_routes_in_yaml_and_xml() throws IOException {
    Map<String, List<String>> routes = RouteSteps.of(Path.of("routes"));
    assertThat(routes.get("ask-graph")).containsExactly("request");
    assertThat(routes.get("deliver-to-database"))
        .contains("insert-messages", "insert-attachments")
        .doesNotContain("in-one-transaction");
    assertThat(routes.get("import-page"))
        .contains("prepare-the-message")
        .doesNotContain("note-why", "the-page-is-done");
    assertThat(routes.get("deliver-to-file")).isNotEmpty();
  }
}
