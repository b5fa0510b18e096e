package org.mailroom.settings;

import static java.util.Map.entry;

import jakarta.validation.ConstraintViolation;
import jakarta.validation.Validator;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.BindHandler;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.bind.UnboundConfigurationPropertiesException;
import org.springframework.boot.context.properties.bind.handler.NoUnboundElementsBindHandler;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.stereotype.Component;

/**
 * Reads settings that somebody entered at run time as {@code application.yaml} is read: the same
 * keys, the same conversions, the same rules. Placeholders are not resolved.
 */
@Component
public final class SettingsBinder {

  private static final String ROOT = "entered";

  /** Rules that concern several fields, and the field to show them at. */
  private static final Map<String, String> FIELD_OF_RULE =
      Map.ofEntries(
          entry("mailbox-named", "mailbox"),
          entry("mailbox-or-discovered", "members-of"),
          entry("polled-one-way", "poll-at"),
          entry("zone-of-times", "zone"),
          entry("folder-or-folders", "folders"),
          entry("after-failure.anything", "after-failure.move-to"),
          entry("provable", "client-secret"),
          entry("certificate.key-of-pem", "certificate.private-key"),
          entry("tenant-own", "tenant-id"),
          entry("tenant-named", "tenant-id"),
          entry("client-named", "client-id"),
          entry("machine-alone", "grant-type"),
          entry("filter-possible", "filter"),
          entry("certificate.one-of", "certificate.content"),
          entry("after-import.move-or-delete", "after-import.move-to"),
          entry("console.unchangeable", "console.allow"));

  private final Validator validator;

  SettingsBinder(Validator validator) {
    this.validator = validator;
  }

  /** Problems of an id that is to be new; empty when it has the right form. */
  public List<FieldProblem> checkId(String id) {
    return id != null && id.matches(MailroomProperties.NAME)
        ? List.of()
        : List.of(new FieldProblem("id", MailroomProperties.NAME_ALLOWED));
  }

  /**
   * Reads and checks what was entered.
   *
   * @param fields values by key; a blank one counts as not entered, but for {@code filter}, where
   *     it means every message
   * @throws SettingsRejectedException with everything that is wrong
   */
  public <T> T bind(Class<T> type, Map<String, String> fields) {
    List<FieldProblem> problems = new ArrayList<>();
    T bound = convert(type, new LinkedHashMap<>(fields), problems);
    Set<String> unreadable =
        problems.stream().map(FieldProblem::field).collect(java.util.stream.Collectors.toSet());
    if (bound != null) {
      for (ConstraintViolation<T> violation : validator.validate(bound)) {
        String field = field(violation.getPropertyPath().toString());
        if (!unreadable.contains(field)) {
          problems.add(new FieldProblem(field, violation.getMessage()));
        }
      }
    }
    SettingsRejectedException.throwIfAny(problems);
    return bound;
  }

  /** Reads what was stored once: what is wrong with it shows when it is used. */
  public <T> T bindStored(Class<T> type, Map<String, String> fields) {
    return convert(type, new LinkedHashMap<>(fields), new ArrayList<>());
  }

  private static <T> T convert(
      Class<T> type, Map<String, String> fields, List<FieldProblem> problems) {
    fields
        .entrySet()
        .removeIf(
            field ->
                field.getValue() == null
                    || (field.getValue().isBlank() && !field.getKey().equals("filter")));
    while (true) {
      Map<String, Object> source = new LinkedHashMap<>();
      fields.forEach((key, value) -> source.put(ROOT + "." + key, value.strip()));
      try {
        return new Binder(
                List.of(new MapConfigurationPropertySource(source)),
                null,
                null,
                WrittenAddresses::register)
            .bindOrCreate(
                ROOT, Bindable.of(type), new NoUnboundElementsBindHandler(BindHandler.DEFAULT));
      } catch (BindException e) {
        String wrong = wrongField(e);
        String key =
            wrong == null
                ? null
                : fields.keySet().stream()
                    .filter(field -> wrong.equals(field) || wrong.startsWith(field + "["))
                    .findFirst()
                    .orElse(null);
        if (key == null) {
          throw new SettingsRejectedException("id", "these settings can't be read: " + wrong);
        }
        problems.add(
            new FieldProblem(
                key,
                e.getCause() instanceof UnboundConfigurationPropertiesException
                    ? "is no setting"
                    : "can't be read: " + allowed(e)));
        fields.remove(key);
      }
    }
  }

  private static @Nullable String wrongField(BindException failure) {
    if (failure.getCause() instanceof UnboundConfigurationPropertiesException unbound) {
      return unbound
          .getUnboundProperties()
          .iterator()
          .next()
          .getName()
          .toString()
          .substring(ROOT.length() + 1);
    }
    String name =
        failure.getProperty() != null
            ? failure.getProperty().getName().toString()
            : failure.getName().toString();
    return name.length() > ROOT.length() ? name.substring(ROOT.length() + 1) : null;
  }

  /** What is allowed where a value couldn't be read. */
  static String allowed(BindException failure) {
    Class<?> type = failure.getTarget().getType().resolve(Object.class);
    if (type.isEnum()) {
      List<String> names = new ArrayList<>();
      for (Object constant : type.getEnumConstants()) {
        names.add(kebab(((Enum<?>) constant).name()));
      }
      return "allowed are " + String.join(", ", names);
    }
    return switch (type.getSimpleName()) {
      case "Duration" -> "a duration such as 30s, 5m or 1h";
      case "LocalDate" -> "a date such as 2027-01-31";
      case "URI" -> "an address such as https://login.microsoftonline.com";
      case "DataSize" -> "a size such as 150MB";
      case "boolean", "Boolean" -> "true or false";
      case "int", "Integer", "long", "Long" -> "a whole number";
      default -> "a " + type.getSimpleName().toLowerCase(Locale.ROOT);
    };
  }

  static String kebab(String constant) {
    return constant.toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** From the path of a property or rule to the key in {@code application.yaml}. */
  static String field(String path) {
    String key =
        path.replaceAll("\\[[^]]*]", "")
            .replaceAll("\\.<[^>]*>", "")
            .replaceAll("([a-z])([A-Z])", "$1-$2")
            .toLowerCase(Locale.ROOT);
    return FIELD_OF_RULE.getOrDefault(
        key, key.endsWith("-valid") ? key.substring(0, key.length() - "-valid".length()) : key);
  }
}
