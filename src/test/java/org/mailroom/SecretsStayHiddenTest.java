package org.mailroom;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.lang.management.ManagementFactory;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.management.MBeanAttributeInfo;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.mailroom.account.AccountEditor;
import org.mailroom.credential.Credentials;
import org.mailroom.credential.SignInAnswer;
import org.mailroom.credential.SignInRequest;
import org.mailroom.credential.SignIns;
import org.mailroom.demo.DemoMail;
import org.mailroom.demo.DemoTenant;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.web.bind.annotation.RequestMethod;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;

/**
 * Everything secret is looked for in every log line, every page of the console, every actuator
 * endpoint, every MBean and every file.
 */
@ExtendWith(OutputCaptureExtension.class)
class SecretsStayHiddenTest {

  private static final URI CALLBACK = URI.create("http://localhost:8080/OAuth2Callback");
  private static final String SECRET_KEY = "the-secret-key-of-this-test";
  private static final Pattern LINK = Pattern.compile("\"href\":\"([^\"{]+)\"");

  @TempDir private Path folder;

  @Test
  void no_secret_and_no_token_is_in_a_log_line_a_page_an_endpoint_an_mbean_or_a_file(
      CapturedOutput output) throws Exception {
    try (DemoTenant tenant = DemoTenant.start()) {
      tenant.mailbox("support@contoso.com").deliver(DemoMail.plain(1));
      tenant.mailbox("orders@contoso.com").deliver(DemoMail.plain(2));
      tenant
          .identity()
          .application("helpdesk")
          .secret("secret-of-helpdesk", Instant.MAX)
          .redirectUri(CALLBACK.toString());
      try (MailroomRun mailroom =
          MailroomRun.startRuntime(
              tenant,
              folder,
              "--logging.level.root=debug",
              "--logging.level.org.mailroom=trace",
              "--logging.level.com.microsoft=trace",
              "--logging.level.jdk.internal.httpclient=info",
              "--mailroom.secret-key=" + SECRET_KEY,
              "--management.endpoints.web.exposure.include=*",
              "--management.endpoint.health.show-details=always",
              "--mailroom.credentials.person.grant-type=authorization-code",
              "--mailroom.credentials.person.tenant-id=" + DemoTenant.TENANT_ID,
              "--mailroom.credentials.person.client-id=helpdesk",
              "--mailroom.credentials.person.client-secret=secret-of-helpdesk",
              "--mailroom.accounts.support.credential=person")) {
        List<String> secrets =
            new ArrayList<>(
                List.of(
                    DemoTenant.CLIENT_SECRET,
                    "secret-of-helpdesk",
                    SECRET_KEY,
                    "entered-in-the-console"));
        SignInRequest request = mailroom.bean(SignIns.class).begin("person", CALLBACK, null);
        SignInAnswer answer =
            new DemoBrowser(mailroom)
                .signIn(request.authorizationUrl(), "support@contoso.com", true);
        mailroom.bean(SignIns.class).complete(request.browser(), answer);
        secrets.addAll(List.of(answer.code(), request.state(), request.browser()));
        Map<String, String> entered =
            new HashMap<>(
                Map.of(
                    "grant-type",
                    "client-credentials",
                    "tenant-id",
                    DemoTenant.TENANT_ID,
                    "client-id",
                    DemoTenant.CLIENT_ID,
                    "client-secret",
                    "entered-in-the-console"));
        mailroom.bean(Credentials.class).create("entered", entered);
        mailroom
            .bean(AccountEditor.class)
            .create(
                "orders",
                new HashMap<>(
                    Map.of(
                        "mailbox",
                        "orders@contoso.com",
                        "credential",
                        "entered",
                        "deliver-to",
                        "database")));
        await()
            .atMost(Duration.ofSeconds(90))
            .until(
                () ->
                    tenant.mailbox("support@contoso.com").unread() == 0
                        && output.getAll().contains("AADSTS7000215"));
        tenant.identity().revokeRefreshTokens();
        tenant.revokeTokens();
        await().atMost(Duration.ofSeconds(90)).until(() -> output.getAll().contains("AADSTS50173"));
        secrets.addAll(tenant.identity().accessTokens());

        for (String endpoint : endpoints(mailroom)) {
          assertNone(secrets, endpoint, get(endpoint));
        }
        readThePages(mailroom, secrets);
        assertNone(secrets, "MBeans", mbeans());
        assertNone(secrets, "the log", output.getAll());
        try (Stream<Path> files = Files.walk(folder.resolve("data"))) {
          for (Path file : files.filter(Files::isRegularFile).toList()) {
            assertNone(
                secrets,
                file.toString(),
                new String(Files.readAllBytes(file), java.nio.charset.StandardCharsets.ISO_8859_1));
          }
        }
      }
    }
  }

  private static void assertNone(List<String> secrets, String where, String text) {
    for (String secret : secrets) {
      int at = text.indexOf(secret);
      assertThat(at)
          .as(
              "%s holds %s: …%s…",
              where, secret, at < 0 ? "" : text.substring(Math.max(0, at - 200), at))
          .isNegative();
    }
  }

