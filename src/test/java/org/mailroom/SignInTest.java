package org.mailroom;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.mailroom.Helpdesk.CALLBACK;
import static org.mailroom.Helpdesk.SUPPORT;
import static org.mailroom.Helpdesk.delegated;
import static org.mailroom.Helpdesk.signIn;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.mailroom.account.Accounts;
import org.mailroom.account.ImportResult;
import org.mailroom.credential.CredentialException;
import org.mailroom.credential.CredentialStatus;
import org.mailroom.credential.CredentialStatuses;
import org.mailroom.credential.SignInAnswer;
import org.mailroom.credential.SignInRequest;
import org.mailroom.credential.SignIns;
import org.mailroom.demo.DemoMail;
import org.mailroom.demo.DemoTenant;
import org.springframework.boot.test.system.OutputCaptureExtension;

/**
 * Delegated permission: somebody signs in once, and Mailroom reads that person's mailbox for years.
 */
@ExtendWith(OutputCaptureExtension.class)
class SignInTest {

  private static final Duration PATIENCE = Duration.ofSeconds(90);

  @TempDir private Path folder;

  private DemoTenant tenant;

  @BeforeEach
  void start() {
    tenant = Helpdesk.tenant();
    tenant.mailbox("orders@contoso.com").deliver(DemoMail.plain(2));
  }

  @AfterEach
  void stop() {
    tenant.close();
  }

  @Test
  void a_person_signs_in_once_and_restarts_and_refused_tokens_need_no_new_sign_in() {
    try (MailroomRun mailroom = MailroomRun.start(tenant, folder, delegated())) {
      assertThat(mailroom.importSupport().failure())
          .hasMessageContaining("nobody has signed in yet")
          .hasMessageContaining("login person");
      SignInRequest request = mailroom.bean(SignIns.class).begin("person", CALLBACK, null);
      assertThat(request.authorizationUrl().toString())
          .contains(
              "prompt=select_account",
              "code_challenge_method=S256",
              "Mail.ReadWrite",
              "offline_access");
      assertThat(new DemoBrowser(mailroom).get(request.authorizationUrl()).body())
          .contains("Pick an account", SUPPORT);
      SignIns.Completed done = signIn(mailroom, SUPPORT);
      assertThat(done.user().userPrincipalName()).isEqualTo(SUPPORT);
      assertThat(mailroom.bean(Accounts.class).isUsedFor("person", done.user())).isTrue();
      assertThat(mailroom.importSupport().imported()).isEqualTo(1);
      assertThat(tenant.tokenRequests()).isEqualTo(1);
      String stored =
          mailroom
              .database()
              .queryForObject(
                  "select tokens from credential_token where credential = 'person'", String.class);
      assertThat(tenant.identity().accessTokens()).noneMatch(stored::contains);
    }
    tenant.mailbox(SUPPORT).deliver(DemoMail.plain(3));
    try (MailroomRun restarted = MailroomRun.start(tenant, folder, delegated())) {
      assertThat(restarted.importSupport().imported()).isEqualTo(1);
      assertThat(tenant.tokenRequests()).as("the stored token is used").isEqualTo(1);
      tenant.revokeTokens();
      tenant.mailbox(SUPPORT).deliver(DemoMail.plain(4));
      assertThat(restarted.importSupport().imported()).isEqualTo(1);
      assertThat(tenant.tokenRequests()).isEqualTo(2);
      // a challenge of continuous access evaluation: the claims are passed on, once
      tenant.identity().demandClaims("1767225600");
      tenant.mailbox(SUPPORT).deliver(DemoMail.plain(5));
      assertThat(restarted.importSupport().imported()).isEqualTo(1);
      assertThat(tenant.tokenRequests()).isEqualTo(3);
      assertThat(restarted.bean(SignIns.class).user("person"))
          .get()
          .extracting(user -> user.userPrincipalName())
          .isEqualTo(SUPPORT);
    }
  }

