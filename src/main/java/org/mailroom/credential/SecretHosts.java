package org.mailroom.credential;

import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.mailroom.settings.CredentialProperties;
import org.mailroom.settings.FieldProblem;
import org.mailroom.settings.MailroomProperties;

/**
 * The hosts that a credential which was entered in the console may send its secret to: the identity
 * platforms of Microsoft's clouds, that of {@code mailroom.login-url}, and those that {@code
 * mailroom.login-hosts} lists in the file, which no user of the console can write.
 */
final class SecretHosts {

  private static final Set<String> OF_MICROSOFT =
      Set.of(
          "login.microsoftonline.com:443",
          "login.microsoftonline.us:443",
          "login.chinacloudapi.cn:443",
          "login.partner.microsoftonline.cn:443",
          "login.microsoft.com:443",
          "login.windows.net:443");
  private static final int HTTPS = 443;
  private static final int HTTP = 80;

  private final String own;
  private final List<String> listed;

  SecretHosts(MailroomProperties properties) {
    this.own = host(properties.loginUrl());
    this.listed =
        properties.loginHosts().stream()
            .map(host -> host.matches(".*:\\d+") ? host : host + ":" + HTTPS)
            .toList();
  }

  /** What is wrong with the addresses of a credential; empty when nothing is. */
  List<FieldProblem> problems(CredentialProperties settings) {
    List<FieldProblem> problems = new ArrayList<>();
    check(problems, "token-url", settings.tokenUrl());
    check(problems, "authorization-url", settings.authorizationUrl());
    return problems;
  }

  private void check(List<FieldProblem> problems, String field, URI url) {
    if (url != null && url.getHost() != null && !isAllowed(url)) {
      problems.add(
          new FieldProblem(
              field,
              "leads to "
                  + host(url)
                  + ". Allowed are the hosts of Microsoft's clouds, that of mailroom.login-url, and"
                  + " those that mailroom.login-hosts in application.yaml lists"));
    }
  }

  private boolean isAllowed(URI url) {
    String host = host(url);
    return host.equals(own) || OF_MICROSOFT.contains(host) || listed.contains(host);
  }

  /** Host and port, as they are compared. */
  static String host(URI url) {
    int port =
        url.getPort() > 0 ? url.getPort() : "http".equalsIgnoreCase(url.getScheme()) ? HTTP : HTTPS;
    return (url.getHost() + ":" + port).toLowerCase(Locale.ROOT);
  }
}
