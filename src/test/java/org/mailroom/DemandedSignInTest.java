package org.mailroom;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.mailroom.Helpdesk.CALLBACK;
import static org.mailroom.Helpdesk.SUPPORT;
import static org.mailroom.Helpdesk.delegated;
import static org.mailroom.Helpdesk.signIn;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.mailroom.credential.SignInAnswer;
import org.mailroom.credential.SignInRequest;
import org.mailroom.credential.SignIns;
import org.mailroom.demo.DemoTenant;
import org.springframework.web.util.UriComponentsBuilder;

/**
 * What Entra ID and Graph demand of a token reaches the person who signs in, restarts in between
 * included.
 */
class DemandedSignInTest {

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
  void what_the_service_demands_of_the_person_goes_with_the_next_sign_in() {
    String demanded = "{\"access_token\":{\"polids\":{\"essential\":true,\"values\":[\"a b&c\"]}}}";
    try (MailroomRun mailroom = MailroomRun.start(tenant, folder, delegated())) {
      signIn(mailroom, SUPPORT);
      tenant.identity().demandOfPerson(demanded);
      tenant.revokeTokens();
      assertThat(mailroom.importSupport().failure())
          .hasMessageContaining("multi-factor")
          .hasMessageContaining("interaction_required AADSTS50076");
    }
    try (MailroomRun restarted = MailroomRun.start(tenant, folder, delegated())) {
      assertThat(
              UriComponentsBuilder.fromUri(
                      restarted
                          .bean(SignIns.class)
                          .begin("person", CALLBACK, null)
                          .authorizationUrl())
                  .build()
                  .getQueryParams()
                  .getFirst("claims"))
          .satisfies(
              claims ->
                  assertThat(URLDecoder.decode(claims, StandardCharsets.UTF_8))
                      .isEqualTo(demanded));
      signIn(restarted, SUPPORT);
      assertThat(restarted.importSupport().imported()).isEqualTo(1);
      assertThat(
              restarted
                  .bean(SignIns.class)
                  .begin("person", CALLBACK, null)
                  .authorizationUrl()
                  .toString())
          .doesNotContain("claims=");

      // a challenge of Graph that the refresh token doesn't fulfil
      tenant.identity().demandClaims("1767225601");
      tenant.identity().revokeRefreshTokens();
      assertThat(restarted.importSupport().failure()).hasMessageContaining("AADSTS50173");
      assertThat(
              restarted
                  .bean(SignIns.class)
                  .begin("person", CALLBACK, null)
                  .authorizationUrl()
                  .toString())
          .contains("claims=")
          .contains("1767225601");
      signIn(restarted, SUPPORT);
      assertThat(restarted.importSupport().failure()).isNull();
    }
  }

  @Test
  void
      a_sign_in_that_was_begun_before_a_restart_is_completed_after_it_by_its_own_browser_alone_and_once() {
    SignInRequest begun;
    SignInAnswer answer;
    try (MailroomRun mailroom = MailroomRun.start(tenant, folder, delegated())) {
      begun = mailroom.bean(SignIns.class).begin("person", CALLBACK, "anna");
      answer = new DemoBrowser(mailroom).signIn(begun.authorizationUrl(), SUPPORT, true);
      List<String> stored =
          mailroom
              .database()
              .queryForList(
                  "select state_hash || browser_hash || sealed from sign_in", String.class);
      assertThat(stored)
          .hasSize(1)
          .first()
          .asString()
          .doesNotContain(begun.state(), begun.browser(), "localhost");
    }
    try (MailroomRun restarted = MailroomRun.start(tenant, folder, delegated())) {
      SignIns signIns = restarted.bean(SignIns.class);
      assertThatThrownBy(() -> signIns.complete(null, answer))
          .hasMessageContaining("no sign-in of this browser")
          .hasMessageContaining("Start the sign-in again");
      assertThatThrownBy(() -> signIns.complete(begun.state(), answer))
          .hasMessageContaining("no sign-in of this browser");
      SignIns.Completed completed = signIns.complete(begun.browser(), answer);
      assertThat(completed.user().userPrincipalName()).isEqualTo(SUPPORT);
      assertThat(completed.by()).isEqualTo("anna");
      assertThatThrownBy(() -> signIns.complete(begun.browser(), answer))
          .hasMessageContaining("completed already");
      assertThat(restarted.importSupport().imported()).isEqualTo(1);
    }
  }
}