  @Test
  void a_sign_in_that_was_forged_replayed_or_refused_is_told_in_words_and_stores_nothing() {
    try (MailroomRun mailroom = MailroomRun.start(tenant, folder, delegated())) {
      SignIns signIns = mailroom.bean(SignIns.class);
      DemoBrowser browser = new DemoBrowser(mailroom);
      SignInRequest mine = signIns.begin("person", CALLBACK, null);
      SignInAnswer answer = browser.signIn(mine.authorizationUrl(), SUPPORT, true);
      // somebody else's answer in this browser, or this answer in a browser that began nothing
      assertThatThrownBy(() -> signIns.complete("another state", answer))
          .isInstanceOf(CredentialException.class)
          .hasMessageContaining("no sign-in of this browser");
      assertThatThrownBy(() -> signIns.complete(null, answer))
          .hasMessageContaining("no sign-in of this browser");
      assertThatThrownBy(
              () ->
                  signIns.complete(
                      "made up", new SignInAnswer("made up", answer.code(), null, null)))
          .hasMessageContaining("completed already");
      assertThat(signIns.complete(mine.browser(), answer).credential()).isEqualTo("person");
      assertThatThrownBy(() -> signIns.complete(mine.browser(), answer))
          .hasMessageContaining("completed already");

      SignInRequest second = signIns.begin("person", CALLBACK, null);
      assertThatThrownBy(
              () ->
                  signIns.complete(
                      second.browser(),
                      new SignInAnswer(second.state(), answer.code(), null, null)))
          .as("a code is good once")
          .hasMessageContaining("AADSTS54005")
          .hasMessageContaining("Start the sign-in again");
      SignInRequest third = signIns.begin("person", CALLBACK, null);
      SignInAnswer thirds = browser.signIn(third.authorizationUrl(), SUPPORT, true);
      SignInRequest fourth = signIns.begin("person", CALLBACK, null);
      assertThatThrownBy(
              () ->
                  signIns.complete(
                      fourth.browser(),
                      new SignInAnswer(fourth.state(), thirds.code(), null, null)))
          .as("a code belongs to its verifier")
          .hasMessageContaining("AADSTS501481");
      SignInRequest denied = signIns.begin("person", CALLBACK, null);
      SignInAnswer no = browser.signIn(denied.authorizationUrl(), SUPPORT, false);
      assertThatThrownBy(() -> signIns.complete(denied.browser(), no))
          .hasMessageContaining("consent was declined")
          .hasMessageContaining("access_denied");
      tenant
          .identity()
          .refuseSignIns("access_denied", 90094, "The grant requires admin permission.");
      SignInRequest unconsented = signIns.begin("person", CALLBACK, null);
      SignInAnswer needsAdmin = browser.signIn(unconsented.authorizationUrl(), SUPPORT, true);
      assertThatThrownBy(() -> signIns.complete(unconsented.browser(), needsAdmin))
          .hasMessageContaining("admin consent")
          .hasMessageContaining("AADSTS90094");
      tenant.identity().refuseNoMore();
      SignInRequest wrong =
          signIns.begin("person", URI.create("http://localhost:8080/elsewhere"), null);
      assertThat(browser.get(wrong.authorizationUrl()))
          .satisfies(
              page -> {
                assertThat(page.statusCode()).isEqualTo(400);
                assertThat(page.body()).contains("AADSTS50011");
              });
      assertThatThrownBy(() -> signIns.begin("demo", CALLBACK, null))
          .hasMessageContaining("nobody signs in with it");
      tenant
          .identity()
          .refuse(
              400,
              "invalid_grant",
              53003,
              "Access has been blocked by Conditional Access policies.");
      assertThatThrownBy(() -> signIn(mailroom, SUPPORT))
          .hasMessageContaining("Conditional Access")
          .hasMessageContaining("AADSTS53003");
      assertThat(
              mailroom
                  .database()
                  .queryForObject(
                      "select count(*) from credential_token where user_name = ?",
                      Long.class,
                      SUPPORT))
          .isEqualTo(1);

      SignInRequest slow = signIns.begin("person", CALLBACK, null);
      SignInAnswer late = new SignInAnswer(slow.state(), "code", null, null);
      mailroom
          .database()
          .update("update sign_in set expires_at = expires_at - interval '16' minute");
      assertThatThrownBy(() -> signIns.complete(slow.browser(), late))
          .hasMessageContaining("took too long");
      mailroom.database().update("delete from sign_in");
      SignInRequest oldest = signIns.begin("person", CALLBACK, null);
      for (int i = 0; i < 1000; i++) {
        signIns.begin("person", CALLBACK, null);
      }
      assertThat(mailroom.rows("sign_in")).as("they are bounded in number").isEqualTo(1000);
      assertThatThrownBy(
              () ->
                  signIns.complete(
                      oldest.browser(), new SignInAnswer(oldest.state(), "code", null, null)))
          .hasMessageContaining("Start the sign-in again");
      mailroom
          .database()
          .update("update sign_in set expires_at = expires_at - interval '16' minute");
      signIns.begin("person", CALLBACK, null);
      assertThat(mailroom.rows("sign_in")).as("what is too old goes").isEqualTo(1);
    }
  }

