package org.mailroom.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import jakarta.validation.Validation;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.core.env.Environment;

/**
 * What an account's settings allow: in application.yaml and in the console by the same rules, each
 * problem at its key.
 */
class AccountSettingsTest {

  private static final String ACCOUNT = "mailroom.accounts.support.";

  @EnableConfigurationProperties(MailroomProperties.class)
  static class File {}

  private final SettingsBinder console =
      new SettingsBinder(Validation.buildDefaultValidatorFactory().getValidator());

  private static List<String> ofFile(String... settings) {
    AtomicReference<Environment> environment = new AtomicReference<>();
    AtomicReference<List<String>> told = new AtomicReference<>(List.of());
    new ApplicationContextRunner()
        .withUserConfiguration(File.class)
        .withInitializer(context -> environment.set(context.getEnvironment()))
        .withPropertyValues(
            ACCOUNT + "mailbox=a@contoso.com",
            ACCOUNT + "credential=c",
            ACCOUNT + "deliver-to=database")
        .withPropertyValues(
            Arrays.stream(settings).map(setting -> ACCOUNT + setting).toArray(String[]::new))
        .run(
            context -> {
              if (context.getStartupFailure() != null) {
                told.set(new WrongSettings(environment.get()).in(context.getStartupFailure()));
              }
            });
    return told.get();
  }

  private AccountProperties ofConsole(String... settings) {
    Map<String, String> fields =
        new HashMap<>(
            Map.of("mailbox", "a@contoso.com", "credential", "c", "deliver-to", "database"));
    for (String setting : settings) {
      fields.put(
          setting.substring(0, setting.indexOf('=')), setting.substring(setting.indexOf('=') + 1));
    }
    return console.bind(AccountProperties.class, fields);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "poll-at=0 6 * * *|poll-at|must be a cron expression of a time that comes, in six fields",
        "poll-at=0 0 0 31 2 *|poll-at|must be a cron expression of a time that comes",
        "poll-at=0 0 6 * * *;poll-every=1m|poll-at|and poll-every are both set: choose one",
        "poll-at=0 0 6 * * *;zone=Amsterdam|zone|must be the name of a time zone, such as"
            + " Europe/Amsterdam",
        "zone=Europe/Amsterdam|zone|goes with poll-at only",
        "members-of=22222222-3333-4444-5555-666666666666|members-of|and another of mailbox,"
            + " members-of and mailboxes-file are both set: choose one",
        "members-of=everyone;mailbox=|members-of|must be the object id of a group",
        "mailbox=|mailbox|is missing: the address or object id of the mailbox; or members-of, or"
            + " mailboxes-file",
        "max-age=10m|max-age|must be between 1h and 3650d",
        "max-age=long|max-age|a duration such as 30s, 5m or 1h",
        "attachments.max-size=1B|attachments.max-size|must be between 1KB and 4GB",
        "attachments.inline=maybe|attachments.inline|true or false",
        "attachments.includes=*.pdf|attachments.includes|is no setting",
        "after-failure.move-to=;after-failure.add-categories= , |after-failure.move-to|has neither"
            + " add-categories nor move-to",
        "folder=inbox;folders=inbox,Archive|folders|and folder are both set: choose one",
        "recursive=deep|recursive|true or false",
        "reply-text=html|reply-text|true or false"
      })
  void what_is_wrong_is_refused_with_its_key_its_value_and_what_is_allowed(
      String settings, String key, String allowed) {
    String[] all = settings.split(";");
    String value =
        Arrays.stream(all)
            .filter(setting -> setting.startsWith(key + "="))
            .findFirst()
            .orElseThrow()
            .substring(key.length() + 1);
    assertThat(ofFile(all))
        .anySatisfy(
            told -> {
              assertThat(told).startsWith(ACCOUNT + key).contains(allowed);
              assertThat(
                      value.isBlank()
                          || allowed.equals("is no setting")
                          || told.contains("'" + value + "'")
                          || key.equals("folders"))
                  .as(told)
                  .isTrue();
            });
    if (!value.isBlank()) {
      SettingsRejectedException refused =
          catchThrowableOfType(SettingsRejectedException.class, () -> ofConsole(all));
      assertThat(refused.problems())
          .anySatisfy(
              problem -> {
                assertThat(problem.field()).isEqualTo(key);
                assertThat(problem.message()).contains(allowed);
              });
    }
  }

  @Test
  void what_is_right_is_read_as_it_is_meant() {
    String[] settings = {
      "poll-at=0 0 6 * * MON-FRI",
      "zone=Europe/Amsterdam",
      "max-age=30d",
      "attachments.include=*.pdf, *.docx",
      "attachments.max-size=50MB",
      "after-failure.move-to=Failed",
      "folders=inbox, Inbox/Tickets",
      "recursive=true",
      "reply-text=true"
    };
    assertThat(ofFile(settings)).isEmpty();
    AccountProperties entered = ofConsole(settings);
    assertThat(entered.times()).hasToString("0 0 6 * * MON-FRI (Europe/Amsterdam)");
    assertThat(entered.maxAge()).hasDays(30);
    assertThat(entered.attachments().include()).containsExactly("*.pdf", "*.docx");
    assertThat(entered.attachments().inline()).isTrue();
    assertThat(entered.afterFailure().moveTo()).isEqualTo("Failed");
    assertThat(entered.foldersToRead()).containsExactly("inbox", "Inbox/Tickets");
    assertThat(entered.recursive()).isTrue();
    assertThat(entered.replyText()).isTrue();
    AccountProperties plain = ofConsole();
    assertThat(plain.times()).isNull();
    assertThat(plain.maxAge()).isNull();
    assertThat(plain.attachments()).isEqualTo(AttachmentsKept.ALL);
    assertThat(plain.afterFailure()).isNull();
    assertThat(plain.foldersToRead()).containsExactly("inbox");
    assertThat(plain.recursive()).isFalse();
    assertThat(plain.replyText()).isFalse();
  }
}
