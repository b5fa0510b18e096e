package org.mailroom.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.mailroom.command.Launcher;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * A start of nothing but the settings: bound and validated, and what is wrong is told, as any start
 * of Mailroom does.
 */
@ExtendWith(OutputCaptureExtension.class)
class WrongSettingsTest {

  private static final String SECRET = "secret-of-nobody";

  @EnableConfigurationProperties(MailroomProperties.class)
  static class OnlySettings {}

  @TempDir private Path folder;

  private ConfigurableApplicationContext start(String... more) {
    List<String> settings =
        new ArrayList<>(
            List.of(
                "--spring.config.location=classpath:/application.yaml",
                "--mailroom.data-dir=" + folder.resolve("data"),
                "--mailroom.credentials.demo.grant-type=client-credentials",
                "--mailroom.credentials.demo.tenant-id=contoso.com",
                "--mailroom.credentials.demo.client-id=66666666-7777-8888-9999-000000000000",
                "--mailroom.credentials.demo.client-secret=" + SECRET,
                "--mailroom.accounts.support.mailbox=support@contoso.com",
                "--mailroom.accounts.support.credential=demo",
                "--mailroom.accounts.support.deliver-to=database,file"));
    settings.addAll(List.of(more));
    return new Launcher(OnlySettings.class, settings).startCommand(Map.of());
  }

  @Test
  void off_is_a_mode_of_push_although_yaml_reads_it_as_false() {
    PushProperties read =
        new Binder(new MapConfigurationPropertySource(Map.of("push.mode", Boolean.FALSE)))
            .bindOrCreate("push", PushProperties.class);
    assertThat(read.mode()).isEqualTo(PushProperties.Mode.OFF);
  }

