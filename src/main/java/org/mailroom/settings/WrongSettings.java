package org.mailroom.settings;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationPropertiesBindException;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.UnboundConfigurationPropertiesException;
import org.springframework.boot.context.properties.bind.validation.BindValidationException;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.core.env.Environment;
import org.springframework.validation.FieldError;
import org.springframework.validation.ObjectError;

/**
 * Which settings below {@code mailroom} are wrong: each by its key as it is written, its value
 * (never a secret), where it is set, and what is allowed.
 */
final class WrongSettings {

  private static final String ROOT = "mailroom";
  private static final String SECRET =
      ".*(secret|password|certificate\\.content|secret-keys?(\\[\\d+])?)$";
  private static final int LONGEST_VALUE = 200;

  /** One of a list: a property of something that has a name itself. */
  private static final Pattern ELEMENT = Pattern.compile("(.*]\\..*[A-Za-z])(\\[\\d+])");

  private final Environment environment;

  WrongSettings(Environment environment) {
    this.environment = environment;
  }

  /** Empty when something else is wrong. */
  List<String> in(Throwable failure) {
    BindException bind = null;
    boolean ours = false;
    for (Throwable cause : Causes.of(failure).toList()) {
      ours |=
          cause instanceof ConfigurationPropertiesBindException binding
              && String.valueOf(binding.getMessage())
                  .contains(MailroomProperties.class.getSimpleName());
      bind = cause instanceof BindException found ? found : bind;
      if (ours && cause instanceof BindValidationException invalid) {
        return invalid(invalid);
      }
      if (ours && cause instanceof UnboundConfigurationPropertiesException unknown) {
        return unknown.getUnboundProperties().stream()
            .map(
                property ->
                    property.getName()
                        + " is no setting of Mailroom"
                        + where(property)
                        + ". Check its spelling; application.yaml of the distribution names them"
                        + " all")
            .sorted()
            .toList();
      }
    }
    return ours && bind != null ? List.of(unreadable(bind)) : List.of();
  }

  private List<String> invalid(BindValidationException invalid) {
    List<String> problems = new ArrayList<>();
    for (ObjectError error : invalid.getValidationErrors()) {
      String field = error instanceof FieldError one ? one.getField() : "";
      String key = key(field);
      String message = String.valueOf(error.getDefaultMessage());
      String leaf = key.substring(key.lastIndexOf('.') + 1);
      problems.add(
          told(key)
              + ": "
              + (message.startsWith(leaf + " must")
                  ? message.substring(leaf.length() + 1)
                  : message));
    }
    return problems.stream().sorted().distinct().toList();
  }

  private String unreadable(BindException bind) {
    String key =
        bind.getProperty() != null
            ? bind.getProperty().getName().toString()
            : bind.getName().toString();
    return told(key)
        + ": can't be read, "
        + (bind.getTarget().getType().resolve(Object.class).isEnum() ? "" : "it must be ")
        + SettingsBinder.allowed(bind);
  }

  private String told(String key) {
    ConfigurationProperty property = property(key);
    if (property == null || String.valueOf(property.getValue()).isBlank()) {
      return key + " isn't set";
    }
    String value = String.valueOf(property.getValue());
    return key
        + (key.matches(SECRET)
            ? ""
            : " is '"
                + (value.length() > LONGEST_VALUE ? value.substring(0, LONGEST_VALUE) + "…" : value)
                + "'")
        + where(property);
  }

  /** Of a list that is written as one text its elements have no property of their own. */
  private @Nullable ConfigurationProperty property(String key) {
    ConfigurationProperty property = propertyOf(key);
    return property != null || !key.endsWith("]")
        ? property
        : propertyOf(key.substring(0, key.lastIndexOf('[')));
  }

  private @Nullable ConfigurationProperty propertyOf(String key) {
    if (!ConfigurationPropertyName.isValid(key)) {
      return null;
    }
    ConfigurationPropertyName name = ConfigurationPropertyName.of(key);
    for (ConfigurationPropertySource source : ConfigurationPropertySources.get(environment)) {
      ConfigurationProperty property = source.getConfigurationProperty(name);
      if (property != null) {
        return property;
      }
    }
    return null;
  }

  /** The file and line, or the environment variable. */
  private static String where(ConfigurationProperty property) {
    return property.getOrigin() == null ? "" : " (" + property.getOrigin() + ")";
  }

  /**
   * From {@code accounts[support].afterImport.moveOrDelete} to {@code
   * mailroom.accounts.support.after-import.move-to}, and from {@code destinations[crm].downOn[1]}
   * to {@code mailroom.destinations.crm.down-on[1]}.
   */
  private static String key(String path) {
    Matcher element = ELEMENT.matcher(path);
    if (element.matches()) {
      return key(element.group(1)) + element.group(2);
    }
    int end = path.lastIndexOf(']');
    String head =
        end < 0
            ? ""
            : path.substring(0, end + 1).replace("<K>", "").replaceAll("\\[([^]]*)]", ".$1");
    String tail = end < 0 ? path : path.substring(end + 1).replaceFirst("^\\.", "");
    String field = tail.isEmpty() ? "" : SettingsBinder.field(tail);
    return ROOT + (head.isEmpty() ? "" : "." + head) + (field.isEmpty() ? "" : "." + field);
  }
}
