package org.mailroom.routes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.mailroom.routes.RoutesUnderTest.answers;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.camel.Exchange;
import org.apache.camel.component.mock.MockEndpoint;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

@ExtendWith(OutputCaptureExtension.class)
class RouteReloadTest {

  private static final String RULES = "site/rules.camel.yaml";

  @TempDir private Path folder;

  private RoutesUnderTest routes;

  private RoutesUnderTest start() throws Exception {
    routes = new RoutesUnderTest(folder).start();
    return routes;
  }

  @AfterEach
  void stop() {
    if (routes != null) {
      routes.close();
    }
  }

  @Test
  void without_a_folder_what_is_packaged_runs() throws Exception {
    routes = new RoutesUnderTest(folder.resolve("nowhere")).start();
    assertThat(routes.ask("direct:flow")).isEqualTo("packaged");
  }

  @Test
  void a_file_of_the_folder_takes_the_packaged_ones_place_from_the_start_and_further_files_run_too()
      throws Exception {
    routes =
        new RoutesUnderTest(folder)
            .write(RULES, answers("rules", "direct:rules", "own"))
            .write("extra.camel.yaml", answers("extra", "direct:extra", "more"))
            .start();
    assertThat(routes.ask("direct:flow")).isEqualTo("own");
    assertThat(routes.ask("direct:extra")).isEqualTo("more");
  }

  @Test
  void a_file_in_xml_takes_the_place_of_the_one_in_yaml() throws Exception {
    routes =
        new RoutesUnderTest(folder)
            .write(
                "site/rules.camel.xml",
                """
                <routes xmlns="http://camel.apache.org/schema/xml-io">
                  <route id="rules">
                    <from uri="direct:rules"/>
                    <setBody id="in-xml"><constant>xml</constant></setBody>
                  </route>
                </routes>
                """)
            .start();
    assertThat(routes.ask("direct:flow")).isEqualTo("xml");
  }

  @Test
  void changed_new_and_deleted_files_take_effect(CapturedOutput output) throws Exception {
    start();
    routes.write(RULES, answers("rules", "direct:rules", "own")).takeOver();
    assertThat(routes.ask("direct:flow")).isEqualTo("own");
    routes.write(RULES, answers("rules", "direct:rules", "changed")).takeOver();
    assertThat(routes.ask("direct:flow")).isEqualTo("changed");
    routes.write("extra.camel.yaml", answers("extra", "direct:extra", "more")).takeOver();
    assertThat(routes.ask("direct:extra")).isEqualTo("more");
    Files.delete(folder.resolve("extra.camel.yaml"));
    Files.delete(folder.resolve(RULES));
    routes.takeOver();
    assertThat(routes.camel.getRoute("extra")).isNull();
    assertThat(routes.ask("direct:flow")).isEqualTo("packaged");
    String name = folder.getFileName().toString();
    assertThat(output.getOut())
        .contains(
            name
                + "/site/rules.camel.yaml takes the place of routes/site/rules.camel.yaml as"
                + " packaged",
            name + "/site/rules.camel.yaml was reloaded",
            name + "/extra.camel.yaml is new: route extra runs now",
            name + "/extra.camel.yaml was deleted, and its routes have left",
            "routes/site/rules.camel.yaml as packaged takes the place of "
                + name
                + "/site/rules.camel.yaml")
        .doesNotContain("\tat ", "ERROR", "empty");
  }

  @Test
  void a_file_that_is_still_being_written_is_waited_for(CapturedOutput output) throws Exception {
    start();
    routes.write(RULES, answers("rules", "direct:rules", "own")).takeOver();
    routes.write(RULES, "").write("extra.camel.yaml", "");
    routes.takeOver();
    assertThat(routes.ask("direct:flow")).isEqualTo("own");
    routes.write("extra.camel.yaml", "- route:\n    id: ext");
    routes.look();
    routes.write("extra.camel.yaml", answers("extra", "direct:extra", "more"));
    routes.look();
    assertThat(routes.camel.getRoute("extra")).as("seen once").isNull();
    routes.look();
    assertThat(routes.ask("direct:extra")).isEqualTo("more");
    assertThat(output.getOut()).doesNotContain("ERROR", "WARN");
  }

