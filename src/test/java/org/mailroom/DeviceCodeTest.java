package org.mailroom;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.mailroom.Helpdesk.SUPPORT;
import static org.mailroom.Helpdesk.delegated;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.mailroom.command.MailroomCommand;
import org.mailroom.demo.DemoFaults;
import org.mailroom.demo.DemoMail;
import org.mailroom.demo.DemoTenant;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** Signing in on a server without a browser: RFC 8628 with all that may be answered. */
@ExtendWith(OutputCaptureExtension.class)
class DeviceCodeTest {

  private static final Duration PATIENCE = Duration.ofSeconds(90);

  @TempDir private Path folder;

  private DemoTenant tenant;

  @BeforeEach
  void start() {
    tenant = Helpdesk.tenant();
  }

  @AfterEach
  void stop() {
    tenant.close();
  }

  @Test
  void login_waits_slows_down_and_goes_on_after_trouble_until_somebody_has_signed_in(
      CapturedOutput output) {
    tenant.identity().application("helpdesk").allowPublicClientFlows(true);
    Predicate<String> token = call -> call.endsWith("/token");
    tenant.faults().kind(token, DemoFaults.Kind.RESET_BEFORE, 1);
    tenant.faults().status(token, 503, null, Map.of(), 2);
    tenant.identity().answerDeviceCodes("authorization_pending", "slow_down");
    List<String> settings = MailroomRun.settings(tenant, folder);
    settings.addAll(Arrays.asList(delegated()));
    CompletableFuture<Integer> signedIn =
        CompletableFuture.supplyAsync(() -> login(settings, "person"));
    await().atMost(PATIENCE).until(() -> codes(output).size() == 1);
    await()
        .atMost(PATIENCE)
        .until(() -> tenant.faults().hits() == 3 && tenant.identity().answeredDeviceCodes());
    assertThat(signedIn).isNotDone();
    assertThat(tenant.identity().enterDeviceCode(codes(output).get(0), SUPPORT, true)).isTrue();
    assertThat(signedIn.join()).isZero();
    assertThat(output.getOut()).contains("Signed in as " + SUPPORT);
  }

  @ParameterizedTest
  @CsvSource({
    "authorization_declined, user or an administrator refused",
    "access_denied, user or an administrator refused",
    "expired_token, wasn't used in time",
    "bad_verification_code, wasn't used in time",
    "invalid_client, isn't accepted"
  })
  void login_that_comes_to_nothing_says_why(String error, String told, CapturedOutput output) {
    tenant.identity().application("helpdesk").allowPublicClientFlows(true);
    tenant.identity().answerDeviceCodes("authorization_pending", error);
    List<String> settings = MailroomRun.settings(tenant, folder);
    settings.addAll(Arrays.asList(delegated()));
    assertThat(login(settings, "person")).isEqualTo(6);
    assertThat(output.getErr()).contains(told).contains(error);
  }

  @Test
  void login_signs_in_by_device_code_and_the_running_mailroom_uses_it(CapturedOutput output) {
    List<String> settings = MailroomRun.settings(tenant, folder);
    settings.addAll(Arrays.asList(delegated()));
    try (MailroomRun running = MailroomRun.startRuntime(tenant, folder, delegated())) {
      await().atMost(PATIENCE).until(() -> output.getOut().contains("nobody has signed in yet"));
      assertThat(login(settings, "nobody")).isEqualTo(6);
      assertThat(output.getErr()).contains("there is no such credential");

      CompletableFuture<Integer> refused =
          CompletableFuture.supplyAsync(() -> login(settings, "person"));
      assertThat(refused.join()).isEqualTo(6);
      assertThat(output.getErr()).contains("AADSTS7000218").contains("allow public client flows");

      tenant.identity().application("helpdesk").allowPublicClientFlows(true);
      int before = codes(output).size();
      CompletableFuture<Integer> signedIn =
          CompletableFuture.supplyAsync(() -> login(settings, "person"));
      await().atMost(PATIENCE).until(() -> codes(output).size() > before);
      assertThat(tenant.identity().enterDeviceCode(codes(output).get(before), SUPPORT, true))
          .isTrue();
      assertThat(signedIn.join()).isZero();
      assertThat(output.getOut()).contains("Signed in as " + SUPPORT);
      await().atMost(PATIENCE).until(() -> tenant.mailbox(SUPPORT).unread() == 0);
      // it is refreshed as the public client that signed in
      tenant.revokeTokens();
      tenant.mailbox(SUPPORT).deliver(DemoMail.plain(7));
      await().atMost(PATIENCE).until(() -> tenant.mailbox(SUPPORT).unread() == 0);
    }
  }

  private static int login(List<String> settings, String credential) {
    return MailroomCommand.run(new String[] {"login", credential}, MailroomRun.launcher(settings));
  }

  private static List<String> codes(CapturedOutput output) {
    Matcher found = Pattern.compile("enter the code (DEMO\\d+)").matcher(output.getOut());
    List<String> codes = new ArrayList<>();
    while (found.find()) {
      codes.add(found.group(1));
    }
    return codes;
  }
}
