package org.mailroom.console;

import jakarta.servlet.http.HttpServletRequest;
import java.net.URI;
import org.mailroom.settings.MailroomProperties;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.core.env.Environment;
import org.springframework.stereotype.Component;
import org.springframework.web.servlet.support.ServletUriComponentsBuilder;

/** Where browsers find the console: {@code mailroom.public-url}, else what the request says, forwarded headers included. */
@Component
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
final class ConsoleAddress {

  private final URI publicUrl;
  private final Environment environment;

  ConsoleAddress(MailroomProperties properties, Environment environment) {
    this.publicUrl = properties.publicUrl();
    this.environment = environment;
  }

  /** Without a slash at the end. */
  String of(HttpServletRequest request) {
    return publicUrl != null ? withoutSlash(publicUrl.toString()) : withoutSlash(ServletUriComponentsBuilder.fromContextPath(request).build().toUriString());
  }

  /** For the log: the public address, else the one on this machine. */
  String local() {
    String scheme = environment.getProperty("server.ssl.enabled", Boolean.class, environment.containsProperty("server.ssl.bundle")
        || environment.containsProperty("server.ssl.key-store") || environment.containsProperty("server.ssl.certificate")) ? "https" : "http";
    return publicUrl != null ? withoutSlash(publicUrl.toString()) + "/"
        : scheme + "://" + environment.getProperty("server.address", "localhost") + ":" + environment.getProperty("local.server.port") + "/";
  }

  boolean isPublicAddressSecure() {
    return publicUrl != null && "https".equalsIgnoreCase(publicUrl.getScheme());
  }

  private static String withoutSlash(String url) {
    return url.replaceFirst("/+$", "");
  }
}