  @Test
  void a_revoked_or_expired_refresh_token_stops_the_asking_and_a_new_sign_in_mends_it_at_once() {
    try (MailroomRun mailroom = MailroomRun.start(tenant, folder, delegated())) {
      signIn(mailroom, SUPPORT);
      tenant.identity().revokeRefreshTokens();
      tenant.revokeTokens();
      assertThat(mailroom.importSupport().failure())
          .hasMessageContaining("AADSTS50173")
          .hasMessageContaining("Sign in again");
      int asked = tenant.tokenRequests();
      for (int i = 0; i < 5; i++) {
        assertThat(mailroom.importSupport().failure()).hasMessageContaining("AADSTS50173");
      }
      assertThat(tenant.tokenRequests())
          .as("a permanent refusal isn't asked about again")
          .isEqualTo(asked);
      assertThat(mailroom.bean(CredentialStatuses.class).find("person").orElseThrow().state())
          .isEqualTo(CredentialStatus.State.DOWN);
      signIn(mailroom, SUPPORT);
      assertThat(mailroom.importSupport().imported()).isEqualTo(1);
      CredentialStatus status =
          mailroom.bean(CredentialStatuses.class).find("person").orElseThrow();
      assertThat(status.state()).isEqualTo(CredentialStatus.State.UP);
      assertThat(status.daysSinceRefresh()).isZero();
      mailroom.bean(SignIns.class).signOut("person");
      assertThat(mailroom.bean(SignIns.class).user("person")).isEmpty();
      assertThat(mailroom.importSupport().failure())
          .hasMessageContaining("nobody has signed in yet");
      signIn(mailroom, SUPPORT);
      assertThat(mailroom.importSupport().failure()).isNull();

      tenant.identity().expireRefreshTokens();
      tenant.revokeTokens();
      assertThat(mailroom.importSupport().failure())
          .hasMessageContaining("AADSTS700082")
          .hasMessageContaining("unused for too long");
    }
  }

