package org.mailroom;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.CookieManager;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.mailroom.command.MailroomCommand;
import org.mailroom.console.AdminPassword;
import org.mailroom.demo.DemoTenant;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;

/** Who gets into the console, and who doesn't. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@ExtendWith(OutputCaptureExtension.class)
class ConsoleAccessTest {

  private static final Pattern TOLD = Pattern.compile("user is admin, the password (\\S+) ");

  private Path folder;
  private DemoTenant tenant;
  private MailroomRun mailroom;
  private String password;
  private final AtomicInteger addresses = new AtomicInteger(10);

  /** As a site starts it first: with no password set. */
  @BeforeAll
  void start(@TempDir Path temporary, CapturedOutput output) {
    folder = temporary;
    tenant = DemoTenant.start();
    mailroom =
        MailroomRun.startRuntime(
            TravellingClock.Application.class,
            tenant,
            folder,
            "--spring.security.user.name=",
            "--spring.security.user.password=",
            "--server.tomcat.remoteip.internal-proxies=127\\.0\\.0\\.1");
    Matcher told = TOLD.matcher(output.getAll());
    assertThat(told.find()).as("the password is told").isTrue();
    password = told.group(1);
    assertThat(told.find()).as("it is told once").isFalse();
  }

  @AfterAll
  void stop() {
    mailroom.close();
    tenant.close();
  }

  private URI uri(String path) {
    return URI.create("http://127.0.0.1:" + mailroom.port() + path);
  }

  private HttpResponse<String> send(HttpClient browser, HttpRequest.Builder request)
      throws Exception {
    return browser.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  private HttpResponse<String> get(HttpClient browser, String path, String... headers)
      throws Exception {
    HttpRequest.Builder request = HttpRequest.newBuilder(uri(path));
    return send(browser, headers.length == 0 ? request : request.headers(headers));
  }

  private static HttpClient browser() {
    return HttpClient.newBuilder().cookieHandler(new CookieManager()).build();
  }

  private static String token(String page) {
    Matcher token = Pattern.compile("name=\"_csrf\" value=\"([^\"]+)\"").matcher(page);
    assertThat(token.find()).isTrue();
    return token.group(1);
  }

  private HttpResponse<String> post(HttpClient browser, String path, String form) throws Exception {
    return send(
        browser,
        HttpRequest.newBuilder(uri(path))
            .header("Content-Type", "application/x-www-form-urlencoded")
            .POST(HttpRequest.BodyPublishers.ofString(form)));
  }

  private HttpResponse<String> signIn(HttpClient browser, String user, String secret)
      throws Exception {
    String token = token(get(browser, "/login").body());
    return post(
        browser,
        "/login",
        "username="
            + user
            + "&password="
            + URLEncoder.encode(secret, StandardCharsets.UTF_8)
            + "&_csrf="
            + URLEncoder.encode(token, StandardCharsets.UTF_8));
  }

  private static String basic(String user, String secret) {
    return "Basic "
        + Base64.getEncoder()
            .encodeToString((user + ":" + secret).getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void no_page_and_no_action_is_had_without_a_sign_in() throws Exception {
    List<String> paths =
        mailroom
            .bean("requestMappingHandlerMapping", RequestMappingHandlerMapping.class)
            .getHandlerMethods()
            .keySet()
            .stream()
            .flatMap(mapping -> mapping.getPatternValues().stream())
            .map(path -> path.replaceAll("\\{[^}]*}", "support"))
            .filter(path -> !List.of("/login", "/OAuth2Callback", "/error").contains(path))
            .distinct()
            .toList();
    for (String path : paths) {
      HttpResponse<String> read = get(browser(), path);
      assertThat(read.statusCode()).as(path).isEqualTo(302);
      assertThat(read.headers().firstValue("Location"))
          .as(path)
          .hasValueSatisfying(to -> assertThat(to).endsWith("/login"));
      HttpClient visitor = browser();
      String token =
          URLEncoder.encode(token(get(visitor, "/login").body()), StandardCharsets.UTF_8);
      HttpResponse<String> written = post(visitor, path, "_csrf=" + token);
      assertThat(written.statusCode()).as("POST " + path).isEqualTo(302);
      assertThat(written.headers().firstValue("Location"))
          .as("POST " + path)
          .hasValueSatisfying(to -> assertThat(to).endsWith("/login"));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/actuator",
        "/actuator/health",
        "/actuator/health/readiness",
        "/actuator/prometheus",
        "/actuator/info",
        "/actuator/env",
        "/jolokia",
        "/jolokia/version",
        "/actuator/jolokia"
      })
  void machines_need_a_password(String path) throws Exception {
    HttpResponse<String> answer = get(browser(), path);
    assertThat(answer.statusCode()).isEqualTo(401);
    assertThat(answer.headers().firstValue("WWW-Authenticate").orElse("")).startsWith("Basic");
    assertThat(get(browser(), path, "Authorization", basic("nobody", path)).statusCode())
        .isIn(401, 429);
  }

  /** As docs/monitoring/README.md has them; curl sends an address as it is. */
  @Test
  void the_documented_calls_over_jmx_are_answered() throws Exception {
    Matcher call =
        Pattern.compile(
                "^curl -u admin '?http://127\\.0\\.0\\.1:8080([^'\\s]+)'?$", Pattern.MULTILINE)
            .matcher(Files.readString(Path.of("docs/monitoring/README.md")));
    int calls = 0;
    while (call.find()) {
      HttpResponse<String> answer =
          get(browser(), call.group(1), "Authorization", basic("admin", password));
      assertThat(answer.statusCode()).as(call.group()).isEqualTo(200);
      assertThat(answer.body()).contains("\"status\":200");
      calls++;
    }
    assertThat(calls).isEqualTo(2);
  }

  @Test
  void hawtio_is_for_people_and_sends_them_to_the_sign_in() throws Exception {
    HttpResponse<String> answer = get(browser(), "/actuator/hawtio");
    assertThat(answer.statusCode()).isEqualTo(302);
    assertThat(answer.headers().firstValue("Location").orElse("")).endsWith("/login");
  }

  @Test
  void liveness_is_open_and_says_no_more() throws Exception {
    HttpResponse<String> answer = get(browser(), "/actuator/health/liveness");
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.body()).isEqualTo("{\"status\":\"UP\"}");
  }

  @Test
  void a_scraper_signs_in_with_each_request_and_gets_no_session() throws Exception {
    HttpResponse<String> answer =
        get(
            browser(),
            "/actuator/health",
            "Authorization",
            basic("admin", password),
            "X-Forwarded-For",
            "203.0.113.1");
    assertThat(answer.statusCode()).isIn(200, 503);
    assertThat(answer.headers().allValues("Set-Cookie")).isEmpty();
  }

  @Test
  void a_password_for_machines_opens_no_page() throws Exception {
    assertThat(get(browser(), "/failed", "Authorization", basic("admin", password)).statusCode())
        .isEqualTo(302);
  }

  @Test
  void a_page_of_another_site_can_use_nobodys_password_or_session_for_monitoring()
      throws Exception {
    assertThat(
            get(
                    browser(),
                    "/actuator/health",
                    "Authorization",
                    basic("admin", password),
                    "Sec-Fetch-Site",
                    "cross-site",
                    "X-Forwarded-For",
                    "203.0.113.2")
                .statusCode())
        .isEqualTo(403);
    HttpClient browser = browser();
    signIn(browser, "admin", password);
    assertThat(get(browser, "/jolokia/version", "Sec-Fetch-Site", "cross-site").statusCode())
        .isEqualTo(403);
    assertThat(get(browser, "/jolokia/version", "Origin", "https://evil.example").statusCode())
        .isEqualTo(403);
    assertThat(get(browser, "/jolokia/version").statusCode()).isEqualTo(403);
  }

  @Test
  void the_session_cookie_is_kept_from_scripts_and_other_sites_and_is_only_had_at_sign_in()
      throws Exception {
    HttpClient browser = browser();
    assertThat(get(browser, "/login").headers().allValues("Set-Cookie"))
        .isNotEmpty()
        .allSatisfy(
            cookie ->
                assertThat(cookie)
                    .doesNotStartWith("mailroom=")
                    .contains("HttpOnly")
                    .contains("SameSite=Lax")
                    .doesNotContain("Secure"));
    HttpResponse<String> signedIn = signIn(browser, "admin", password);
    assertThat(uri("/").resolve(signedIn.headers().firstValue("Location").orElseThrow()))
        .isEqualTo(uri("/"));
    assertThat(session(signedIn))
        .contains("HttpOnly")
        .contains("SameSite=Lax")
        .doesNotContain("Secure");
    String again = session(signIn(browser, "admin", password));
    assertThat(again.split(";")[0]).isNotEqualTo(session(signedIn).split(";")[0]);
    HttpResponse<String> secure = get(browser(), "/login", "X-Forwarded-Proto", "https");
    assertThat(secure.headers().allValues("Set-Cookie"))
        .isNotEmpty()
        .allSatisfy(cookie -> assertThat(cookie).contains("Secure"));
  }

  private static String session(HttpResponse<String> answer) {
    return answer.headers().allValues("Set-Cookie").stream()
        .filter(cookie -> cookie.startsWith("mailroom="))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void every_answer_carries_the_security_headers() throws Exception {
    for (String path :
        List.of("/login", "/", "/actuator/health", "/OAuth2Callback", "/console/console.js")) {
      var headers = get(browser(), path).headers();
      String policy = headers.firstValue("Content-Security-Policy").orElse("");
      assertThat(policy)
          .as(path)
          .contains("default-src 'none'")
          .contains("frame-ancestors 'none'")
          .doesNotContain("unsafe");
      assertThat(headers.firstValue("X-Content-Type-Options")).as(path).contains("nosniff");
      assertThat(headers.firstValue("Referrer-Policy")).as(path).contains("same-origin");
    }
  }

  @Test
  void a_form_without_the_token_of_its_session_does_nothing() throws Exception {
    HttpClient browser = browser();
    signIn(browser, "admin", password);
    String stranger =
        URLEncoder.encode(token(get(browser(), "/login").body()), StandardCharsets.UTF_8);
    for (String path : List.of("/logout", "/login", "/failed/retry")) {
      assertThat(post(browser, path, "").statusCode()).as(path).isEqualTo(403);
      assertThat(post(browser, path, "_csrf=" + stranger).statusCode()).as(path).isEqualTo(403);
    }
  }

  @Test
  void guessing_is_slowed_down_for_the_guesser_alone() throws Exception {
    HttpClient guesser =
        HttpClient.newBuilder()
            .cookieHandler(new CookieManager())
            .followRedirects(HttpClient.Redirect.NORMAL)
            .build();
    for (int i = 0; i < 5; i++) {
      assertThat(signIn(guesser, "guessed", "wrong" + i).body())
          .contains("Name or password is wrong.");
    }
    assertThat(signIn(guesser, "guessed", "wrong").body())
        .contains("Too many failed attempts from your address. Try again in ");
    // another user from there, and the same name from elsewhere, aren't concerned
    assertThat(signIn(browser(), "admin", password).headers().firstValue("Location").orElseThrow())
        .doesNotContain("error");
    String elsewhere = "198.51.100.7";
    assertThat(
            get(
                    browser(),
                    "/actuator/health",
                    "Authorization",
                    basic("guessed", "wrong"),
                    "X-Forwarded-For",
                    elsewhere)
                .statusCode())
        .isEqualTo(401);
    for (int i = 0; i < 5; i++) {
      get(
          browser(),
          "/actuator/health",
          "Authorization",
          basic("scraper", "wrong"),
          "X-Forwarded-For",
          elsewhere);
    }
    assertThat(
            get(
                    browser(),
                    "/actuator/health",
                    "Authorization",
                    basic("scraper", "wrong"),
                    "X-Forwarded-For",
                    elsewhere)
                .statusCode())
        .isEqualTo(429);
  }

  @Test
  void a_command_sets_a_new_password_beside_the_running_console_and_only_its_hash_is_kept()
      throws Exception {
    List<String> settings = MailroomRun.settings(tenant, folder);
    String before = password;
    assertThat(MailroomCommand.run(new String[] {"password"}, MailroomRun.launcher(settings)))
        .isZero();
    String hash =
        mailroom
            .database()
            .queryForObject(
                "select password_hash from console_user where name = 'admin'", String.class);
    assertThat(hash).startsWith("{bcrypt}").doesNotContain(before);
    passWhatIsRemembered();
    await()
        .pollInterval(Duration.ofSeconds(2))
        .pollDelay(Duration.ZERO)
        .atMost(Duration.ofSeconds(30))
        .until(() -> statusOfScraper(before) == 401);
    // back to the first one, for the other tests
    new AdminPassword(mailroom.database(), Clock.systemUTC()).set(before);
    passWhatIsRemembered();
    // seldom: each refusal counts against the user, wherever it comes from
    await()
        .pollInterval(Duration.ofSeconds(2))
        .pollDelay(Duration.ZERO)
        .atMost(Duration.ofSeconds(30))
        .until(() -> List.of(200, 503).contains(statusOfScraper(before)));
  }

  @Test
  void when_the_password_changes_the_sessions_of_its_user_end_and_are_told_why() throws Exception {
    HttpClient open = browser();
    signIn(open, "admin", password);
    assertThat(get(open, "/").statusCode()).isEqualTo(200);
    AdminPassword passwords = new AdminPassword(mailroom.database(), Clock.systemUTC());
    passwords.set("another horse battery");
    passWhatIsRemembered();
    await().atMost(Duration.ofSeconds(30)).until(() -> get(open, "/").statusCode() == 302);
    assertThat(get(open, "/failed").headers().firstValue("Location").orElseThrow())
        .endsWith("/login");
    assertThat(get(open, "/login?changed").body()).contains("The password was changed");
    HttpClient again = browser();
    signIn(again, "admin", "another horse battery");
    assertThat(get(again, "/").statusCode()).isEqualTo(200);
    passwords.set(password);
    passWhatIsRemembered();
    await().atMost(Duration.ofSeconds(30)).until(() -> get(again, "/").statusCode() == 302);
  }

  /** A password that was read is remembered for five seconds. */
  private void passWhatIsRemembered() {
    mailroom.bean(TravellingClock.class).travel(Duration.ofSeconds(6));
  }

  /** From another address each time, so that no attempt has to wait. */
  private int statusOfScraper(String secret) throws Exception {
    String address = "203.0.113." + addresses.incrementAndGet();
    return get(
            browser(),
            "/actuator/health",
            "Authorization",
            basic("admin", secret),
            "X-Forwarded-For",
            address)
        .statusCode();
  }
}