  /**
   * Every page that can be had, and what is answered to a test, to a sign-in and to a form that is
   * refused.
   */
  private static void readThePages(MailroomRun mailroom, List<String> secrets) {
    ConsoleSession session = ConsoleSession.signIn(mailroom);
    String message =
        "?account=support&id="
            + ConsoleSession.encoded(
                mailroom
                    .database()
                    .queryForObject(
                        "select message_id from mail_message where account = 'support'",
                        String.class));
    List<String> pages =
        new ArrayList<>(
            List.of(
                "/",
                "/messages",
                "/messages/message" + message,
                "/messages/html" + message,
                "/messages/message.json" + message,
                "/messages/message.eml" + message,
                "/accounts/~folders?mailbox=support%40contoso.com&credential=person",
                "/routes/~hawtio",
                "/failed",
                "/accounts",
                "/accounts/~new",
                "/credentials",
                "/credentials/~new",
                "/routes",
                "/nodes",
                "/trail",
                "/users",
                "/login"));
    List.of("support", "orders")
        .forEach(id -> pages.addAll(List.of("/account/" + id, "/accounts/" + id)));
    List.of("demo", "person", "entered").forEach(id -> pages.add("/credentials/" + id));
    mailroom.camel().getRoutes().forEach(route -> pages.add("/routes/" + route.getRouteId()));
    for (String page : pages) {
      assertNone(secrets, page, session.get(page).body());
    }
    List<String> seen = pages.stream().map(page -> page.replaceAll("\\?.*", "")).toList();
    // the way back from Microsoft is answered only to its own sign-in; an attachment is the mail's
    assertThat(
            mailroom
                .bean("requestMappingHandlerMapping", RequestMappingHandlerMapping.class)
                .getHandlerMethods()
                .entrySet()
                .stream()
                .filter(
                    each ->
                        each.getValue()
                                .getBeanType()
                                .getPackageName()
                                .equals("org.mailroom.console")
                            && each.getKey()
                                .getMethodsCondition()
                                .getMethods()
                                .contains(RequestMethod.GET))
                .flatMap(each -> each.getKey().getPatternValues().stream())
                .filter(path -> !List.of("/OAuth2Callback", "/messages/attachment").contains(path)))
        .allMatch(
            path ->
                seen.stream().anyMatch(page -> page.matches(path.replaceAll("\\{[^}]*}", "[^/]+"))),
            "was read");

    assertNone(
        secrets,
        "the way to the sign-in",
        session.post("/credentials/person", "/credentials/person/sign-in", Map.of()).body());
    for (String id : List.of("demo", "person", "entered")) {
      assertNone(
          secrets,
          "a test of " + id,
          session.post("/credentials/" + id, "/credentials/" + id + "/test", Map.of()).body());
    }
    Map<String, String> wrong =
        Map.of(
            "tenant-id",
            "",
            "client-secret",
            "entered-in-the-console",
            "certificate.password",
            "entered-in-the-console");
    HttpResponse<String> refused =
        session.post("/credentials/entered", "/credentials/entered", wrong);
    assertThat(refused.statusCode()).isEqualTo(422);
    assertNone(secrets, "a form that was refused", refused.body());
  }

  private static List<String> endpoints(MailroomRun mailroom) throws Exception {
    String root = "http://127.0.0.1:" + mailroom.port() + "/actuator";
    List<String> found = new ArrayList<>();
    Matcher link = LINK.matcher(get(root));
    while (link.find()) {
      if (!link.group(1).endsWith("/heapdump") && !link.group(1).equals(root)) {
        found.add(link.group(1));
      }
    }
    assertThat(found)
        .anyMatch(endpoint -> endpoint.endsWith("/env"))
        .anyMatch(endpoint -> endpoint.endsWith("/configprops"));
    return found;
  }

  private static String get(String address) throws Exception {
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(URI.create(address))
                .header("Authorization", MailroomRun.BASIC)
                .build(),
            HttpResponse.BodyHandlers.ofString())
        .body();
  }

  /** Every attribute that can be read of every MBean of Mailroom, Camel, Spring and the broker. */
  private static String mbeans() throws Exception {
    MBeanServer server = ManagementFactory.getPlatformMBeanServer();
    StringBuilder all = new StringBuilder();
    for (ObjectName name : server.queryNames(null, null)) {
      for (MBeanAttributeInfo attribute : server.getMBeanInfo(name).getAttributes()) {
        // the JVM's own show the command line of this test
        if (name.getDomain().equals("java.lang")
            || name.getDomain().startsWith("com.sun")
            || !attribute.isReadable()) {
          continue;
        }
        try {
          Object value = server.getAttribute(name, attribute.getName());
          all.append(name)
              .append(' ')
              .append(attribute.getName())
              .append(" = ")
              .append(
                  value instanceof Object[] many
                      ? Arrays.deepToString(many)
                      : String.valueOf(value))
              .append('\n');
        } catch (Exception notReadableNow) {
          // the next one
        }
      }
    }
    assertThat(all).contains("org.apache.camel");
    return all.toString();
  }
}