  @Test
  void a_person_opens_the_own_mailbox_and_with_the_shared_permission_those_that_are_shared() {
    String[] orders = {
      "--mailroom.accounts.orders.mailbox=orders@contoso.com",
      "--mailroom.accounts.orders.credential=person",
      "--mailroom.accounts.orders.deliver-to=database"
    };
    try (MailroomRun mailroom = MailroomRun.start(tenant, folder, delegated(orders))) {
      signIn(mailroom, SUPPORT);
      assertThat(mailroom.importSupport().imported()).isEqualTo(1);
      assertThat(mailroom.importAll("orders").get(0).failure())
          .hasMessageContaining("ErrorAccessDenied");
      assertThat(
              mailroom
                  .bean(Accounts.class)
                  .isUsedFor("person", signIn(mailroom, "orders@contoso.com").user()))
          .isTrue();
      tenant.mailbox("stranger@contoso.com");
      assertThat(
              mailroom
                  .bean(Accounts.class)
                  .isUsedFor("person", signIn(mailroom, "stranger@contoso.com").user()))
          .isFalse();
    }
    tenant.share("orders@contoso.com", SUPPORT);
    List<String> shared = new ArrayList<>(Arrays.asList(delegated(orders)));
    shared.add(
        "--mailroom.credentials.person.scope=Mail.ReadWrite Mail.ReadWrite.Shared offline_access");
    try (MailroomRun mailroom = MailroomRun.start(tenant, folder, shared.toArray(String[]::new))) {
      assertThat(mailroom.importSupport().failure())
          .as("consent to more is asked of a person")
          .hasMessageContaining("AADSTS65001");
      signIn(mailroom, SUPPORT);
      assertThat(mailroom.importAll("support", "orders")).allMatch(ImportResult::couldBeRead);
      assertThat(tenant.mailbox("orders@contoso.com").unread()).isZero();
    }
  }

  @Test
  void with_another_secret_key_the_sign_in_is_asked_for_again_and_the_old_key_brings_it_back() {
    try (MailroomRun mailroom =
        MailroomRun.start(tenant, folder, delegated("--mailroom.secret-key=old"))) {
      signIn(mailroom, SUPPORT);
    }
    try (MailroomRun mailroom =
        MailroomRun.start(tenant, folder, delegated("--mailroom.secret-key=new"))) {
      assertThat(mailroom.importSupport().failure())
          .hasMessageContaining("encrypted under another mailroom.secret-key")
          .hasMessageContaining("login person");
    }
    try (MailroomRun mailroom =
        MailroomRun.start(
            tenant,
            folder,
            delegated("--mailroom.secret-key=new", "--mailroom.previous-secret-keys=old"))) {
      assertThat(mailroom.importSupport().imported()).isEqualTo(1);
    }
    try (MailroomRun mailroom =
        MailroomRun.start(tenant, folder, delegated("--mailroom.secret-key=new"))) {
      assertThat(mailroom.importSupport().failure()).isNull();
      assertThat(tenant.tokenRequests()).isEqualTo(1);
    }
  }

  @Test
  void a_refresh_token_that_no_account_uses_is_used_at_least_weekly_so_that_it_does_not_lapse() {
    try (MailroomRun mailroom =
        MailroomRun.start(
            tenant, folder, delegated("--mailroom.accounts.support.credential=demo"))) {
      signIn(mailroom, SUPPORT);
      mailroom
          .database()
          .update("update credential_token set refreshed_at = refreshed_at - interval '7' day");
      assertThat(
              mailroom
                  .bean(CredentialStatuses.class)
                  .find("person")
                  .orElseThrow()
                  .daysSinceRefresh())
          .isEqualTo(7);
    }
    try (MailroomRun running =
        MailroomRun.startRuntime(
            tenant, folder, delegated("--mailroom.accounts.support.credential=demo"))) {
      await()
          .atMost(PATIENCE)
          .until(
              () ->
                  running
                          .bean(CredentialStatuses.class)
                          .find("person")
                          .orElseThrow()
                          .daysSinceRefresh()
                      == 0);
    }
  }

  @Test
  void a_throttled_token_endpoint_that_answers_in_plain_text_is_left_alone_as_long_as_it_asks() {
    tenant
        .faults()
        .status(
            call -> call.endsWith("/token"), 429, null, java.util.Map.of("Retry-After", "60"), 10);
    String impatient = "--mailroom.routes=" + ManyAccounts.routesOfShortWaits(folder).toUri();
    try (MailroomRun mailroom = MailroomRun.start(tenant, folder, impatient)) {
      for (int i = 0; i < 2; i++) {
        assertThat(mailroom.importSupport().failure())
            .hasMessageContaining("asks for fewer requests")
            .hasMessageContaining("http_429");
      }
      assertThat(tenant.faults().hits()).isEqualTo(1);
    }
  }
}
