package org.mailroom.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.apache.camel.CamelContext;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.mailroom.account.Account;
import org.mailroom.account.Accounts;
import org.mailroom.account.ImportProgress;
import org.mailroom.account.ImportResult;
import org.mailroom.schedule.AccountSchedule;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;

/** How long the demo waits for its first import. */
@ExtendWith(OutputCaptureExtension.class)
@Timeout(60)
class DemoSummaryTest {

  private final ConfigurableApplicationContext context = mock(ConfigurableApplicationContext.class);
  private final Accounts accounts = mock(Accounts.class);
  private final AccountSchedule schedule = mock(AccountSchedule.class);
  private final ImportProgress progress = mock(ImportProgress.class);

  @BeforeEach
  void three() {
    List<Account> all = List.of(account("invoices"), account("orders"), account("support"));
    when(accounts.all()).thenReturn(all);
    when(context.getBean(Accounts.class)).thenReturn(accounts);
    when(context.getBean(AccountSchedule.class)).thenReturn(schedule);
    when(context.getBean(ImportProgress.class)).thenReturn(progress);
  }

  private static Account account(String id) {
    Account account = mock(Account.class);
    when(account.id()).thenReturn(id);
    return account;
  }

  private DemoSummary summary() {
    return new DemoSummary(context, mock(DemoTenant.class), 0);
  }

  private void imported(String id) {
    when(schedule.lastResult(id)).thenReturn(Optional.of(mock(ImportResult.class)));
  }

  @Test
  void it_ends_when_each_account_was_imported() throws Exception {
    List.of("invoices", "orders", "support").forEach(this::imported);
    assertThat(summary().awaitImport(Duration.ZERO)).isTrue();
  }

  @Test
  void when_nothing_happens_any_more_it_ends_with_what_was_not_imported_and_why(
      CapturedOutput output) throws Exception {
    imported("invoices");
    when(schedule.lastResult("orders")).thenReturn(Optional.empty());
    when(schedule.lastResult("support")).thenReturn(Optional.empty());
    when(schedule.isPaused("orders")).thenReturn(true);
    try (CamelContext camel = new DefaultCamelContext()) {
      camel.addRoutes(
          new RouteBuilder() {
            @Override
            public void configure() {
              from("seda:import-account").routeId("import-account").autoStartup(false).stop();
              from("seda:other").routeId("other").stop();
            }
          });
      camel.start();
      when(context.getBean(CamelContext.class)).thenReturn(camel);
      assertThat(summary().awaitImport(Duration.ofMillis(200))).isFalse();
    }
    assertThat(output.getErr())
        .contains("not imported yet: orders (paused; resume it in the console), support.")
        .contains("These routes don't run: import-account.")
        .contains("--give-up-after");
  }

  @Test
  void as_long_as_something_happens_it_waits() throws Exception {
    imported("invoices");
    imported("orders");
    int[] asked = new int[1];
    when(progress.imported()).thenAnswer(call -> (long) ++asked[0]);
    when(schedule.lastResult("support"))
        .thenAnswer(
            call -> asked[0] < 5 ? Optional.empty() : Optional.of(mock(ImportResult.class)));
    // shorter than the time between two looks
    assertThat(summary().awaitImport(Duration.ofMillis(50))).isTrue();
  }
}
