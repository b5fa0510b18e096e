package org.mailroom.console;

import jakarta.servlet.http.HttpServletRequest;
import java.net.URI;
import java.util.Optional;
import org.mailroom.settings.MailroomProperties;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.core.env.Environment;
import org.springframework.stereotype.Component;
import org.springframework.web.servlet.support.ServletUriComponentsBuilder;

/**
 * Where browsers find the console: {@code mailroom.public-url}, else what the request says,
 * forwarded headers included.
 */
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
    return publicUrl != null
        ? withoutSlash(publicUrl.toString())
        : withoutSlash(ServletUriComponentsBuilder.fromContextPath(request).build().toUriString());
  }

  /**
   * The redirect URI of a sign-in, as it has to be registered. Entra ID takes http for localhost
   * alone, so a browser at 127.0.0.1 comes back by that name.
   */
  String redirectUri(HttpServletRequest request) {
    String here = of(request);
    return (publicUrl == null
            ? here.replaceFirst("^http://(127\\.0\\.0\\.1|\\[::1])(?=[:/]|$)", "http://localhost")
            : here)
        + MicrosoftSignIn.CALLBACK;
  }

  /**
   * Where the session of a browser may be that came back by the name localhost; empty when it came
   * back by another one.
   */
  Optional<String> otherName(HttpServletRequest request) {
    return publicUrl == null
            && "localhost".equals(request.getServerName())
            && "http".equals(request.getScheme())
        ? Optional.of("http://127.0.0.1:" + request.getServerPort() + request.getContextPath())
        : Optional.empty();
  }

  /** For the log: the public address, else the one on this machine. */
  String local() {
    String scheme =
        environment.getProperty(
                "server.ssl.enabled",
                Boolean.class,
                environment.containsProperty("server.ssl.bundle")
                    || environment.containsProperty("server.ssl.key-store")
                    || environment.containsProperty("server.ssl.certificate"))
            ? "https"
            : "http";
    return publicUrl != null
        ? withoutSlash(publicUrl.toString()) + "/"
        : scheme
            + "://"
            + environment.getProperty("server.address", "localhost")
            + ":"
            + environment.getProperty("local.server.port")
            + "/";
  }

  boolean isPublicAddressSecure() {
    return publicUrl != null && "https".equalsIgnoreCase(publicUrl.getScheme());
  }

  private static String withoutSlash(String url) {
    return url.replaceFirst("/+$", "");
  }
}