  @Test
  void a_broken_file_is_told_once_with_line_and_reason_and_what_ran_goes_on_until_it_is_mended(
      CapturedOutput output) throws Exception {
    start();
    routes.write(RULES, answers("rules", "direct:rules", "own")).takeOver();
    routes
        .write(RULES, answers("rules", "direct:rules", "broken").replace("steps:", "stoops:"))
        .takeOver();
    routes.takeOver();
    assertThat(routes.ask("direct:flow")).isEqualTo("own");
    assertThat(output.getOut())
        .containsOnlyOnce(
            "site/rules.camel.yaml was not taken over, the routes that were running go on: ")
        .contains("line 6", "stoops")
        .doesNotContain("\tat ");
    routes.write(RULES, answers("rules", "direct:rules", "mended")).takeOver();
    assertThat(routes.ask("direct:flow")).isEqualTo("mended");
  }

  @Test
  void one_broken_file_does_not_hold_up_the_others(CapturedOutput output) throws Exception {
    start();
    routes
        .write("bad.camel.yaml", "- route:\n    idd: bad\n")
        .write(RULES, answers("rules", "direct:rules", "own"))
        .takeOver();
    assertThat(routes.ask("direct:flow")).isEqualTo("own");
    assertThat(output.getOut())
        .contains("bad.camel.yaml was not taken over")
        .doesNotContain("bad.camel.yaml is new");
  }

  @Test
  void a_route_that_can_not_be_built_leaves_the_running_one(CapturedOutput output)
      throws Exception {
    start();
    routes
        .write(
            RULES,
            """
            - route:
                id: rules
                from:
                  uri: direct:rules
                  steps:
                    - to:
                        id: to-nats
                        uri: nats:mails
            """)
        .takeOver();
    assertThat(routes.ask("direct:flow")).isEqualTo("packaged");
    assertThat(output.getOut())
        .contains(
            "site/rules.camel.yaml was not taken over",
            "route rules: the component nats isn't in the jar: put camel-nats in version 4.18.0",
            "lib/");
    routes
        .write(
            RULES,
            answers("rules", "direct:rules", "own")
                .replace(
                    "- setBody",
                    "- bean:\n            id: no\n            ref: nobody\n        - setBody"))
        .takeOver();
    assertThat(routes.ask("direct:flow")).isEqualTo("packaged");
    assertThat(output.getOut()).contains("nobody");
  }

  @Test
  void a_file_that_takes_another_files_id_or_from_is_refused_and_both_are_named(
      CapturedOutput output) throws Exception {
    start();
    routes.write("mine.camel.yaml", answers("flow", "direct:mine", "mine")).takeOver();
    routes.write("mine.camel.yaml", answers("mine", "direct:flow", "mine")).takeOver();
    routes
        .write(
            "mine.camel.yaml", answers("mine", "direct:mine", "mine").replace("mine-mine", "ask"))
        .takeOver();
    assertThat(routes.camel.getRoutes()).hasSize(2);
    assertThat(routes.ask("direct:flow")).isEqualTo("packaged");
    String name =
        folder.getFileName()
            + "/mine.camel.yaml was not taken over, the routes that were running go on: ";
    assertThat(output.getOut())
        .contains(
            name + "the id flow is taken by a route in routes/flow.camel.yaml as packaged",
            name
                + "route mine begins with direct:flow, and so does route flow in"
                + " routes/flow.camel.yaml as packaged",
            name
                + "the id ask of a step in route mine is taken by a step of route flow in"
                + " routes/flow.camel.yaml as packaged");
    routes.write("mine.camel.yaml", answers("mine", "direct:mine", "mine")).takeOver();
    assertThat(routes.ask("direct:mine")).isEqualTo("mine");
  }

  @Test
  void a_file_that_was_refused_is_taken_over_once_the_other_gives_way() throws Exception {
    start();
    routes.write("a.camel.yaml", answers("same", "direct:a", "a")).takeOver();
    routes.write("b.camel.yaml", answers("same", "direct:b", "b")).takeOver();
    assertThat(routes.ask("direct:a")).isEqualTo("a");
    routes.write("a.camel.yaml", answers("other", "direct:a", "a2")).takeOver();
    assertThat(routes.ask("direct:a")).isEqualTo("a2");
    assertThat(routes.ask("direct:b")).isEqualTo("b");
  }

