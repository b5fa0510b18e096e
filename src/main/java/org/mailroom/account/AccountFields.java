package org.mailroom.account;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.mailroom.settings.AccountProperties;
import org.mailroom.settings.AfterImport;
import org.mailroom.settings.AttachmentsKept;

/**
 * The settings of an account as the fields of a form, by their keys in {@code application.yaml}.
 */
final class AccountFields {

  private AccountFields() {}

  static Map<String, String> of(Account account) {
    Map<String, String> fields = new LinkedHashMap<>();
    fields.put("mailbox", account.mailbox());
    fields.put("credential", account.credential());
    fields.put(
        account.folders().size() == 1 ? "folder" : "folders", String.join(", ", account.folders()));
    fields.put("recursive", String.valueOf(account.recursive()));
    fields.put("filter", account.filter());
    if (account.pollAt() == null) {
      fields.put("poll-every", inWords(account.pollEvery()));
    } else {
      fields.put("poll-at", account.pollAt().cron().toString());
      fields.put("zone", account.pollAt().zone().getId());
    }
    fields.put("content", kebab(account.content()));
    fields.put("reply-text", String.valueOf(account.replyText()));
    fields.put("deliver-to", String.join(", ", account.deliverTo()));
    put(fields, "max-size", account.maxSize());
    put(fields, "max-age", account.maxAge() == null ? null : inWords(account.maxAge()));
    AttachmentsKept kept = account.attachments();
    put(
        fields,
        "attachments.include",
        kept.include().isEmpty() ? null : String.join(", ", kept.include()));
    put(
        fields,
        "attachments.exclude",
        kept.exclude().isEmpty() ? null : String.join(", ", kept.exclude()));
    fields.put("attachments.inline", String.valueOf(kept.inline()));
    put(fields, "attachments.max-size", kept.maxSize());
    AfterImport after = account.afterImport();
    fields.put("after-import.mark-as-read", String.valueOf(after.markAsRead()));
    put(fields, "after-import.move-to", after.moveTo());
    put(
        fields,
        "after-import.add-categories",
        after.addCategories().isEmpty() ? null : String.join(", ", after.addCategories()));
    put(fields, "after-import.flag", after.flag() == null ? null : kebab(after.flag()));
    fields.put("after-import.delete", String.valueOf(after.delete()));
    fields.put("after-import.categorise-failures", String.valueOf(after.categoriseFailures()));
    if (account.afterFailure() != null) {
      put(
          fields,
          "after-failure.add-categories",
          account.afterFailure().addCategories().isEmpty()
              ? null
              : String.join(", ", account.afterFailure().addCategories()));
      put(fields, "after-failure.move-to", account.afterFailure().moveTo());
    }
    return fields;
  }

  /** Of an entry for many mailboxes: the same, but what it names instead of one. */
  static Map<String, String> ofEntry(Account likeEach, AccountProperties settings) {
    Map<String, String> fields = of(likeEach);
    fields.remove("mailbox");
    put(
        fields,
        "members-of",
        settings.membersOf() == null || settings.membersOf().isBlank()
            ? null
            : settings.membersOf().strip());
    put(fields, "mailboxes-file", settings.mailboxesFile());
    return fields;
  }

  static String mailboxInWords(Map<String, String> fields) {
    return fields.containsKey("mailboxes-file")
        ? "those of " + fields.get("mailboxes-file")
        : fields.containsKey("members-of")
            ? "members of " + fields.get("members-of")
            : fields.getOrDefault("mailbox", "");
  }

  private static void put(Map<String, String> fields, String key, @Nullable Object value) {
    if (value != null) {
      fields.put(key, value.toString());
    }
  }

  private static String kebab(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** As somebody would write it: 30s, 5m, 1h, 30d. */
  private static String inWords(Duration duration) {
    if (duration.toMillisPart() != 0) {
      return duration.toMillis() + "ms";
    }
    if (duration.toSeconds() % 86_400 == 0) {
      return duration.toDays() + "d";
    }
    return duration.toSecondsPart() != 0
        ? duration.toSeconds() + "s"
        : duration.toMinutesPart() != 0 ? duration.toMinutes() + "m" : duration.toHours() + "h";
  }
}
