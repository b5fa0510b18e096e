package org.mailroom;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.net.CookieManager;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.mailroom.delivery.EmbeddedBroker;
import org.mailroom.demo.DemoTenant;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/**
 * What an attacker tries at the console, without a login and with one, and what each role may do.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@ExtendWith(OutputCaptureExtension.class)
class ConsoleSecurityTest {

  private static final Pattern TOKEN = Pattern.compile("name=\"_csrf\" value=\"([^\"]+)\"");

  private Path folder;
  private DemoTenant tenant;
  private MailroomRun mailroom;
  private HttpClient administrator;

  @BeforeAll
  void start(@TempDir Path temporary) throws Exception {
    folder = temporary;
    tenant = DemoTenant.start();
    tenant.mailbox("support@contoso.com");
    Files.setPosixFilePermissions(
        Files.createDirectory(folder.resolve("data")),
        PosixFilePermissions.fromString("rwxr-xr-x"));
    mailroom =
        MailroomRun.startRuntime(
            tenant,
            folder,
            "--mailroom.accounts.support.poll-every=1h",
            "--mailroom.credentials.of-the-file.grant-type=authorization-code",
            "--mailroom.credentials.of-the-file.tenant-id=contoso.com",
            "--mailroom.credentials.of-the-file.client-id=c",
            "--mailroom.credentials.of-the-file.client-secret=s",
            "--mailroom.credentials.of-the-file.authorization-url=https://login.microsoftonline.com/contoso.com/oauth2/v2.0/authorize?login_hint=anna%40contoso.com");
    administrator = signIn(MailroomRun.USER, MailroomRun.PASSWORD);
  }

  @AfterAll
  void stop() {
    mailroom.close();
    tenant.close();
  }

  private URI uri(String path) {
    return URI.create("http://127.0.0.1:" + mailroom.port() + path);
  }

  private static HttpClient browser() {
    return HttpClient.newBuilder().cookieHandler(new CookieManager()).build();
  }

  private static HttpResponse<String> send(HttpClient browser, HttpRequest.Builder request)
      throws Exception {
    return browser.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  private HttpResponse<String> get(HttpClient browser, String path, String... headers)
      throws Exception {
    HttpRequest.Builder request = HttpRequest.newBuilder(uri(path));
    return send(browser, headers.length == 0 ? request : request.headers(headers));
  }

  private static String encoded(Map<String, String> fields) {
    return fields.entrySet().stream()
        .map(
            field ->
                URLEncoder.encode(field.getKey(), StandardCharsets.UTF_8)
                    + "="
                    + URLEncoder.encode(field.getValue(), StandardCharsets.UTF_8))
        .collect(Collectors.joining("&"));
  }

  /** Sends a form with the token of a page that this browser sees. */
  private HttpResponse<String> post(HttpClient browser, String path, Map<String, String> fields)
      throws Exception {
    Matcher token = TOKEN.matcher(get(browser, "/login").body());
    assertThat(token.find()).isTrue();
    Map<String, String> all = new HashMap<>(fields);
    all.put("_csrf", token.group(1));
    return send(
        browser,
        HttpRequest.newBuilder(uri(path))
            .header("Content-Type", "application/x-www-form-urlencoded")
            .POST(HttpRequest.BodyPublishers.ofString(encoded(all))));
  }

  private HttpClient signIn(String user, String password) throws Exception {
    HttpClient browser = browser();
    assertThat(
            post(browser, "/login", Map.of("username", user, "password", password))
                .headers()
                .firstValue("Location")
                .orElse(""))
        .doesNotContain("error");
    return browser;
  }

  private HttpResponse<String> jolokia(String basic, String json) throws Exception {
    return send(
        browser(),
        HttpRequest.newBuilder(uri("/actuator/jolokia"))
            .header("Authorization", basic)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(json)));
  }

  private static String exec(String mbean, String operation, String... arguments) {
    String all =
        List.of(arguments).stream()
            .map(each -> "\"" + each.replace("\\", "\\\\").replace("\"", "\\\"") + "\"")
            .collect(Collectors.joining(","));
    return "{\"type\":\"exec\",\"mbean\":\""
        + mbean.replace("\"", "\\\"")
        + "\",\"operation\":\""
        + operation
        + "\",\"arguments\":["
        + all
        + "]}";
  }

  @Test
  @Order(1)
  void whoever_is_not_signed_in_gets_no_session_whatever_is_asked_for() throws Exception {
    for (String path :
        List.of(
            "/",
            "/failed?account=x",
            "/messages",
            "/credentials/~new",
            "/login",
            "/login?error",
            "/OAuth2Callback?code=a&state=b",
            "/actuator/health",
            "/actuator/hawtio",
            "/actuator/jolokia",
            "/no-such-page",
            "/console/console.css")) {
      HttpResponse<String> answer = get(browser(), path);
      assertThat(answer.headers().allValues("Set-Cookie"))
          .as(path)
          .noneMatch(cookie -> cookie.startsWith("mailroom="));
    }
    HttpClient stranger = browser();
    assertThat(
            post(stranger, "/login", Map.of("username", "stranger", "password", "wrong"))
                .headers()
                .firstValue("Location")
                .orElse(""))
        .contains("error");
    assertThat(get(stranger, "/login?error=password").body())
        .contains("Name or password is wrong.");
    assertThat(post(browser(), "/failed/retry", Map.of()).headers().allValues("Set-Cookie"))
        .noneMatch(cookie -> cookie.startsWith("mailroom="));
    assertThat(get(stranger, "/failed").headers().allValues("Set-Cookie"))
        .noneMatch(cookie -> cookie.startsWith("mailroom="));
  }

  @Test
  void five_thousand_requests_of_strangers_leave_no_session_and_no_memory() throws Exception {
    strangers(5_000);
  }

  /** As many as ended in an OutOfMemoryError once, at 12 KB each. */
  @Test
  @Tag("proof")
  @Timeout(value = 20, unit = TimeUnit.MINUTES)
  void forty_thousand_requests_of_strangers_leave_no_session_and_no_memory() throws Exception {
    strangers(40_000);
  }

  private void strangers(int requests) throws Exception {
    HttpClient noCookies = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    for (int i = 0; i < 200; i++) {
      ask(noCookies, i);
    }
    int sessions = mailroom.sessions();
    long before = heap();
    ExecutorService several = Executors.newFixedThreadPool(8);
    try {
      List<Future<?>> asked = new ArrayList<>();
      for (int i = 0; i < requests; i++) {
        int number = i;
        asked.add(
            several.submit(
                () -> {
                  HttpResponse<Void> answer = ask(noCookies, number);
                  assertThat(answer.statusCode()).isIn(302, 403);
                  assertThat(answer.headers().allValues("Set-Cookie"))
                      .noneMatch(cookie -> cookie.startsWith("mailroom="));
                  return null;
                }));
      }
      for (Future<?> each : asked) {
        each.get();
      }
    } finally {
      several.shutdown();
    }
    assertThat(mailroom.sessions()).isEqualTo(sessions);
    assertThat(heap() - before).as("bytes that stay").isLessThan(requests * 1_000L + 5_000_000);
  }

  /** Pages that need a sign-in, with long addresses, and now and then a form without a token. */
  private HttpResponse<Void> ask(HttpClient stranger, int number) throws Exception {
    String path =
        List.of("/failed?account=", "/messages?q=", "/credentials/", "/no-such-page/", "/accounts/")
                .get(number % 5)
            + "x".repeat(200)
            + number;
    HttpRequest.Builder request =
        HttpRequest.newBuilder(uri(path)).header("User-Agent", "stranger " + "y".repeat(500));
    return stranger.send(
        number % 10 == 9
            ? request.POST(HttpRequest.BodyPublishers.ofString("a=b")).build()
            : request.build(),
        HttpResponse.BodyHandlers.discarding());
  }

  private static long heap() {
    System.gc();
    System.gc();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }

  @Test
  void
      a_form_of_an_earlier_sign_in_and_what_a_role_may_not_do_are_told_on_pages_with_the_navigation()
          throws Exception {
    HttpResponse<String> stale =
        send(
            administrator,
            HttpRequest.newBuilder(uri("/failed/retry"))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .header("Accept", "text/html")
                .POST(HttpRequest.BodyPublishers.ofString("_csrf=of-an-earlier-sign-in")));
    assertThat(stale.statusCode()).isEqualTo(403);
    assertThat(stale.body())
        .contains("That form is too old")
        .contains("Nothing was done")
        .contains("aria-label=\"Main\"")
        .contains("Sign out")
        .doesNotContain("Your role");
    HttpClient viewer = signIn("vito", made("vito", "viewer"));
    HttpResponse<String> refused = get(viewer, "/users", "Accept", "text/html");
    assertThat(refused.statusCode()).isEqualTo(403);
    assertThat(refused.body())
        .contains("Your role doesn’t allow it")
        .contains("aria-label=\"Main\"")
        .doesNotContain("href=\"/users\"");
    HttpResponse<String> missing = get(viewer, "/account/nobody", "Accept", "text/html");
    assertThat(missing.statusCode()).isEqualTo(404);
    assertThat(missing.body()).contains("There is no such page").contains("aria-label=\"Main\"");
    // whoever isn't signed in is led to the sign-in, and sees nothing of the console
    HttpResponse<String> stranger =
        send(
            browser(),
            HttpRequest.newBuilder(uri("/failed/retry"))
                .header("Accept", "text/html")
                .POST(HttpRequest.BodyPublishers.ofString("")));
    assertThat(stranger.statusCode()).isEqualTo(403);
    assertThat(stranger.body())
        .contains("You aren’t signed in any more")
        .doesNotContain("aria-label=\"Main\"");
    assertThat(
            get(administrator, "/actuator/nothing", "Accept", "application/json")
                .headers()
                .firstValue("Content-Type")
                .orElse(""))
        .contains("json");
  }

  @Test
  void a_sign_in_leads_back_to_the_page_that_was_asked_for_and_never_to_another_server()
      throws Exception {
    HttpClient browser = browser();
    get(browser, "/failed?account=support");
    HttpResponse<String> signedIn =
        post(
            browser,
            "/login",
            Map.of("username", MailroomRun.USER, "password", MailroomRun.PASSWORD));
    assertThat(uri("/").resolve(signedIn.headers().firstValue("Location").orElseThrow()))
        .isEqualTo(uri("/failed?account=support"));
    for (String evil :
        List.of(
            "//evil.example/",
            "https://evil.example/",
            "/\\evil.example",
            "/x\r\nSet-Cookie: a=b")) {
      HttpClient led = browser();
      String token =
          TOKEN.matcher(get(led, "/login").body()).results().findFirst().orElseThrow().group(1);
      String cookies =
          ((CookieManager) led.cookieHandler().orElseThrow())
              .getCookieStore().getCookies().stream()
                  .map(each -> each.getName() + "=" + each.getValue())
                  .collect(Collectors.joining("; "));
      HttpResponse<String> answer =
          send(
              HttpClient.newHttpClient(),
              HttpRequest.newBuilder(uri("/login"))
                  .header("Content-Type", "application/x-www-form-urlencoded")
                  .header(
                      "Cookie",
                      cookies
                          + "; mailroom-page="
                          + Base64.getUrlEncoder()
                              .encodeToString(evil.getBytes(StandardCharsets.UTF_8)))
                  .POST(
                      HttpRequest.BodyPublishers.ofString(
                          encoded(
                              Map.of(
                                  "username",
                                  MailroomRun.USER,
                                  "password",
                                  MailroomRun.PASSWORD,
                                  "_csrf",
                                  token)))));
      assertThat(uri("/").resolve(answer.headers().firstValue("Location").orElseThrow()))
          .as(evil)
          .isEqualTo(uri("/"));
    }
  }

  @Test
  void over_jolokia_mailroom_and_routes_are_operated_and_nothing_else_is(CapturedOutput output)
      throws Exception {
    Files.writeString(folder.resolve("key.txt"), "the secret key");
    String context = "org.apache.camel:context=mailroom,type=context,name=\"mailroom\"";
    List<String> refused =
        List.of(
            exec(
                context,
                "createEndpoint(java.lang.String)",
                "language:simple:resource:file:" + folder.resolve("key.txt")),
            exec(
                context,
                "sendStringBody(java.lang.String,java.lang.String)",
                "language:simple:resource:file:" + folder.resolve("key.txt"),
                ""),
            exec(
                context,
                "requestStringBody(java.lang.String,java.lang.String)",
                "sql:select password_hash from console_user",
                ""),
            exec(context, "dumpRoutesAsXml(boolean)", "true"),
            exec(context, "stop()"),
            exec(
                "org.apache.camel:context=mailroom,type=routes,name=\"import-account\"",
                "updateRouteFromXml(java.lang.String)",
                "<route/>"),
            exec(
                "org.apache.camel:context=mailroom,type=routes,name=\"import-account\"",
                "remove()"),
            exec(
                "com.sun.management:type=DiagnosticCommand",
                "compilerDirectivesAdd",
                "/etc/passwd"),
            exec("com.sun.management:type=DiagnosticCommand", "jvmtiAgentLoad", "/tmp/agent.so"),
            exec(
                "com.sun.management:type=HotSpotDiagnostic",
                "dumpHeap",
                folder.resolve("heap.hprof").toString(),
                "true"),
            exec("java.util.logging:type=Logging", "setLoggerLevel", "org.apache", "ALL"),
            exec("java.lang:type=Memory", "gc"),
            exec("org.apache.activemq.artemis:broker=\"localhost\"", "listMessages"),
            "{\"type\":\"read\",\"mbean\":\"java.lang:type=Runtime\",\"attribute\":\"SystemProperties\"}",
            "{\"type\":\"read\",\"mbean\":\"com.sun.management:type=HotSpotDiagnostic\",\"attribute\":\"DiagnosticOptions\"}",
            "{\"type\":\"write\",\"mbean\":\"org.apache.camel:context=mailroom,type=context,name=\\\"mailroom\\\"\",\"attribute\":\"Tracing\",\"value\":true}");
    for (String request : refused) {
      assertThat(jolokia(MailroomRun.BASIC, request).body())
          .as(request)
          .doesNotContain("\"status\":200")
          .doesNotContain("the secret key");
    }
    assertThat(folder.resolve("heap.hprof")).doesNotExist();
    try (ServerSocket elsewhere = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      elsewhere.setSoTimeout(500);
      String target = "service:jmx:rmi:///jndi/ldap://127.0.0.1:" + elsewhere.getLocalPort() + "/x";
      assertThat(
              jolokia(
                      MailroomRun.BASIC,
                      "{\"type\":\"read\",\"mbean\":\"java.lang:type=Runtime\",\"attribute\":\"Name\",\"target\":{\"url\":\""
                          + target
                          + "\"}}")
                  .body())
          .as("of this process, whatever was asked")
          .contains(ManagementFactory.getRuntimeMXBean().getName());
      assertThatThrownBy(elsewhere::accept)
          .as("there is no way to another JVM")
          .isInstanceOf(SocketTimeoutException.class);
    }
    String list =
        get(browser(), "/actuator/jolokia/list", "Authorization", MailroomRun.BASIC).body();
    assertThat(list)
        .contains("org.mailroom")
        .doesNotContain("DiagnosticCommand")
        .doesNotContain("HotSpotDiagnostic");

    assertThat(
            jolokia(
                    MailroomRun.BASIC,
                    "{\"type\":\"read\",\"mbean\":\"org.mailroom:type=Account,name=\\\"support\\\"\"}")
                .body())
        .contains("support@contoso.com");
    assertThat(
            jolokia(
                    MailroomRun.BASIC,
                    "{\"type\":\"read\",\"mbean\":\"java.lang:type=Memory\",\"attribute\":\"HeapMemoryUsage\"}")
                .body())
        .contains("\"status\":200");
    assertThat(jolokia(MailroomRun.BASIC, exec(context, "dumpRoutesAsXml()")).body())
        .contains("import-account")
        .contains("\"status\":200");
    String route = "org.apache.camel:context=mailroom,type=routes,name=\"deliver-to-file\"";
    assertThat(jolokia(MailroomRun.BASIC, exec(route, "stop()")).body()).contains("\"status\":200");
    assertThat(jolokia(MailroomRun.BASIC, exec(route, "start()")).body())
        .contains("\"status\":200");
    String account = "org.mailroom:type=Account,name=\"support\"";
    assertThat(jolokia(MailroomRun.BASIC, exec(account, "pause()")).body())
        .contains("\"status\":200");
    assertThat(get(administrator, "/account/support").body()).contains("It was paused by admin at");
    assertThat(jolokia(MailroomRun.BASIC, exec(account, "resume()")).body())
        .contains("\"status\":200");

    assertThat(output.getAll())
        .contains(
            "admin called "
                + route.replace(
                    "context=mailroom,type=routes,name=\"deliver-to-file\"",
                    "context=mailroom,name=\"deliver-to-file\",type=routes")
                + ": stop()")
        .contains("admin was refused to call com.sun.management:type=HotSpotDiagnostic");
    assertThat(get(administrator, "/trail").body())
        .contains("was refused to call com.sun.management:type=HotSpotDiagnostic")
        .contains("paused account support");
  }

  @Test
  void a_stored_secret_goes_nowhere_else_and_names_no_file_of_the_server() throws Exception {
    Map<String, String> fields =
        Map.of(
            "id",
            "guarded",
            "grant-type",
            "client-credentials",
            "tenant-id",
            DemoTenant.TENANT_ID,
            "client-id",
            DemoTenant.CLIENT_ID,
            "client-secret",
            DemoTenant.CLIENT_SECRET);
    assertThat(post(administrator, "/credentials/~new", fields).statusCode()).isEqualTo(302);
    for (String elsewhere :
        List.of(
            "https://evil.example/token",
            "http://127.0.0.1:1/token",
            "https://login.microsoftonline.com@evil.example/token",
            "https://login.microsoftonline.com:8443/token",
            "https://login.microsoftonline.com.evil.example/token")) {
      Map<String, String> changed = new HashMap<>(fields);
      changed.put("token-url", elsewhere);
      for (String secret : List.of("", "another secret")) {
        changed.put("client-secret", secret);
        HttpResponse<String> answer = post(administrator, "/credentials/guarded", changed);
        assertThat(answer.statusCode()).as(elsewhere).isEqualTo(422);
        assertThat(answer.body()).as(elsewhere).contains("mailroom.login-hosts");
      }
    }
    Map<String, String> otherCloud = new HashMap<>(fields);
    otherCloud.put(
        "token-url",
        "https://login.microsoftonline.us/" + DemoTenant.TENANT_ID + "/oauth2/v2.0/token");
    otherCloud.put("client-secret", "");
    assertThat(post(administrator, "/credentials/guarded", otherCloud).body())
        .contains("has to be entered again");
    otherCloud.put("client-secret", "the secret of that cloud");
    assertThat(post(administrator, "/credentials/guarded", otherCloud).statusCode()).isEqualTo(302);
    // what was stored before there was a rule
    mailroom
        .database()
        .update(
            "update credential set settings = replace(settings, 'login.microsoftonline.us',"
                + " 'evil.example') where id = 'guarded'");
    mailroom.database().update("update settings_revision set revision = revision + 1");
    org.awaitility.Awaitility.await()
        .until(
            () ->
                get(administrator, "/credentials/guarded")
                    .body()
                    .contains("leads to evil.example"));
    post(administrator, "/credentials/guarded/test", Map.of());
    assertThat(get(administrator, "/credentials/guarded").body())
        .contains("leads to evil.example:443");

    Map<String, String> withFile = new HashMap<>(fields);
    withFile.put("id", "with-file");
    withFile.put("client-secret", "");
    withFile.put("federated-token-file", "/etc/passwd");
    assertThat(post(administrator, "/credentials/~new", withFile).statusCode()).isEqualTo(422);
    String trail = get(administrator, "/trail").body();
    assertThat(trail)
        .contains("created credential guarded")
        .contains("changed credential guarded")
        .doesNotContain(DemoTenant.CLIENT_SECRET)
        .doesNotContain("the secret of that cloud");
  }

  @ParameterizedTest
  @CsvSource({
    "/actuator/jolokia;x/list, 404",
    "//, 404",
    "//actuator/jolokia, 404",
    "/actuator/jolokia/..%2flist, 400",
    "/%2e%2e/, 400",
    "/messages;jsessionid=1, 404"
  })
  void addresses_that_no_browser_writes_are_not_there_and_leave_no_stack_trace(
      String path, int status, CapturedOutput output) throws Exception {
    try (java.net.Socket socket = new java.net.Socket("127.0.0.1", mailroom.port())) {
      socket
          .getOutputStream()
          .write(
              ("GET "
                      + path
                      + " HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: "
                      + MailroomRun.BASIC
                      + "\r\nConnection: close\r\n\r\n")
                  .getBytes(StandardCharsets.US_ASCII));
      String answer =
          new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
      assertThat(answer).startsWith("HTTP/1.1 " + status).doesNotContain("Exception");
    }
    assertThat(output.getAll()).doesNotContain("RequestRejectedException");
  }

  @Test
  void a_page_that_leads_to_hawtios_sign_out_signs_nobody_out() throws Exception {
    HttpClient browser = signIn(MailroomRun.USER, MailroomRun.PASSWORD);
    assertThat(get(browser, "/actuator/hawtio/auth/logout").statusCode()).isEqualTo(403);
    assertThat(get(browser, "/").statusCode()).isEqualTo(200);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "credentials|description|REPEAT 300000|has at most 200 characters",
        "credentials|client-secret|REPEAT 5000|has at most 1000 characters",
        "credentials|id|NUL|device of Windows",
        "accounts|id|con|device of Windows",
        "accounts|id|Lpt1.x|device of Windows",
        "accounts|max-size|-1|max-size must be between 1KB and 4GB",
        "accounts|max-size|9999999999GB|such as 150MB",
        "accounts|poll-every|1000000000000h|poll-every must be between 1s and 31d",
        "accounts|poll-every|10ms|poll-every must be between 1s and 31d",
        "accounts|filter|REPEAT 5000|has at most 4000 characters",
        "accounts|mailbox|REPEAT 400|has at most 320 characters",
        "accounts|after-import.move-to|REPEAT 2000|has at most 1000 characters"
      })
  void senseless_values_are_refused_with_what_is_allowed(
      String form, String key, String value, String allowed) throws Exception {
    Map<String, String> fields =
        new HashMap<>(
            form.equals("credentials")
                ? Map.of(
                    "id",
                    "senseless",
                    "grant-type",
                    "client-credentials",
                    "tenant-id",
                    DemoTenant.TENANT_ID,
                    "client-id",
                    "c",
                    "client-secret",
                    "s")
                : Map.of(
                    "id",
                    "senseless",
                    "mailbox",
                    "support@contoso.com",
                    "credential",
                    "demo",
                    "deliver-to",
                    "database",
                    "content",
                    "json",
                    "folder",
                    "inbox",
                    "filter",
                    "isRead eq false",
                    "after-import.mark-as-read",
                    "on"));
    fields.put(
        key,
        value.startsWith("REPEAT ") ? "x".repeat(Integer.parseInt(value.substring(7))) : value);
    HttpResponse<String> answer = post(administrator, "/" + form + "/~new", fields);
    assertThat(answer.statusCode()).isEqualTo(422);
    assertThat(answer.body()).contains(allowed).contains("wrong-" + key);
  }

  @Test
  void what_is_larger_than_any_form_is_refused_in_words() throws Exception {
    HttpResponse<String> answer =
        send(
            administrator,
            HttpRequest.newBuilder(uri("/credentials/~new"))
                .header("Content-Type", "multipart/form-data; boundary=b")
                .header("Accept", "text/html")
                .POST(HttpRequest.BodyPublishers.ofByteArray(new byte[3_000_000])));
    assertThat(answer.statusCode()).isEqualTo(413);
    assertThat(answer.body()).contains("larger than any form").contains("aria-label=\"Main\"");
    // a form that isn't too large with a file that is
    String part =
        "--b\r\nContent-Disposition: form-data; name=\"certificate\"; filename=\"a.pfx\"\r\n\r\n"
            + "x".repeat(1_200_000)
            + "\r\n--b--\r\n";
    String token =
        TOKEN
            .matcher(get(administrator, "/credentials/~new").body())
            .results()
            .findFirst()
            .orElseThrow()
            .group(1);
    HttpResponse<String> file =
        send(
            administrator,
            HttpRequest.newBuilder(uri("/credentials/~new"))
                .header("Content-Type", "multipart/form-data; boundary=b")
                .header("Accept", "text/html")
                .header("X-CSRF-TOKEN", token)
                .POST(HttpRequest.BodyPublishers.ofString(part)));
    assertThat(file.statusCode()).isEqualTo(413);
    assertThat(file.body()).contains("may have 1 MB");
  }

  @Test
  void a_sign_in_leaves_with_what_the_address_says_and_comes_back_by_a_name_that_entra_id_takes()
      throws Exception {
    Map<String, String> fields =
        new HashMap<>(
            Map.of(
                "id",
                "delegated",
                "grant-type",
                "authorization-code",
                "tenant-id",
                "",
                "client-id",
                "c",
                "client-secret",
                "",
                "authorization-url",
                "https://login.microsoftonline.com/contoso.com/oauth2/v2.0/authorize?prompt=login&login_hint=anna%40contoso.com",
                "token-url",
                "https://login.microsoftonline.com/contoso.com/oauth2/v2.0/token"));
    HttpResponse<String> unproved = post(administrator, "/credentials/~new", fields);
    assertThat(unproved.statusCode()).isEqualTo(422);
    assertThat(unproved.body())
        .contains("is missing, and so is a certificate")
        .contains("value=\"contoso.com\"")
        .doesNotContain("is kept for ten minutes");
    fields.putAll(Map.of("client-secret", "seen by nobody", "secret-expires", "soon"));
    assertThat(post(administrator, "/credentials/~new", fields).body())
        .contains("is kept for ten minutes")
        .doesNotContain("seen by nobody");
    fields.putAll(Map.of("client-secret", "", "secret-expires", ""));
    assertThat(post(administrator, "/credentials/~new", fields).statusCode()).isEqualTo(302);
    assertThat(get(administrator, "/credentials/delegated").body())
        .contains("http://localhost:" + mailroom.port() + "/OAuth2Callback")
        .contains("value=\"contoso.com\"");
    String left = post(administrator, "/credentials/delegated/sign-in", Map.of()).body();
    assertThat(left)
        .contains("authorize?prompt=login&amp;login_hint=anna%40contoso.com&amp;client_id=c&amp;")
        .contains(
            "redirect_uri="
                + URLEncoder.encode(
                    "http://localhost:" + mailroom.port() + "/OAuth2Callback",
                    StandardCharsets.UTF_8));
    assertThat(post(administrator, "/credentials/of-the-file/sign-in", Map.of()).body())
        .contains("login_hint=anna%40contoso.com&amp;client_id=c");
    left = post(administrator, "/credentials/delegated/sign-in", Map.of()).body();
    String state = left.replaceAll("(?s).*state=([A-Za-z0-9_-]+).*", "$1");
    HttpResponse<String> byOtherName =
        send(
            HttpClient.newHttpClient(),
            HttpRequest.newBuilder(
                URI.create(
                    "http://localhost:"
                        + mailroom.port()
                        + "/OAuth2Callback?error=access_denied&state="
                        + state)));
    assertThat(byOtherName.headers().firstValue("Location").orElse(""))
        .isEqualTo(uri("/OAuth2Callback?error=access_denied&state=" + state).toString());
    assertThat(get(administrator, "/OAuth2Callback?error=access_denied&state=" + state).body())
        .contains("Back to credential delegated");
  }

  @Test
  void the_first_test_of_a_credential_asks_for_one_token_and_the_next_one_for_another()
      throws Exception {
    Map<String, String> fields =
        Map.of(
            "id",
            "counted",
            "grant-type",
            "client-credentials",
            "tenant-id",
            DemoTenant.TENANT_ID,
            "client-id",
            DemoTenant.CLIENT_ID,
            "client-secret",
            DemoTenant.CLIENT_SECRET);
    assertThat(post(administrator, "/credentials/~new", fields).statusCode()).isEqualTo(302);
    get(administrator, "/credentials/counted");
    int before = tenant.tokenRequests();
    post(administrator, "/credentials/counted/test", Map.of());
    assertThat(get(administrator, "/credentials/counted").body()).contains("It works");
    assertThat(tenant.tokenRequests()).isEqualTo(before + 1);
    post(administrator, "/credentials/counted/test", Map.of());
    assertThat(tenant.tokenRequests()).isEqualTo(before + 2);
  }

  @Test
  void each_role_may_do_what_it_is_for_and_no_more() throws Exception {
    mailroom
        .database()
        .update(
            "insert into delivery (account, message_id, destination, status, attempts, last_error,"
                + " subject, last_attempt_at) values ('support', 'm-1', 'database', 'FAILED', 1,"
                + " 'NoSpaceException: nothing left.', 'Salary of Anna', current_timestamp)");
    HttpClient viewer = signIn("vera", made("vera", "viewer"));
    HttpClient operator = signIn("olga", made("olga", "operator"));

    for (String page :
        List.of(
            "/",
            "/account/support",
            "/failed",
            "/accounts",
            "/accounts/support",
            "/credentials",
            "/credentials/demo",
            "/routes",
            "/routes/import-account",
            "/nodes",
            "/actuator/health")) {
      HttpResponse<String> seen = get(viewer, page);
      assertThat(seen.statusCode()).as(page).isEqualTo(200);
      // signing out is all that a viewer can send
      assertThat(seen.body().split("method=\"post\"", -1))
          .as(page)
          .hasSizeLessThanOrEqualTo(
              page.startsWith("/accounts") || page.startsWith("/credentials/") ? 3 : 2);
      assertThat(seen.body()).as(page).doesNotContain("Salary of Anna");
    }
    for (String page :
        List.of(
            "/messages",
            "/messages/message?account=support&id=x",
            "/messages/html?account=support&id=x",
            "/messages/message.json?account=support&id=x",
            "/messages/message.eml?account=support&id=x",
            "/trail",
            "/users",
            "/credentials/~new",
            "/accounts/~new",
            "/accounts/~folders?mailbox=support%40contoso.com&credential=demo")) {
      assertThat(get(viewer, page).statusCode()).as(page).isEqualTo(403);
    }
    for (String path :
        List.of(
            "/account/support/pause",
            "/account/support/import",
            "/account/support/check",
            "/account/support/backfill",
            "/failed/retry",
            "/failed/discard",
            "/failed/retry-chosen",
            "/failed/discard-chosen",
            "/messages/deliver-again",
            "/routes/deliver-to-file/stop",
            "/credentials/~new",
            "/credentials/demo",
            "/credentials/demo/test",
            "/credentials/demo/sign-in",
            "/credentials/demo/delete",
            "/accounts/~new",
            "/accounts/support",
            "/accounts/~credential",
            "/users",
            "/users/vera/role",
            "/users/vera/password",
            "/users/vera/delete")) {
      assertThat(post(viewer, path, Map.of("role", "administrator", "name", "x")).statusCode())
          .as(path)
          .isEqualTo(403);
    }
    for (String path :
        List.of(
            "/credentials/~new",
            "/credentials/demo",
            "/credentials/demo/test",
            "/credentials/demo/delete",
            "/accounts/~new",
            "/accounts/support",
            "/accounts/~credential",
            "/users",
            "/users/olga/role")) {
      assertThat(post(operator, path, Map.of("role", "administrator", "name", "x")).statusCode())
          .as(path)
          .isEqualTo(403);
    }
    assertThat(get(operator, "/users").statusCode()).isEqualTo(403);
    assertThat(get(operator, "/failed").body()).contains("Salary of Anna");
    assertThat(get(operator, "/messages").statusCode()).isEqualTo(200);
    String basicOfViewer =
        "Basic "
            + Base64.getEncoder()
                .encodeToString(("vera:" + passwords.get("vera")).getBytes(StandardCharsets.UTF_8));
    assertThat(
            jolokia(basicOfViewer, exec("org.mailroom:type=Account,name=\"support\"", "pause()"))
                .body())
        .doesNotContain("\"status\":200");
    assertThat(
            jolokia(basicOfViewer, "{\"type\":\"read\",\"mbean\":\"org.mailroom:type=Failures\"}")
                .body())
        .contains("\"status\":200");

    assertThat(post(operator, "/account/support/pause", Map.of()).statusCode()).isEqualTo(302);
    assertThat(get(viewer, "/account/support").body()).contains("It was paused by olga at");
    assertThat(get(viewer, "/").body()).contains("It was paused by olga at");
    assertThat(post(operator, "/account/support/resume", Map.of()).statusCode()).isEqualTo(302);
    assertThat(post(operator, "/failed/discard", Map.of("account", "support")).statusCode())
        .isEqualTo(302);

    post(browser(), "/login", Map.of("username", "vera\r\nforged line", "password", "wrong"));
    post(browser(), "/login", Map.of("username", "my secret password", "password", "olga"));
    post(browser(), "/login", Map.of("username", "olga", "password", "wrong"));
    String trail = get(operator, "/trail").body();
    assertThat(trail)
        .doesNotContain("forged line")
        .doesNotContain("my secret password")
        .contains("an unknown user")
        .contains("olga")
        .contains("paused account support")
        .contains("resumed account support")
        .contains("discarded failed deliveries of support")
        .contains("created user vera")
        .contains("signed in to the console")
        .contains("failed to sign in to the console");
    assertThat(mailroom.database().queryForList("select who from console_trail", String.class))
        .noneMatch(who -> who.contains("\n"));

    // a changed role and a deleted user are out within seconds
    assertThat(post(administrator, "/users/olga/role", Map.of("role", "viewer")).statusCode())
        .isEqualTo(302);
    org.awaitility.Awaitility.await().until(() -> get(operator, "/messages").statusCode() == 302);
    assertThat(post(administrator, "/users/vera/delete", Map.of()).statusCode()).isEqualTo(302);
    org.awaitility.Awaitility.await().until(() -> get(viewer, "/").statusCode() == 302);
    assertThat(post(administrator, "/users/" + "admin" + "/delete", Map.of()).statusCode())
        .isIn(400, 404);
  }

  private final Map<String, String> passwords = new HashMap<>();

  private String made(String name, String role) throws Exception {
    // what an earlier form has to tell is told first
    get(administrator, "/users");
    assertThat(post(administrator, "/users", Map.of("name", name, "role", role)).statusCode())
        .isEqualTo(302);
    String page = get(administrator, "/users").body();
    Matcher told = Pattern.compile("<code>([^<]+)</code>").matcher(page);
    assertThat(told.find()).as(page).isTrue();
    assertThat(get(administrator, "/users").body()).doesNotContain(told.group(1));
    passwords.put(name, told.group(1));
    return told.group(1);
  }

  /** Whoever guesses can write any address there. */
  @Test
  void forwarded_addresses_are_believed_of_nobody_who_was_not_named_as_a_proxy() throws Exception {
    String wrong =
        "Basic "
            + Base64.getEncoder()
                .encodeToString("forwarded:wrong".getBytes(StandardCharsets.UTF_8));
    for (int i = 0; i < 5; i++) {
      assertThat(
              get(
                      browser(),
                      "/actuator/health",
                      "Authorization",
                      wrong,
                      "X-Forwarded-For",
                      "203.0.113." + i)
                  .statusCode())
          .isEqualTo(401);
    }
    assertThat(
            get(
                    browser(),
                    "/actuator/health",
                    "Authorization",
                    wrong,
                    "X-Forwarded-For",
                    "203.0.113.99")
                .statusCode())
        .isEqualTo(429);
    assertThat(
            get(browser(), "/login", "X-Forwarded-Proto", "https")
                .headers()
                .allValues("Set-Cookie"))
        .noneMatch(cookie -> cookie.contains("Secure"));
  }

  @Test
  void
      what_lies_below_the_data_dir_is_its_owners_alone_also_what_the_broker_makes_later_in_one_that_was_open()
          throws Exception {
    Path data = folder.resolve("data");
    mailroom.bean(EmbeddedBroker.class).start();
    assertThat(permissions(data)).as("it was there, and open to others").isEqualTo("rwx------");
    assertThat(permissions(data.resolve("broker"))).as("at once").isEqualTo("rwx------");
    assertThat(all(data))
        .anyMatch(each -> each.toString().endsWith(".amq"))
        .anyMatch(each -> each.toString().endsWith(".mv.db"))
        .allSatisfy(ConsoleSecurityTest::isItsOwners);
    // as the broker makes a file of its journal when those that it has are full
    Path later = Files.createFile(data.resolve("broker/journal/later.amq"));
    Files.setPosixFilePermissions(later, PosixFilePermissions.fromString("rw-r--r--"));
    await().atMost(Duration.ofSeconds(60)).until(() -> permissions(later).equals("rw-------"));
    Files.delete(later);
  }

  private static List<Path> all(Path folder) throws IOException {
    try (var files = Files.walk(folder)) {
      return files.toList();
    }
  }

  private static void isItsOwners(Path path) {
    try {
      assertThat(permissions(path))
          .as(path.toString())
          .isEqualTo(Files.isDirectory(path) ? "rwx------" : "rw-------");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String permissions(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }

  @Test
  void the_embedded_database_writes_no_mail_into_a_trace_file() throws Exception {
    try {
      mailroom
          .database()
          .update(
              "insert into console_trail (who, action, subject, done_at) values ('x', 'y', ?, 'no"
                  + " time')",
              "the text of a mail");
    } catch (org.springframework.dao.DataAccessException expected) {
      assertThat(expected).isNotNull();
    }
    try (var files = Files.list(folder.resolve("data"))) {
      assertThat(files.map(each -> each.getFileName().toString()))
          .noneMatch(name -> name.endsWith(".trace.db"));
    }
  }
}