  @Test
  void a_duplicate_at_the_start_names_both_files_and_refuses_the_sites() throws Exception {
    routes =
        new RoutesUnderTest(folder)
            .write("site/more.camel.yaml", answers("flow", "direct:more", "more"));
    assertThatThrownBy(() -> routes.start())
        .isInstanceOf(RouteFileException.class)
        .hasMessageContaining(
            folder.getFileName()
                + "/site/more.camel.yaml: the id flow is taken by a route in routes/flow.camel.yaml"
                + " as packaged");
  }

  @Test
  void
      a_route_that_others_call_can_not_be_taken_away_by_a_change_and_nobody_can_call_what_is_not_there(
          CapturedOutput output) throws Exception {
    start();
    routes.write(RULES, answers("rules", "direct:ruls", "own")).takeOver();
    routes
        .write(
            "caller.camel.yaml",
            answers("caller", "direct:caller", "x")
                .replace(
                    "- setBody",
                    "- to:\n"
                        + "            id: call\n"
                        + "            uri: direct:nowhere\n"
                        + "        - setBody"))
        .takeOver();
    assertThat(routes.ask("direct:flow")).isEqualTo("packaged");
    assertThat(output.getOut())
        .contains(
            "no route in it begins with direct:rules any more, which route flow in"
                + " routes/flow.camel.yaml as packaged calls",
            "route caller calls direct:nowhere, which no route begins with");
  }

  @Test
  void deleting_what_a_destination_needs_is_told(CapturedOutput output) throws Exception {
    start();
    routes
        .write(
            "deliver-to-archive.camel.yaml",
            answers("deliver-to-archive", "direct:deliver-to-archive", "x"))
        .takeOver();
    Files.delete(folder.resolve("deliver-to-archive.camel.yaml"));
    routes.takeOver();
    assertThat(routes.camel.getRoutes()).hasSize(2);
    assertThat(output.getOut())
        .contains(
            "destination archive calls direct:deliver-to-archive, which no route begins with any"
                + " more")
        .contains("deliver-to-archive.camel.yaml was deleted");
  }

  @Test
  void a_file_whose_name_or_folder_is_not_read_is_warned_about_once(CapturedOutput output)
      throws Exception {
    start();
    routes
        .write("flow.yaml", "x")
        .write("deep/x.camel.yaml", "x")
        .write("README.md", "x")
        .write(".hidden.camel.yaml", "x")
        .write("saved.camel.yaml~", "x");
    routes.takeOver();
    routes.write("flow.yaml", "xy").takeOver();
    assertThat(output.getOut())
        .containsOnlyOnce(
            "/flow.yaml is not read: a route file's name ends in .camel.yaml or .camel.xml")
        .containsOnlyOnce("deep/x.camel.yaml is not read")
        .doesNotContain("README", "hidden", "saved");
  }

  @Test
  void a_changed_route_configuration_holds_for_the_routes_of_other_files() throws Exception {
    String configuration =
        """
        - routeConfiguration:
            id: own-failures
            onException:
              - onException:
                  exception:
                    - java.lang.Exception
                  handled:
                    constant:
                      expression: "true"
                  steps:
                    - setBody:
                        expression:
                          constant:
                            expression: %s
        """;
    start();
    routes
        .write("failures.camel.yaml", configuration.formatted("first"))
        .write(
            "fails.camel.yaml",
            """
            - route:
                id: fails
                routeConfigurationId: own-failures
                from:
                  uri: direct:fails
                  steps:
                    - throwException:
                        id: always
                        exceptionType: java.lang.IllegalStateException
                        message: no
            """)
        .takeOver();
    assertThat(routes.ask("direct:fails")).isEqualTo("first");
    routes.write("failures.camel.yaml", configuration.formatted("second")).takeOver();
    assertThat(routes.ask("direct:fails")).isEqualTo("second");
    Files.delete(folder.resolve("failures.camel.yaml"));
    routes.takeOver();
    assertThat(routes.ask("direct:fails")).as("its routes need it").isEqualTo("second");
  }

