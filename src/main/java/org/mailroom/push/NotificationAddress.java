package org.mailroom.push;

import java.net.URI;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.mailroom.settings.MailroomProperties;
import org.mailroom.settings.PushProperties;
import org.springframework.stereotype.Component;

/**
 * Where Microsoft Graph sends its notifications: below {@code mailroom.public-url}, where that is
 * an https address and push isn't switched off.
 */
@Component
final class NotificationAddress {

  /** Below the address that browsers see. */
  static final String PATH = "/notifications";

  private final @Nullable String url;
  private final @Nullable String whyNot;

  NotificationAddress(MailroomProperties properties) {
    URI publicUrl = properties.publicUrl();
    String address = publicUrl == null ? "" : publicUrl.toString();
    if (properties.push().mode() == PushProperties.Mode.OFF) {
      whyNot = "mailroom.push.mode is off";
    } else if (publicUrl == null || address.isBlank()) {
      whyNot = "mailroom.public-url isn't set";
    } else {
      whyNot =
          "https".equalsIgnoreCase(publicUrl.getScheme())
              ? null
              : "mailroom.public-url isn't an https address, and Microsoft Graph takes no other";
    }
    url = whyNot == null ? address.replaceFirst("/+$", "") + PATH : null;
  }

  /** Empty where push is off. */
  Optional<String> url() {
    return Optional.ofNullable(url);
  }

  /** Why push is off; null where it is on. */
  @Nullable String whyNot() {
    return whyNot;
  }
}
