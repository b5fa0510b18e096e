package org.mailroom.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.SuspendableService;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.mailroom.SettableClock;
import org.mailroom.account.ImportResult;
import org.mailroom.settings.MailroomProperties;
import org.mailroom.settings.RouteNotRunningException;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** What a command gets of its imports where the route that takes them doesn't always run. */
@ExtendWith(OutputCaptureExtension.class)
@Timeout(60)
class ImportOnceTest {

  private static final String ROUTE = "import-account";

  private final SettableClock clock = new SettableClock();
  private final DefaultCamelContext camel = new DefaultCamelContext();
  private final ScheduleKeeper keeper = mock(ScheduleKeeper.class);
  private final Board board = new Board();

  @BeforeEach
  void start() {
    when(keeper.board()).thenReturn(board);
    camel.start();
  }

  @AfterEach
  void stop() {
    camel.getShutdownStrategy().setTimeout(1);
    camel.stop();
  }

  private ImportOnce imports(String importerWait) {
    MailroomProperties properties =
        new Binder(
                new MapConfigurationPropertySource(
                    Map.of("mailroom.limits.importer-wait", importerWait)))
            .bindOrCreate("mailroom", MailroomProperties.class);
    return new ImportOnce(
        camel.createProducerTemplate(),
        mock(MailboxTurns.class),
        keeper,
        new TaskQueue(camel),
        properties,
        clock);
  }

  /** One importer. */
  private void importing(boolean autoStartup, Processor how) throws Exception {
    importing(1, autoStartup, how);
  }

  private void importing(int importers, boolean autoStartup, Processor how) throws Exception {
    camel.addRoutes(
        new RouteBuilder() {
          @Override
          public void configure() {
            from("seda:import-account?size=100000&pollTimeout=20&concurrentConsumers=" + importers)
                .routeId(ROUTE)
                .autoStartup(autoStartup)
                .process(how);
          }
        });
  }

  private void idle(Exchange task) {
    String account = task.getMessage().getBody(String.class);
    task.getMessage().setBody(Imports.idle(account, clock));
  }

  @Test
  void each_account_is_imported_and_what_its_import_came_to_is_told_in_their_order()
      throws Exception {
    importing(true, this::idle);
    assertThat(imports("1s").begin(List.of("c", "a", "b")).get(30, TimeUnit.SECONDS))
        .extracting(ImportResult::account)
        .containsExactly("c", "a", "b");
  }

  @Test
  void all_importers_are_soon_at_work_side_by_side() throws Exception {
    CountDownLatch allBegun = new CountDownLatch(32);
    importing(
        32,
        true,
        task -> {
          allBegun.countDown();
          allBegun.await();
          idle(task);
        });
    List<String> accounts = IntStream.range(0, 40).mapToObj(i -> "box" + i).toList();
    assertThat(imports("1s").begin(accounts).get(30, TimeUnit.SECONDS))
        .extracting(ImportResult::account)
        .containsExactlyElementsOf(accounts);
  }

  @Test
  void without_a_route_that_takes_imports_nothing_is_begun_and_that_is_said_with_what_to_do(
      CapturedOutput output) {
    assertThatThrownBy(() -> imports("2s").begin(List.of("a")))
        .isInstanceOf(RouteNotRunningException.class)
        .hasMessageContaining("no route that runs begins with seda:import-account")
        .hasMessageContaining("within 2 s (mailroom.limits.importer-wait)")
        .hasMessageContaining("Start it in the console")
        .hasMessageContaining("mailroom init");
    assertThat(output.getOut())
        .containsOnlyOnce("so that nothing is imported; waiting for it, at most 2 s");
    assertThat(camel.hasEndpoint("seda:import-account")).isNull();
  }

  @Test
  void a_route_that_is_stopped_takes_none_either() throws Exception {
    importing(false, this::idle);
    assertThatThrownBy(() -> imports("0s").begin(List.of("a")))
        .isInstanceOf(RouteNotRunningException.class);
  }

  @Test
  void a_route_that_starts_in_time_takes_what_waits() throws Exception {
    importing(false, this::idle);
    CompletableFuture<List<ImportResult>> results =
        CompletableFuture.supplyAsync(() -> imports("30s").begin(List.of("a")).join());
    camel.getRouteController().startRoute(ROUTE);
    assertThat(results.get(30, TimeUnit.SECONDS)).hasSize(1);
  }

  @Test
  void what_waits_when_the_route_stops_is_given_up_with_its_cause_and_what_runs_is_finished(
      CapturedOutput output) throws Exception {
    CountDownLatch mayEnd = new CountDownLatch(1);
    importing(
        true,
        task -> {
          board.begun(task.getMessage().getBody(String.class));
          mayEnd.await();
          idle(task);
        });
    board.taken("runs", "self", Instant.EPOCH, null);
    board.taken("waits", "self", Instant.EPOCH, null);
    ImportOnce imports = imports("1s");
    CompletableFuture<List<ImportResult>> runs = imports.begin(List.of("runs"));
    await().until(() -> board.isBegun("runs"));
    CompletableFuture<List<ImportResult>> waits = imports.begin(List.of("waits", "waits-too"));
    // what it has in hand goes on
    ((SuspendableService) camel.getRoute(ROUTE).getConsumer()).suspend();
    List<ImportResult> given = waits.get(30, TimeUnit.SECONDS);
    assertThat(given).extracting(ImportResult::account).containsExactly("waits", "waits-too");
    assertThat(given)
        .allMatch(result -> !result.couldBeRead())
        .allMatch(result -> result.failure() instanceof RouteNotRunningException);
    assertThat(output.getOut())
        .contains("account waits: no route that runs begins with seda:import-account");
    verify(keeper).giveBack("waits");
    assertThat(new TaskQueue(camel).isEmpty()).as("nobody imports it later").isTrue();
    assertThat(runs).as("it runs, and has bounds of its own").isNotDone();
    mayEnd.countDown();
    assertThat(runs.get(30, TimeUnit.SECONDS)).allMatch(ImportResult::couldBeRead);
    verify(keeper, never()).giveBack("runs");
  }

  @Test
  void many_that_wait_are_given_up_together_and_a_route_that_comes_back_begins_the_wait_anew() {
    boolean[] served = new boolean[1];
    long[] nanos = new long[1];
    ImporterWait wait = new ImporterWait(() -> served[0], Duration.ofSeconds(30), () -> nanos[0]);
    assertThat(wait.isOver()).isFalse();
    nanos[0] += TimeUnit.SECONDS.toNanos(29);
    assertThat(wait.isOver()).isFalse();
    nanos[0] += TimeUnit.SECONDS.toNanos(1);
    assertThat(wait.isOver()).isTrue();
    assertThat(wait.isOver()).as("for the next one at once").isTrue();
    served[0] = true;
    assertThat(wait.isOver()).isFalse();
    served[0] = false;
    assertThat(wait.isOver()).isFalse();
    nanos[0] += TimeUnit.SECONDS.toNanos(30);
    assertThat(wait.isOver()).isTrue();
  }
}