  @Test
  void what_is_in_a_route_goes_to_its_end_and_what_comes_meanwhile_waits_for_the_new_one()
      throws Exception {
    CountDownLatch mayEnd = new CountDownLatch(1);
    CountDownLatch inRoute = new CountDownLatch(1);
    routes = new RoutesUnderTest(folder);
    routes
        .camel
        .getRegistry()
        .bind(
            "slow",
            (org.apache.camel.Processor)
                exchange -> {
                  inRoute.countDown();
                  mayEnd.await();
                });
    routes
        .write(
            RULES,
            answers("rules", "direct:rules", "old")
                .replace(
                    "- setBody",
                    "- process:\n            id: slowly\n            ref: slow\n        - setBody"))
        .start();
    CompletableFuture<String> first =
        CompletableFuture.supplyAsync(() -> routes.ask("direct:flow"));
    assertThat(inRoute.await(10, TimeUnit.SECONDS)).isTrue();

    routes.write(RULES, answers("rules", "direct:rules", "new"));
    routes.takeOver();
    assertThat(routes.running.files().get(RULES).file().text())
        .as("it is busy for longer than the wait")
        .contains("old");

    CompletableFuture<Void> replaced =
        CompletableFuture.runAsync(
            () -> {
              try {
                routes.write(RULES, answers("rules", "direct:rules", "newer"));
                routes.takeOver();
              } catch (Exception e) {
                throw new IllegalStateException(e);
              }
            });
    CompletableFuture<String> second =
        CompletableFuture.supplyAsync(() -> routes.ask("direct:flow"));
    mayEnd.countDown();
    assertThat(first.get(10, TimeUnit.SECONDS)).isEqualTo("old");
    replaced.get(10, TimeUnit.SECONDS);
    assertThat(second.get(10, TimeUnit.SECONDS)).isIn("old", "newer");
    assertThat(routes.ask("direct:flow")).isEqualTo("newer");
  }

  @Test
  void tasks_that_wait_in_a_queue_survive_that_its_consumer_is_replaced() throws Exception {
    routes =
        new RoutesUnderTest(folder)
            .write("worker.camel.yaml", worker("one"))
            .write(
                "boss.camel.yaml",
                """
                - route:
                    id: boss
                    from:
                      uri: direct:boss
                      steps:
                        - to:
                            id: queue
                            uri: seda:tasks
                            parameters:
                              waitForTaskToComplete: Never
                """)
            .start();
    CountDownLatch mayEnd = new CountDownLatch(1);
    // with its route the endpoint leaves, too
    MockEndpoint one = routes.mock("mock:one");
    one.whenAnyExchangeReceived((Exchange exchange) -> mayEnd.await());
    for (int i = 0; i < 5; i++) {
      routes.camel.createProducerTemplate().sendBody("direct:boss", "task");
    }
    routes.write("worker.camel.yaml", worker("two"));
    routes.look();
    CompletableFuture.runAsync(
        mayEnd::countDown, CompletableFuture.delayedExecutor(200, TimeUnit.MILLISECONDS));
    routes.look();
    routes.camel.createProducerTemplate().sendBody("direct:boss", "task");
    org.awaitility.Awaitility.await()
        .until(() -> one.getReceivedCounter() + routes.mock("mock:two").getReceivedCounter() == 6);
    assertThat(routes.mock("mock:two").getReceivedCounter()).isPositive();
  }

  private static String worker(String name) {
    return """
    - route:
        id: worker
        from:
          uri: seda:tasks
          steps:
            - to:
                id: work
                uri: mock:%s
    """
        .formatted(name);
  }

  @Test
  void a_route_that_somebody_stopped_stays_so() throws Exception {
    start();
    routes.camel.getRouteController().stopRoute("rules");
    routes.write(RULES, answers("rules", "direct:rules", "own")).takeOver();
    assertThat(routes.camel.getRouteController().getRouteStatus("rules").isStopped()).isTrue();
  }
}
