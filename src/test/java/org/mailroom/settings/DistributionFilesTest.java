package org.mailroom.settings;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.mailroom.command.Launcher;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.ConfigurableApplicationContext;
import org.yaml.snakeyaml.Yaml;

/**
 * What the distribution brings for systemd, containers and Kubernetes, as far as it can be looked
 * at without them.
 */
class DistributionFilesTest {

  private static final Path FILES = Path.of("src/distribution");

  @EnableConfigurationProperties(MailroomProperties.class)
  static class OnlySettings {}

  @TempDir private Path folder;

  private static String text(String file) throws IOException {
    return Files.readString(FILES.resolve(file));
  }

  private static Map<String, Map<String, Object>> manifests() throws IOException {
    return StreamSupport.stream(
            new Yaml().loadAll(text("kubernetes/mailroom.yaml")).spliterator(), false)
        .map(DistributionFilesTest::map)
        .collect(Collectors.toMap(each -> (String) each.get("kind"), each -> each));
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Object> map(Object node) {
    return (Map<String, Object>) node;
  }

  @SuppressWarnings("unchecked")
  private static Object at(Object node, String path) {
    Object found = node;
    for (String step : path.split("/")) {
      found =
          found instanceof List<?> list
              ? ((List<Object>) list).get(Integer.parseInt(step))
              : map(found).get(step);
    }
    return found;
  }

  @Test
  void the_settings_in_the_manifests_start_with_their_secrets_out_of_files() throws IOException {
    String settings = (String) at(manifests().get("ConfigMap"), "data/application.yaml");
    Path secrets = Files.createDirectories(folder.resolve("secrets"));
    Files.writeString(secrets.resolve("mailroom.secret-key"), "a key");
    Files.writeString(secrets.resolve("mailroom.credentials.contoso.client-secret"), "the secret");
    Path file = folder.resolve("application.yaml");
    Files.writeString(
        file,
        settings
            .replaceAll("<([^>]*)>", "$1")
            .replace("/run/secrets/mailroom/", secrets + "/")
            .replace("/mail\n", folder + "/mail\n"));

    List<String> arguments =
        new ArrayList<>(
            List.of(
                "--spring.config.location=classpath:/application.yaml,file:" + file,
                "--mailroom.data-dir=" + folder.resolve("data")));
    try (ConfigurableApplicationContext started =
        new Launcher(OnlySettings.class, arguments).startCommand(Map.of())) {
      MailroomProperties properties = started.getBean(MailroomProperties.class);
      assertThat(properties.accounts()).containsOnlyKeys("support");
      assertThat(properties.secretKey()).isEqualTo("a key");
      assertThat(properties.credentials().get("contoso").clientSecret()).isEqualTo("the secret");
    }
  }

  @Test
  void
      two_nodes_run_in_kubernetes_without_rights_that_they_do_not_need_and_one_of_them_always_stays()
          throws IOException {
    Map<String, Map<String, Object>> manifests = manifests();
    assertThat(manifests)
        .containsOnlyKeys(
            "ConfigMap",
            "ServiceAccount",
            "Deployment",
            "PersistentVolumeClaim",
            "PodDisruptionBudget",
            "Service");
    Object pod = at(manifests.get("Deployment"), "spec/template/spec");
    assertThat(at(manifests.get("Deployment"), "spec/replicas")).isEqualTo(2);
    assertThat(at(manifests.get("PodDisruptionBudget"), "spec/minAvailable")).isEqualTo(1);
    assertThat(map(at(pod, "securityContext"))).containsEntry("runAsNonRoot", true);
    assertThat(map(at(pod, "containers/0/securityContext")))
        .containsEntry("readOnlyRootFilesystem", true)
        .containsEntry("allowPrivilegeEscalation", false);
    assertThat(at(pod, "containers/0/securityContext/capabilities/drop")).isEqualTo(List.of("ALL"));
    assertThat(at(pod, "automountServiceAccountToken")).isEqualTo(false);
  }

  @Test
  void every_start_has_the_time_to_finish_what_is_in_flight() throws IOException {
    Map<String, Object> packaged =
        new Yaml().load(Files.readString(Path.of("src/main/resources/application.yaml")));
    Duration finished =
        Duration.ofSeconds(((Integer) at(packaged, "camel/main/shutdown-timeout")).longValue());
    int pod =
        (Integer)
            at(manifests().get("Deployment"), "spec/template/spec/terminationGracePeriodSeconds");
    String unit =
        text("systemd/mailroom.service")
            .lines()
            .filter(line -> line.startsWith("TimeoutStopSec="))
            .findFirst()
            .orElseThrow();
    assertThat(Duration.ofSeconds(pod)).isGreaterThan(finished);
    assertThat(Duration.ofSeconds(Long.parseLong(unit.replaceAll("\\D", ""))))
        .isGreaterThan(finished);
    assertThat(text("container/Dockerfile"))
        .contains("STOPSIGNAL SIGTERM")
        .contains("ENTRYPOINT [\"/opt/mailroom/bin/mailroom\"]");
  }

  @Test
  void the_unit_of_systemd_may_read_its_settings_write_its_data_and_talk_to_the_network()
      throws IOException {
    Set<String> lines = text("systemd/mailroom.service").lines().collect(Collectors.toSet());
    assertThat(lines)
        .contains(
            "User=mailroom",
            "ProtectSystem=strict",
            "ProtectHome=yes",
            "PrivateTmp=yes",
            "PrivateDevices=yes",
            "NoNewPrivileges=yes",
            "CapabilityBoundingSet=",
            "RestrictNamespaces=yes",
            "RestrictSUIDSGID=yes",
            "SystemCallFilter=@system-service",
            "StateDirectoryMode=0700",
            "UMask=0077",
            "ExecStart=/opt/mailroom/bin/mailroom",
            "Environment=MAILROOM_DATA_DIR=/var/lib/mailroom MAILROOM_ARCHIVES=/var/cache/mailroom"
                + " JAVA_OPTS=-XX:MaxRAMPercentage=60");
  }

  /**
   * Its scale goes from 0, safe, to 10. Where it isn't installed, or too old to look at a file,
   * there is nothing to ask.
   */
  @Test
  void systemd_rates_the_unit_below_three_where_it_can_be_asked() throws Exception {
    Process asked;
    try {
      asked =
          new ProcessBuilder(
                  "systemd-analyze",
                  "--offline=true",
                  "--no-pager",
                  "security",
                  FILES.resolve("systemd/mailroom.service").toString())
              .redirectErrorStream(true)
              .start();
    } catch (IOException notInstalled) {
      return;
    }
    String told = new String(asked.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    Matcher level =
        Pattern.compile("Overall exposure level for mailroom.service: (\\d+\\.\\d)").matcher(told);
    if (level.find()) {
      assertThat(Double.parseDouble(level.group(1))).as(told).isLessThan(3);
    }
  }

  @Test
  void the_image_holds_no_secret_and_runs_as_nobody() throws IOException {
    List<String> lines = text("container/Dockerfile").lines().toList();
    assertThat(lines).contains("USER 10001:10001", "VOLUME /data");
    assertThat(lines).noneMatch(line -> line.matches("(?i)^(ENV|ARG).*(secret|password).*"));
    assertThat(lines.indexOf("USER 10001:10001"))
        .isLessThan(lines.indexOf("ENTRYPOINT [\"/opt/mailroom/bin/mailroom\"]"));
  }
}
