package org.mailroom.credential;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EntraErrorTest {

  private static final EntraError UNKNOWN = EntraError.of("an_error_of_the_future", "AADSTS1: ?");

  @ParameterizedTest
  @CsvSource({
    "7000215,Secret ID",
    "7000222,new client secret",
    "7000218,allow public client flows",
    "700025,Take the secret out",
    "70002,client-secret",
    "700016,client-id and tenant-id",
    "90002,mailroom.cloud",
    "50194,tenant-id",
    "700027,Upload this certificate",
    "50012,Upload this certificate",
    "50013,Upload this certificate",
    "50076,Sign in again",
    "50079,Sign in again",
    "50074,Sign in again",
    "53003,allow this application",
    "530032,allow this application",
    "65001,admin consent",
    "65004,Sign in again",
    "650056,admin consent",
    "90094,admin consent",
    "70000,Sign in again",
    "70008,Sign in again",
    "700082,Sign in again",
    "700084,platform Web",
    "70043,exempt this application",
    "50173,Sign in again",
    "50132,Sign in again",
    "50133,Sign in again",
    "50057,enable the user",
    "50055,Change the password",
    "50011,platform Web",
    "54005,Start the sign-in again",
    "501481,Start the sign-in again",
    "700005,Check tenant-id",
    "70011,Check scope",
    "70001,client-id and tenant-id",
    "7000112,client-id and tenant-id",
    "50196,Mailroom asks again later"
  })
  void every_permanent_number_has_a_cause_and_a_remedy_whatever_the_code(
      String number, String remedy) {
    EntraError error = EntraError.of("invalid_grant", "AADSTS" + number + ": words of the service");
    assertThat(error.remedy()).contains(remedy);
    assertThat(error.meaning()).isNotBlank().isNotEqualTo(UNKNOWN.meaning());
    assertThat(error.isTransient()).isFalse();
    assertThat(
            new CredentialException(
                "contoso", "invalid_grant", "AADSTS" + number + ": words of the service", null))
        .hasMessageStartingWith("credential contoso: ")
        .hasMessageContaining("invalid_grant AADSTS" + number)
        .hasMessageNotContaining("words of the service");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"50033", "90006", "90012", "90024", "90033", "90090", "80005", "50087", "90055"})
  void trouble_of_the_service_passes(String number) {
    assertThat(EntraError.of("invalid_grant", "AADSTS" + number + ": x").isTransient()).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "invalid_request,false",
    "unsupported_grant_type,false",
    "invalid_scope,false",
    "invalid_resource,false",
    "invalid_client,false",
    "unauthorized_client,false",
    "invalid_grant,false",
    "interaction_required,false",
    "consent_required,false",
    "login_required,false",
    "access_denied,false",
    "expired_token,false",
    "authorization_declined,false",
    "server_error,true",
    "temporarily_unavailable,true",
    "http_429,true",
    "http_503,true"
  })
  void every_code_has_a_cause_and_a_remedy_without_a_number(String code, boolean passes) {
    EntraError error = EntraError.of(code, null);
    assertThat(error.isTransient()).isEqualTo(passes);
    assertThat(error.remedy()).isNotBlank();
    assertThat(error.meaning()).isNotEqualTo(UNKNOWN.meaning());
  }

  @Test
  void no_answer_at_all_passes_and_says_where_to_look() {
    assertThat(EntraError.of(null, "ConnectException").isTransient()).isTrue();
    assertThat(EntraError.of(null, null).remedy()).contains("mailroom.proxy", "mailroom.login-url");
  }
}
