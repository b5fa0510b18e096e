package org.mailroom.routes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.camel.CamelExecutionException;
import org.apache.camel.Processor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.mailroom.Heap;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

@ExtendWith(OutputCaptureExtension.class)
class RouteFailuresTest {

  @TempDir private Path folder;

  private final RouteFailures failures = new RouteFailures();
  private RoutesUnderTest routes;

  @BeforeEach
  void prepare() throws Exception {
    routes = new RoutesUnderTest(folder);
    RouteFolder files = new RouteFolder("file:" + folder, "packaged-routes/");
    routes
        .camel
        .getCamelContextExtension()
        .addInterceptStrategy(new SiteSteps(files, failures, Set.of("direct:deliver-to-archive")));
    routes.camel.addLifecycleStrategy(new ConsumersOfRoutes(failures));
  }

  @AfterEach
  void stop() {
    routes.close();
  }

  private static String fails(String id, String from, String configuration) {
    return """
    - route:
        id: %s
    %s
        from:
          uri: %s
          steps:
            - split:
                id: %s-parts
                stopOnException: true
                expression:
                  simple:
                    expression: ${body}
                steps:
                  - throwException:
                      id: %s-step
                      exceptionType: java.lang.IllegalStateException
                      message: the disk is full
    """
        .formatted(id, configuration, from, id, id);
  }

  private static int warnings(CapturedOutput output) {
    return (int)
        output
            .getOut()
            .lines()
            .filter(line -> line.matches(".* WARN .*route \\S+ \\(.*\\), step .*"))
            .count();
  }

  @Test
  void an_unhandled_failure_of_the_sites_is_told_once_with_file_route_innermost_step_and_cause(
      CapturedOutput output) throws Exception {
    routes.write("site/alert.camel.yaml", fails("alert", "seda:alert", "")).start();
    routes.camel.createProducerTemplate().sendBody("seda:alert", "x");
    await().until(() -> warnings(output) > 0);
    routes.camel.createProducerTemplate().sendBody("seda:alert", "y");
    await().until(() -> warnings(output) > 1);
    assertThat(output.getOut())
        .contains(
            "route alert ("
                + folder.getFileName()
                + "/site/alert.camel.yaml), step alert-step: the disk is full");
    assertThat(warnings(output)).as("one for each message").isEqualTo(2);
  }

  @Test
  void without_an_error_handler_it_is_told_as_well(CapturedOutput output) throws Exception {
    routes
        .write(
            "site/alert.camel.yaml",
            fails("alert", "seda:alert", "    errorHandler:\n      noErrorHandler: {}"))
        .start();
    routes.camel.createProducerTemplate().sendBody("seda:alert", "x");
    await().until(() -> warnings(output) == 1);
  }

  @Test
  void a_wire_tapped_route_that_fails_is_told_though_the_message_goes_on(CapturedOutput output)
      throws Exception {
    routes
        .write(
            "site/rules.camel.yaml",
            """
            - route:
                id: rules
                group: site
                from:
                  uri: direct:rules
                  steps:
                    - wireTap:
                        id: tell
                        uri: direct:alert
            """)
        .write("site/alert.camel.yaml", fails("alert", "direct:alert", ""))
        .start();
    assertThat(routes.ask("direct:flow")).isEqualTo("question");
    await().until(() -> warnings(output) == 1);
    assertThat(output.getOut()).contains("route alert (", "step alert-step: the disk is full");
  }

  @Test
  void what_the_engine_handles_it_tells_in_these_words_and_nothing_else_is_said(
      CapturedOutput output) throws Exception {
    routes.write("site/rules.camel.yaml", fails("rules", "direct:rules", "    group: site"));
    AtomicReference<String> words = new AtomicReference<>();
    routes
        .camel
        .getRegistry()
        .bind("tell", (Processor) exchange -> words.set(failures.inWords(exchange)));
    routes
        .write(
            "flow.camel.yaml",
            """
            - route:
                id: flow
                from:
                  uri: direct:flow
                  steps:
                    - doTry:
                        id: try
                        steps:
                          - to:
                              id: ask
                              uri: direct:rules
                        doCatch:
                          - id: failed
                            exception:
                              - java.lang.Exception
                            steps:
                              - process:
                                  id: tell-it
                                  ref: tell
            """)
        .start();
    routes.ask("direct:flow");
    assertThat(words.get())
        .isEqualTo(
            "route rules ("
                + folder.getFileName()
                + "/site/rules.camel.yaml), step rules-step: the disk is full");
    assertThat(warnings(output)).isZero();
  }

