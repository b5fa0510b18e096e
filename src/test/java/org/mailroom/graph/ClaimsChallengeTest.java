package org.mailroom.graph;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ClaimsChallengeTest {

  private static final String CLAIMS =
      "{\"access_token\":{\"nbf\":{\"essential\":true,\"value\":\"1726077595\"},\"acrs\":{\"values\":[\"c1?>~\"]}}}";
  private static final byte[] BYTES = CLAIMS.getBytes(StandardCharsets.UTF_8);

  private static String in(String header) {
    return ClaimsChallenge.in(header, new ObjectMapper());
  }

  @Test
  void claims_are_read_in_every_form_that_they_come_in() {
    String before =
        "Bearer realm=\"\","
            + " authorization_uri=\"https://login.microsoftonline.com/common/oauth2/authorize\","
            + " client_id=\"00000003-0000-0000-c000-000000000000\", errorDescription=\"Continuous"
            + " access evaluation resulted in challenge\", error=\"insufficient_claims\", claims=";
    assertThat(in(before + "\"" + Base64.getEncoder().encodeToString(BYTES) + "\""))
        .isEqualTo(CLAIMS);
    assertThat(
            in(
                before
                    + "\""
                    + Base64.getEncoder().withoutPadding().encodeToString(BYTES)
                    + "\", cc_type=\"authz\""))
        .isEqualTo(CLAIMS);
    assertThat(in(before + "\"" + Base64.getUrlEncoder().encodeToString(BYTES) + "\""))
        .isEqualTo(CLAIMS);
    assertThat(in(before + Base64.getUrlEncoder().withoutPadding().encodeToString(BYTES)))
        .isEqualTo(CLAIMS);
    assertThat(in(before + "\"" + CLAIMS.replace("\"", "\\\"") + "\"")).isEqualTo(CLAIMS);
    assertThat(in(before + "\"" + URLEncoder.encode(CLAIMS, StandardCharsets.UTF_8) + "\""))
        .isEqualTo(CLAIMS);
    assertThat(
            in(
                "Bearer Claims = \""
                    + Base64.getEncoder().encodeToString(BYTES)
                    + "\", error=\"invalid_token\""))
        .isEqualTo(CLAIMS);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Bearer realm=\"\"",
        "Bearer claims=\"\"",
        "Bearer claims=\"not base64!\"",
        "Bearer claims=\"bm90IGpzb24=\"",
        "Bearer claims=\"W10=\"",
        "Bearer claims=\"%zz\"",
        "Bearer xclaims=\"e30=\"",
        ""
      })
  void what_can_not_be_read_demands_nothing(String header) {
    assertThat(in(header)).isNull();
  }
}
