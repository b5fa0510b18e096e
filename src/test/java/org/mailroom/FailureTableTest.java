package org.mailroom;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.mailroom.FailureTable.Failure;
import org.mailroom.check.AccountCheck;
import org.mailroom.check.CheckStep;
import org.mailroom.demo.DemoMail;
import org.mailroom.demo.DemoTenant;
import org.mailroom.monitoring.AccountStatus;
import org.mailroom.monitoring.AccountStatuses;

/**
 * What can go wrong at a site, each seeded and then shown with cause and remedy by log, console,
 * health and {@code check} after the first poll.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FailureTableTest {

  private static final Duration PATIENCE = Duration.ofSeconds(120);
  private static final int FOR_GOOD = 1_000_000;

  private final List<Failure> failures = new ArrayList<>();
  private final List<AutoCloseable> servers = new ArrayList<>();
  private final List<DemoTenant> tenants = new ArrayList<>();
  private final List<String> settings = new ArrayList<>();
  private DemoTenant tenant;
  private MailroomRun mailroom;
  private FailureTable table;

  @BeforeAll
  void seedThemAllAndStart(@TempDir Path folder) throws Exception {
    table = new FailureTable(folder.resolve("mailroom.log"));
    settings.add(table.logSetting());
    tenant = tenant();
    settings.addAll(
        List.of(
            "--mailroom.importers=40",
            "--spring.artemis.mode=native",
            "--spring.artemis.broker-url=tcp://127.0.0.1:"
                + closedPort()
                + "?initialConnectAttempts=1"));

    credential(
        "wrong secret",
        "wrong-secret",
        "the client secret is wrong",
        "not its Secret ID",
        "--client-secret=guessed");
    credential(
        "secret id instead of value",
        "secret-id",
        "the client secret is wrong",
        "not its Secret ID",
        "--client-secret=0e9a1c5e-3c0b-4f0e-9d7f-2b8f5a1c9d3e");
    tenant
        .identity()
        .application("expired-secret")
        .secret("old", Instant.now().minusSeconds(60))
        .roles(Set.of("Mail.ReadWrite"));
    credential(
        "expired secret",
        "expired-secret",
        "the client secret has expired",
        "Create a new client secret",
        "--client-id=expired-secret",
        "--client-secret=old");
    refused(
        "expired certificate",
        "expired-certificate",
        401,
        "invalid_client",
        700027,
        "the certificate isn't accepted",
        "Upload this certificate");
    credential(
        "unknown application",
        "unknown-application",
        "the tenant doesn't know the application",
        "Check client-id and tenant-id",
        "--client-id=99999999-0000-0000-0000-000000000000");
    credential(
        "wrong tenant",
        "wrong-tenant",
        "there is no such tenant",
        "Check tenant-id",
        "--tenant-id=99999999-0000-0000-0000-000000000000");
    graph(
        "wrong cloud",
        "wrong-cloud",
        401,
        "InvalidAuthenticationToken",
        "Graph refused the access token",
        "belong to the same cloud",
        "mailbox");
    refused(
        "no consent",
        "no-consent",
        400,
        "invalid_grant",
        65001,
        "consent is missing",
        "grant admin consent");
    tenant.register("no-role", "s", Set.of());
    tenant.mailbox("no-role@contoso.com");
    credential(
        "role missing in the token",
        "no-role",
        "the application may not do this in this mailbox",
        "Mail.ReadWrite with admin consent",
        "--client-id=no-role",
        "--client-secret=s");
    last("mailbox");
    graph(
        "mailbox outside the access policy",
        "outside-policy",
        403,
        "ErrorAccessDenied",
        "the application may not do this",
        "its access policy or RBAC scope includes the mailbox",
        "mailbox");
    account(
        "mailbox unknown",
        "unknown-mailbox",
        "the tenant has no such mailbox",
        "Check the account's mailbox",
        "mailbox");
    graph(
        "no licence",
        "no-licence",
        404,
        "MailboxNotEnabledForRESTAPI",
        "the mailbox can't be reached through Graph",
        "Exchange Online licence",
        "mailbox");
    graph(
        "on-premises mailbox",
        "on-premises",
        403,
        "MailboxNotEnabledForRESTAPI",
        "the mailbox can't be reached through Graph",
        "migrate the mailbox from the on-premises server",
        "mailbox");
    tenant.mailbox("folder-missing@contoso.com");
    account(
        "folder missing",
        "folder-missing",
        "the mailbox has no such folder",
        "Check the account's folder",
        "folder",
        "--folder=Inbox/Nowhere");
    tenant.mailbox("bad-filter@contoso.com");
    account(
        "bad filter",
        "bad-filter",
        "InefficientFilter",
        "Simplify the account's filter",
        "listing",
        "--filter=contains(subject,'order')");
    refused(
        "refresh token expired",
        "refresh-expired",
        400,
        "invalid_grant",
        700082,
        "the refresh token expired",
        "Sign in again");
    refused(
        "refresh token revoked",
        "refresh-revoked",
        400,
        "invalid_grant",
        50173,
        "sign-in",
        "Sign in again");
    refused(
        "MFA demanded",
        "mfa",
        400,
        "interaction_required",
        50076,
        "multi-factor authentication",
        "Sign in again");
    refused(
        "conditional access block",
        "conditional-access",
        400,
        "invalid_grant",
        53003,
        "Conditional Access",
        "Have an administrator allow this application");
    credential("DNS failure", "dns", "", "", "--token-url=https://no-such-host.invalid/token");
    expect("Entra ID could not be reached", "DNS", "DNS");
    DemoTenant intercepting = DemoTenant.start();
    servers.add(intercepting);
    credential(
        "TLS interception",
        "tls",
        "",
        "",
        "--token-url="
            + intercepting.loginUrl()
            + "/"
            + DemoTenant.TENANT_ID
            + "/oauth2/v2.0/token");
    expect("Entra ID could not be reached", "mailroom.ssl-bundle", "TLS");
    credential(
        "clock skew", "clock", "", "", "--token-url=http://127.0.0.1:" + skewedServer() + "/token");
    expect("AADSTS700024", "clock", "clock");
    graph(
        "throttled for long",
        "throttled",
        429,
        "TooManyRequests",
        "throttle",
        "goes on by itself",
        "mailbox");
    graph(
        "Graph down",
        "graph-down",
        503,
        "serviceNotAvailable",
        "the service has trouble",
        "Mailroom tries again by itself",
        "mailbox");
    tenant.mailbox("queue-down@contoso.com").deliver(DemoMail.plain(1));
    account(
        "queue down",
        "queue-down",
        "queue",
        "Check that the broker runs",
        "destination",
        "--deliver-to=queue");
    Path share =
        Files.writeString(folder.resolve("share"), "no folder: as a share that isn't mounted");
    settings.add("--mailroom.destinations.drop=file:" + share + "/mail");
    // one alone might be refused for its own sake
    tenant.mailbox("share-gone@contoso.com").deliver(DemoMail.plain(1));
    tenant.mailbox("share-gone@contoso.com").deliver(DemoMail.plain(2));
    account(
        "share not mounted",
        "share-gone",
        "drop",
        "that a share is mounted",
        "destination",
        "--deliver-to=drop");

    List<String> all = new ArrayList<>(settings);
    Path trusted = folder.resolve("all.pem");
    Files.writeString(
        trusted, tenants.stream().map(DemoTenant::certificatePem).collect(Collectors.joining()));
    all.add("--spring.ssl.bundle.pem.demo.truststore.certificate=file:" + trusted);
    all.add("--mailroom.accounts.support.poll-every=1h");
    mailroom = MailroomRun.startRuntime(tenant, folder, all.toArray(String[]::new));
  }

  private DemoTenant tenant() {
    DemoTenant started = DemoTenant.start();
    servers.add(started);
    tenants.add(started);
    return started;
  }

  private static int closedPort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  /** A token endpoint two hours behind. */
  private int skewedServer() throws IOException {
    ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    servers.add(server);
    String body =
        "{\"error\":\"invalid_client\",\"error_description\":\"AADSTS700024: Client assertion is"
            + " not within its valid time range.\",\"error_codes\":[700024]}";
    answer(
        server,
        "HTTP/1.1 401 Unauthorized\r\nDate: "
            + DateTimeFormatter.RFC_1123_DATE_TIME.format(
                Instant.now().minusSeconds(7200).atZone(ZoneOffset.UTC))
            + "\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: "
            + body.length()
            + "\r\n\r\n"
            + body);
    return server.getLocalPort();
  }

  private static void answer(ServerSocket server, String answer) {
    Thread thread =
        new Thread(
            () -> {
              while (!server.isClosed()) {
                try (Socket client = server.accept()) {
                  BufferedReader request =
                      new BufferedReader(
                          new InputStreamReader(
                              client.getInputStream(), StandardCharsets.ISO_8859_1));
                  int length = 0;
                  for (String line = request.readLine();
                      line != null && !line.isEmpty();
                      line = request.readLine()) {
                    length =
                        line.toLowerCase(java.util.Locale.ROOT).startsWith("content-length:")
                            ? Integer.parseInt(line.substring(15).trim())
                            : length;
                  }
                  request.skip(length);
                  client.getOutputStream().write(answer.getBytes(StandardCharsets.UTF_8));
                } catch (IOException closed) {
                  continue;
                }
              }
            },
            "answering");
    thread.setDaemon(true);
    thread.start();
  }

  private void account(
      String name, String id, String cause, String remedy, String step, String... more) {
    failures.add(new Failure(name, id, cause, remedy, step));
    Map<String, String> keys =
        new TreeMap<>(
            Map.of(
                "mailbox",
                id + "@contoso.com",
                "credential",
                "demo",
                "deliver-to",
                "file",
                "poll-every",
                "1h"));
    for (String setting : more) {
      keys.put(
          setting.substring(2, setting.indexOf('=')), setting.substring(setting.indexOf('=') + 1));
    }
    keys.forEach(
        (key, value) -> settings.add("--mailroom.accounts." + id + "." + key + "=" + value));
  }

  private void credential(String name, String id, String cause, String remedy, String... more) {
    account(name, id, cause, remedy, "token", "--credential=" + id);
    Map<String, String> keys =
        new TreeMap<>(
            Map.of(
                "grant-type",
                "client-credentials",
                "tenant-id",
                DemoTenant.TENANT_ID,
                "client-id",
                DemoTenant.CLIENT_ID,
                "client-secret",
                DemoTenant.CLIENT_SECRET));
    for (String setting : more) {
      keys.put(
          setting.substring(2, setting.indexOf('=')), setting.substring(setting.indexOf('=') + 1));
    }
    keys.forEach(
        (key, value) -> settings.add("--mailroom.credentials." + id + "." + key + "=" + value));
  }

  /** The step of the check at which the failure that was seeded last shows. */
  private void last(String step) {
    Failure last = failures.remove(failures.size() - 1);
    failures.add(new Failure(last.name(), last.account(), last.cause(), last.remedy(), step));
  }

  private void expect(String cause, String remedy, String step) {
    Failure last = failures.remove(failures.size() - 1);
    failures.add(new Failure(last.name(), last.account(), cause, remedy, step));
  }

  /** Entra ID refuses like this, whatever the credential. */
  private void refused(
      String name, String id, int status, String error, int number, String cause, String remedy) {
    DemoTenant refusing = tenant();
    refusing.identity().refuse(status, error, number, "as asked for.");
    credential(
        name,
        id,
        cause,
        remedy,
        "--token-url=" + refusing.loginUrl() + "/" + DemoTenant.TENANT_ID + "/oauth2/v2.0/token");
  }

  private void graph(
      String name, String id, int status, String code, String cause, String remedy, String step) {
    tenant.mailbox(id + "@contoso.com");
    tenant
        .faults()
        .status(
            call -> call.contains("/users/" + id + "@"),
            status,
            code,
            status == 429 ? Map.of("Retry-After", "600") : Map.of(),
            FOR_GOOD);
    account(name, id, cause, remedy, step);
  }

  List<Failure> failures() {
    return failures;
  }

  @ParameterizedTest
  @MethodSource("failures")
  void every_channel_tells_cause_and_remedy(Failure failure) throws IOException {
    AccountStatuses statuses = mailroom.bean(AccountStatuses.class);
    await()
        .atMost(PATIENCE)
        .until(() -> statuses.find(failure.account()).orElseThrow().reason() != null);
    AccountStatus status = statuses.find(failure.account()).orElseThrow();
    table.show(failure, mailroom, status);
  }

  @Test
  void a_healthy_account_passes_every_step() {
    tenant.mailbox("support@contoso.com");
    List<CheckStep> steps = mailroom.bean(AccountCheck.class).check("support");
    assertThat(steps)
        .extracting(CheckStep::name)
        .contains(
            "configuration",
            "DNS",
            "TLS",
            "clock",
            "token",
            "permission",
            "mailbox",
            "folder",
            "listing",
            "destination");
    assertThat(steps).noneMatch(CheckStep::isFailed);
    assertThat(tenant.requests())
        .as("nothing is changed")
        .filteredOn(request -> request.mailbox().equals("support@contoso.com"))
        .allMatch(request -> request.method().equals("GET"));
    assertThat(mailroom.rows("mail_message where account = 'check'")).isZero();
  }

  @Test
  void a_proxy_that_refuses_is_named(@TempDir Path folder) throws Exception {
    ServerSocket proxy = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    servers.add(proxy);
    answer(
        proxy,
        "HTTP/1.1 407 Proxy Authentication Required\r\n"
            + "Connection: close\r\n"
            + "Content-Length: 0\r\n\r\n");
    // of its own, for the others' accounts are polled meanwhile
    try (DemoTenant own = DemoTenant.start();
        MailroomRun run =
            MailroomRun.start(
                own,
                folder,
                "--mailroom.proxy=http://127.0.0.1:" + proxy.getLocalPort(),
                "--mailroom.routes=" + ManyAccounts.routesOfShortWaits(folder).toUri(),
                table.logSetting())) {
      run.importSupport();
      table.show(
          new Failure(
              "proxy refusing", "support", "the proxy refuses: HTTP 407", "mailroom.proxy", "TLS"),
          run,
          run.bean(AccountStatuses.class).find("support").orElseThrow());
      assertThat(
              run.bean(AccountCheck.class).check("support").stream()
                  .filter(CheckStep::isFailed)
                  .findFirst()
                  .orElseThrow()
                  .inWords())
          .contains("the proxy 127.0.0.1:" + proxy.getLocalPort() + " refuses: ", "407")
          .contains("Have it let localhost through, without a password");
      assertThat(own.tokenRequests()).as("nothing goes past the proxy").isZero();
    }
  }

  @AfterAll
  void writeTheTableAndStop() throws Exception {
    table.write();
    if (mailroom != null) {
      mailroom.close();
    }
    for (AutoCloseable server : servers) {
      server.close();
    }
  }
}