  @Test
  void what_the_site_handles_itself_is_not_told(CapturedOutput output) throws Exception {
    routes
        .write(
            "site/tries.camel.yaml",
            """
            - route:
                id: tries
                from:
                  uri: direct:tries
                  steps:
                    - doTry:
                        id: try-it
                        steps:
                          - to:
                              id: fail
                              uri: direct:fails
                        doCatch:
                          - id: caught
                            exception:
                              - java.lang.Exception
                            steps:
                              - setBody:
                                  id: go-on
                                  expression:
                                    constant:
                                      expression: went on
            """)
        .write("site/fails.camel.yaml", fails("fails", "direct:fails", ""));
    routes.start();
    assertThat(routes.ask("direct:tries")).isEqualTo("went on");
    assertThat(warnings(output)).isZero();
  }

  @Test
  void what_a_route_begins_with_does_not_tell_it_again(CapturedOutput output) throws Exception {
    routes
        .write(
            "site/beat.camel.yaml",
            """
            - route:
                id: beat
                from:
                  uri: timer:beat
                  parameters:
                    repeatCount: "1"
                    delay: "0"
                  steps:
                    - throwException:
                        id: fails-always
                        exceptionType: java.lang.IllegalStateException
                        message: the disk is full
            """)
        .start();
    await().until(() -> warnings(output) == 1);
    await().until(() -> routes.camel.getInflightRepository().size() == 0);
    assertThat(output.getOut()).doesNotContain("Error processing exchange");
  }

  @Test
  void parts_that_fail_while_the_others_go_on_are_told(CapturedOutput output) throws Exception {
    routes
        .write(
            "site/alert.camel.yaml",
            fails("alert", "direct:alert", "")
                .replace("stopOnException: true", "stopOnException: false"))
        .start();
    routes
        .camel
        .createProducerTemplate()
        .send("direct:alert", exchange -> exchange.getMessage().setBody(List.of("a", "b", "c")));
    assertThat(warnings(output)).isEqualTo(3);
  }

  @Test
  void a_destination_that_fails_can_be_told_with_its_step() throws Exception {
    routes
        .write(
            "deliver-to-archive.camel.yaml",
            fails("deliver-to-archive", "direct:deliver-to-archive", ""))
        .start();
    try {
      routes.ask("direct:deliver-to-archive");
    } catch (CamelExecutionException e) {
      assertThat(failures.inWords(e))
          .startsWith("route deliver-to-archive (")
          .endsWith("step deliver-to-archive-step: the disk is full");
      assertThat(failures.find(e))
          .get()
          .extracting(RouteFailure::route, RouteFailure::step)
          .containsExactly("deliver-to-archive", "deliver-to-archive-step");
    }
    assertThat(failures.inWords(new IllegalStateException("elsewhere"))).isEqualTo("elsewhere");
  }

  @Test
  void a_log_step_writes_to_a_logger_that_prints(CapturedOutput output) throws Exception {
    routes
        .write(
            "site/say.camel.yaml",
            """
            - route:
                id: say
                from:
                  uri: direct:say
                  steps:
                    - log:
                        id: say-it
                        message: it was ${body}
            """)
        .start();
    routes.camel.createProducerTemplate().sendBody("direct:say", "x");
    assertThat(output.getOut()).contains("INFO", "it was x");
  }

  @Test
  void of_parts_that_fail_by_the_thousand_in_one_step_the_last_hundred_are_kept_and_each_is_told(
      CapturedOutput output) throws Exception {
    int parts = 2_000;
    long allowed = 50_000_000;
    routes
        .camel
        .getRegistry()
        .bind(
            "refuse",
            (Processor)
                exchange -> {
                  // kept, all of them were two hundred megabytes
                  throw new IllegalStateException("the disk is full") {
                    private final byte[] answer = new byte[100_000];

                    @Override
                    public String toString() {
                      return super.toString() + answer.length;
                    }
                  };
                });
    routes
        .write(
            "site/alert.camel.yaml",
            """
            - route:
                id: alert
                errorHandler:
                  noErrorHandler: {}
                from:
                  uri: seda:alert
                  steps:
                    - split:
                        id: alert-parts
                        streaming: true
                        expression:
                          simple:
                            expression: ${body}
                        steps:
                          - process:
                              id: alert-step
                              ref: refuse
            """)
        .start();
    AtomicReference<Long> grown = new AtomicReference<>();
    long before = Heap.used();
    routes
        .camel
        .createProducerTemplate()
        .sendBody(
            "seda:alert",
            java.util.stream.IntStream.rangeClosed(1, parts)
                .mapToObj(
                    number -> {
                      if (number == parts) {
                        grown.set(Heap.usedDownTo(before + allowed) - before);
                      }
                      return number;
                    })
                .iterator());
    await().atMost(java.time.Duration.ofMinutes(1)).until(() -> warnings(output) == parts);
    assertThat(grown.get()).isLessThan(allowed);
  }
}