  @Test
  void the_settings_without_a_mistake_start() {
    try (ConfigurableApplicationContext started = start()) {
      assertThat(started.getBean(MailroomProperties.class).accounts()).containsOnlyKeys("support");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--mailroom.cloud=mars|mailroom.cloud is 'mars' (\"mailroom.cloud\" from property source"
            + " \"commandLineArgs\"): can't be read, allowed are global, us-gov, us-dod, china",
        "--mailroom.poll-every=often|mailroom.poll-every is 'often'",
        "--mailroom.poll-every=often|it must be a duration such as 30s, 5m or 1h",
        "--mailroom.console.allow=anna@contoso.com|mailroom.console.allow is 'anna@contoso.com'"
            + " (\"mailroom.console.allow\" from property source \"commandLineArgs\"): has an"
            + " address, which a person can change",
        "--mailroom.mail-dir=pom.xml|must be a folder of its own: not a file",
        "--mailroom.poll-every=0s|must be between 1s and 31d",
        "--mailroom.push.lifetime=8d|mailroom.push.lifetime is '8d' (\"mailroom.push.lifetime\""
            + " from property source \"commandLineArgs\"): must be between 45m and 7d",
        "--mailroom.push.mode=always|allowed are auto, off",
        "--mailroom.discover-every=5s|must be between 1m and 7d",
        "--mailroom.limits.importer-wait=2d|must be between 0s and 1d",
        "--mailroom.accounts.support.members-of=22222222-3333-4444-5555-666666666666|mailroom.accounts.support.members-of"
            + " is '22222222-3333-4444-5555-666666666666'",
        "--mailroom.acounts.x.mailbox=y|mailroom.acounts.x.mailbox is no setting of Mailroom",
        "--mailroom.accounts.support.content=all|mailroom.accounts.support.content",
        "--mailroom.limits.page-size=5000|mailroom.limits.page-size is '5000'",
        "--mailroom.limits.page-size=5000|must be less than or equal to 1000",
        "--mailroom.limits.page-size=many|it must be a whole number",
        "--mailroom.credentials.demo.client-id=|mailroom.credentials.demo.client-id isn't set: is"
            + " missing: the application (client) id",
        "--mailroom.credentials.demo.client-secret=|mailroom.credentials.demo.client-secret isn't"
            + " set: needs a client-secret, a certificate or a federated-token-file",
        "--mailroom.credentials.demo.grant-type=password|allowed are client-credentials,"
            + " authorization-code",
        "--mailroom.credentials.demo.secret-expires=soon|it must be a date such as 2027-01-31",
        "--mailroom.credentials.demo.tenant-id=common|mailroom.credentials.demo.tenant-id is"
            + " 'common'",
        "--mailroom.credentials.demo.token-url=ftp://x/token|mailroom.credentials.demo.token-url is"
            + " 'ftp://x/token'",
        "--mailroom.credentials.demo.certificate.private-key=key.pem|mailroom.credentials.demo.certificate.private-key"
            + " is 'key.pem'",
        "--mailroom.accounts.support.max-size=huge|it must be a size such as 150MB",
        "--mailroom.accounts.support.after-import.flag=red|allowed are flagged, complete,"
            + " not-flagged",
        "--mailroom.accounts.support.after-import.mark-as-read=perhaps|it must be true or false",
        "--mailroom.accounts.support.mailbox=|mailroom.accounts.support.mailbox isn't set: is"
            + " missing: the address or object id of the mailbox",
        "--mailroom.accounts.[bad/name].mailbox=a@b|a name has letters, digits",
        "--mailroom.retention.database=90|mailroom.retention.database is '90'"
            + " (\"mailroom.retention.database\" from property source \"commandLineArgs\"): must be"
            + " between 1d and 36500d, with its unit: 365d",
        "--mailroom.retention.files=1h|must be between 1d and 36500d",
        "--mailroom.retention.files=long|mailroom.retention.files is 'long'",
        "--mailroom.retention.every=1s|mailroom.retention.every is '1s'",
        "--mailroom.retention.at=at three|must be a cron expression of a time that comes",
        "--mailroom.retention.zone=Mars|must be the name of a time zone",
        "--mailroom.retention.longest-run=0s|mailroom.retention.longest-run is '0s'",
        "--mailroom.retry.backoff=later|mailroom.retry.backoff is 'later'",
        "--mailroom.broker-port=70000|mailroom.broker-port is '70000' (\"mailroom.broker-port\""
            + " from property source \"commandLineArgs\"): must be between 0 and 65535; 0 takes",
        "--mailroom.broker-port=any|mailroom.broker-port is 'any'",
        "--mailroom.proxy=company:8080|must be http://host:port",
        "--mailroom.public-url=mailroom|mailroom.public-url is 'mailroom'",
        "--mailroom.graph-url=graph.microsoft.com|mailroom.graph-url is 'graph.microsoft.com'"
      })
  void a_wrong_setting_stops_the_start_with_what_is_wrong(
      String setting, String told, CapturedOutput output) {
    assertThatThrownBy(() -> start(setting).close()).isInstanceOf(RuntimeException.class);
    assertThat(output.getAll()).contains(told).doesNotContain("\tat ").doesNotContain(SECRET);
  }

  @Test
  void files_of_mail_may_lie_neither_in_data_dir_itself_nor_in_a_folder_around_it(
      CapturedOutput output) {
    for (Path wrong : List.of(folder, folder.resolve("data"))) {
      assertThatThrownBy(() -> start("--mailroom.mail-dir=" + wrong).close())
          .isInstanceOf(RuntimeException.class);
      assertThat(output.getAll())
          .contains("mailroom.mail-dir is '" + wrong + "'")
          .contains(
              "must be a folder of its own: not a file, not data-dir, nor a folder that data-dir"
                  + " lies in");
    }
    try (ConfigurableApplicationContext started =
        start("--mailroom.mail-dir=" + folder.resolve("share"))) {
      assertThat(started.getBean(MailroomProperties.class).mailDir())
          .isEqualTo(folder.resolve("share"));
    }
    try (ConfigurableApplicationContext started = start()) {
      assertThat(started.getBean(MailroomProperties.class).mailDir())
          .isEqualTo(folder.resolve("data/mail"));
    }
  }
}
