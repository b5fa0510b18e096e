package org.mailroom.settings;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.StandardEnvironment;

/** What a credential takes from the environment variables of Azure Kubernetes Service. */
class WorkloadIdentityTest {

  private static final String KEY = "mailroom.credentials.contoso.";

  private static StandardEnvironment after(Map<String, Object> settings, boolean inPod) {
    Map<String, Object> all = new HashMap<>(settings);
    if (inPod) {
      all.putAll(
          Map.of(
              "AZURE_FEDERATED_TOKEN_FILE",
              "/var/run/token",
              "AZURE_CLIENT_ID",
              "client-of-the-pod",
              "AZURE_TENANT_ID",
              "tenant-of-the-pod"));
    }
    StandardEnvironment environment = new StandardEnvironment();
    environment.getPropertySources().addFirst(new MapPropertySource("test", all));
    new WorkloadIdentity().postProcessEnvironment(environment, null);
    return environment;
  }

  @Test
  void
      a_credential_with_nothing_but_its_grant_takes_all_three_and_what_it_has_counts_before_them() {
    StandardEnvironment bare = after(Map.of(KEY + "grant-type", "client-credentials"), true);
    assertThat(bare.getProperty(KEY + "federated-token-file")).isEqualTo("/var/run/token");
    assertThat(bare.getProperty(KEY + "client-id")).isEqualTo("client-of-the-pod");
    assertThat(bare.getProperty(KEY + "tenant-id")).isEqualTo("tenant-of-the-pod");
    StandardEnvironment own =
        after(Map.of(KEY + "grant-type", "client-credentials", KEY + "client-id", "own"), true);
    assertThat(own.getProperty(KEY + "client-id")).isEqualTo("own");
    assertThat(own.getProperty(KEY + "federated-token-file")).isEqualTo("/var/run/token");
  }

  @Test
  void a_credential_that_proves_itself_otherwise_and_one_of_another_grant_stay_as_they_are() {
    for (Map<String, Object> settings :
        java.util.List.<Map<String, Object>>of(
            Map.of(KEY + "grant-type", "client-credentials", KEY + "client-secret", "s"),
            Map.of(KEY + "grant-type", "client-credentials", KEY + "certificate.pem", "/a.pem"),
            Map.of(KEY + "grant-type", "managed-identity"),
            Map.of(KEY + "grant-type", "authorization-code"))) {
      assertThat(after(settings, true).getProperty(KEY + "federated-token-file"))
          .as(settings.toString())
          .isNull();
      assertThat(after(settings, true).getProperty(KEY + "client-id")).isNull();
    }
    StandardEnvironment file =
        after(
            Map.of(KEY + "grant-type", "client-credentials", KEY + "federated-token-file", "/own"),
            true);
    assertThat(file.getProperty(KEY + "federated-token-file")).isEqualTo("/own");
    assertThat(
            after(Map.of(KEY + "grant-type", "client-credentials"), false)
                .getProperty(KEY + "federated-token-file"))
        .isNull();
  }
}
