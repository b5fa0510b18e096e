package org.mailroom.credential;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.tuple;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.microsoft.aad.msal4j.MachineEnvironment;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.mailroom.account.AccountEditor;
import org.mailroom.account.ImportResult;
import org.mailroom.check.AccountCheck;
import org.mailroom.check.CheckStep;
import org.mailroom.command.Launcher;
import org.mailroom.demo.DemoMachine;
import org.mailroom.demo.DemoMail;
import org.mailroom.demo.DemoMailbox;
import org.mailroom.demo.DemoTenant;
import org.mailroom.schedule.ImportOnce;
import org.mailroom.settings.FieldProblem;
import org.mailroom.settings.MailroomProperties;
import org.mailroom.settings.SettingsRevision;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * The managed identity of a machine in Azure, against a stand-in of such a machine; one application
 * for all tests.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ManagedIdentityTest {

  private static final String USER_ASSIGNED = "0b0b0b0b-1111-2222-3333-444444444444";
  private static final String MAILBOX = "support@contoso.com";

  private final DemoTenant tenant = DemoTenant.start();
  private final DemoMachine machine = tenant.machine();
  private ConfigurableApplicationContext mailroom;

  @BeforeAll
  void start(@TempDir Path folder) throws IOException, ClassNotFoundException {
    Path certificate = Files.writeString(folder.resolve("demo.pem"), tenant.certificatePem());
    List<String> settings =
        new ArrayList<>(
            List.of(
                "--spring.config.location=classpath:/application.yaml",
                "--spring.ssl.bundle.pem.demo.truststore.certificate=file:" + certificate,
                "--mailroom.ssl-bundle=demo",
                "--mailroom.graph-url=" + tenant.graphUrl(),
                "--mailroom.login-url=" + tenant.loginUrl(),
                "--mailroom.data-dir=" + folder.resolve("data"),
                "--mailroom.imds-url=" + machine.url(),
                "--mailroom.limits.token-timeout=1s"));
    for (String credential : List.of("system", "user")) {
      settings.add("--mailroom.credentials." + credential + ".grant-type=managed-identity");
      settings.add("--mailroom.accounts." + credential + ".mailbox=" + MAILBOX);
      settings.add("--mailroom.accounts." + credential + ".credential=" + credential);
      settings.add("--mailroom.accounts." + credential + ".deliver-to=database");
    }
    settings.add("--mailroom.credentials.user.client-id=" + USER_ASSIGNED);
    mailroom =
        new Launcher(Class.forName("org.mailroom.MailroomApplication"), settings)
            .startCommand(Map.of());
  }

  @BeforeEach
  void begin() {
    tenant.resetMail();
    machine.assignNone();
    machine.renewsBefore(Duration.ofMinutes(10));
    tenant.identity().application(DemoMachine.SYSTEM_ASSIGNED).roles(Set.of("Mail.ReadWrite"));
    tenant.identity().application(USER_ASSIGNED).roles(Set.of("Mail.ReadWrite"));
    for (String credential : List.of("system", "user")) {
      mailroom.getBean(TokenStore.class).forget(credential);
      mailroom.getBean(JdbcTemplate.class).update("delete from delivery");
      mailroom.getBean(TokenCache.class).askAgain(credential);
    }
  }

  @AfterEach
  void reset() {
    MachineEnvironment.reset();
  }

  @AfterAll
  void stop() {
    mailroom.close();
    tenant.close();
  }

  private ImportResult importAll(String account) {
    return mailroom.getBean(ImportOnce.class).begin(List.of(account)).join().get(0);
  }

  private Credential credential(String id) {
    return mailroom.getBean(Credentials.class).require(id);
  }

  private CredentialException refusal(String id) {
    return catchThrowableOfType(
        CredentialException.class,
        () -> mailroom.getBean(ManagedIdentityClient.class).token(credential(id), null));
  }

  @ParameterizedTest
  @CsvSource({"system", "user"})
  void an_account_is_imported_with_one_token_and_neither_secret_nor_entra_id_is_asked_for(
      String id) {
    machine.assignSystem();
    machine.assign(USER_ASSIGNED);
    tenant
        .identity()
        .application(id.equals("user") ? DemoMachine.SYSTEM_ASSIGNED : USER_ASSIGNED)
        .roles(Set.of());
    DemoMailbox mailbox = tenant.mailbox(MAILBOX);
    int asked = tenant.tokenRequests();
    int before = machine.requests();
    for (int i = 1; i <= 3; i++) {
      mailbox.deliver(DemoMail.plain(i));
      assertThat(importAll(id).imported()).isEqualTo(1);
    }
    assertThat(mailbox.unread()).isZero();
    assertThat(machine.requests() - before).as("one token for its lifetime").isEqualTo(1);
    assertThat(tenant.tokenRequests()).isEqualTo(asked);
    CredentialStatus status = mailroom.getBean(CredentialStatuses.class).find(id).orElseThrow();
    assertThat(status.state()).isEqualTo(CredentialStatus.State.UP);
    assertThat(Duration.between(Instant.now(), status.tokenExpires()))
        .isBetween(Duration.ofHours(23), Duration.ofHours(24));
    assertThat(status.expires()).as("nothing that a person has to renew").isNull();
  }

  @Test
  void app_service_gives_the_token_where_azure_says_so() {
    machine.assign(USER_ASSIGNED);
    MachineEnvironment.set(
        Map.of(
            "IDENTITY_ENDPOINT",
            machine.url() + "/msi/token",
            "IDENTITY_HEADER",
            DemoMachine.IDENTITY_HEADER));
    tenant.mailbox(MAILBOX).deliver(DemoMail.plain(1));
    assertThat(importAll("user").imported()).isEqualTo(1);
    assertThat(refusal("system")).isNull();
    machine.assignNone();
    assertThat(refusal("user"))
        .hasMessageContaining(
            "the managed identity "
                + USER_ASSIGNED
                + " isn't assigned to this machine (HTTP 400, No User Assigned");
  }

  @Test
  void a_token_that_the_machine_gives_again_near_its_end_is_not_asked_for_at_each_request() {
    machine.assignSystem();
    machine.renewsBefore(Duration.ZERO);
    Instant[] now = {Instant.now()};
    Clock clock =
        new Clock() {
          @Override
          public java.time.ZoneId getZone() {
            return java.time.ZoneOffset.UTC;
          }

          @Override
          public Clock withZone(java.time.ZoneId zone) {
            return this;
          }

          @Override
          public Instant instant() {
            return now[0];
          }
        };
    TokenStore store =
        new TokenStore(
            mailroom.getBean(EntraClient.class),
            mailroom.getBean(ManagedIdentityClient.class),
            mailroom.getBean(Proofs.class),
            mailroom.getBean(TokenTable.class),
            mailroom.getBean(SettingsRevision.class),
            mailroom.getBean(TransactionTemplate.class),
            new ObjectMapper(),
            clock);
    TokenCache tokens = new TokenCache(store, this::credential, clock);
    String first = tokens.authorization("system");
    int asked = machine.requests();
    now[0] = now[0].plus(Duration.ofHours(24)).minus(Duration.ofMinutes(4));
    for (int i = 0; i < 5; i++) {
      assertThat(tokens.authorization("system")).isEqualTo(first);
    }
    assertThat(machine.requests()).isEqualTo(asked + 1);
    now[0] = now[0].plusSeconds(30);
    machine.renewsBefore(Duration.ofMinutes(10));
    String second = tokens.authorization("system");
    assertThat(second).as("the machine has another one now").isNotEqualTo(first);
    assertThat(tokens.authorization("system")).isEqualTo(second);
    assertThat(machine.requests()).isEqualTo(asked + 2);
  }

  @Test
  void an_identity_that_is_not_there_is_told_with_what_to_do() {
    assertThat(refusal("system"))
        .hasMessage(
            "credential system: this machine has no system-assigned managed identity (HTTP 400,"
                + " Identity not found). Switch it on under Identity of the virtual machine, app or"
                + " container (az vm identity assign), or set client-id to that of a user-assigned"
                + " one.");
    assertThat(refusal("system").isTransient()).isFalse();
    assertThat(refusal("user"))
        .hasMessageContaining(
            "the managed identity "
                + USER_ASSIGNED
                + " isn't assigned to this machine (HTTP 400, Identity not found)")
        .hasMessageContaining("az vm identity assign --identities")
        .hasMessageContaining("not its Object ID");
    machine.assign("one");
    machine.assign("two");
    assertThat(refusal("system"))
        .hasMessageContaining("several managed identities, and the credential names none")
        .hasMessageContaining("Set its client-id");
  }

  @ParameterizedTest
  @CsvSource({"404,", "410,10", "429,7", "500,", "503,"})
  void trouble_of_the_machines_endpoint_passes(int status, Integer wait) {
    machine.answerNext(
        status,
        "<html>trouble</html>",
        wait != null && status == 429 ? Map.of("Retry-After", "7") : Map.of());
    int before = machine.requests();
    CredentialException refused = refusal("system");
    assertThat(refused)
        .hasMessageContaining(
            "has trouble or asks for fewer requests (HTTP "
                + status
                + "). Mailroom tries again by itself.");
    assertThat(refused.isTransient()).isTrue();
    assertThat(refused.retryAfter().map(Duration::toSeconds).orElse(null))
        .isEqualTo(wait == null ? null : Long.valueOf(wait));
    assertThat(machine.requests() - before)
        .as("msal4j doesn't wait and ask again while others wait")
        .isEqualTo(1);
  }

  @ParameterizedTest
  @CsvSource({"<html>sign in to the network</html>", "{}", "''"})
  void what_is_no_machines_answer_is_not_taken_for_one(String body) {
    machine.answerNext(200, body, Map.of());
    assertThat(refusal("system"))
        .hasMessageContaining("gives no token (HTTP 200)")
        .hasMessageNotContaining("html")
        .matches(refused -> refused.isTransient());
  }

  @Test
  void where_nothing_answers_it_is_said_that_this_is_no_machine_of_azure_and_nobody_waits_for_long()
      throws IOException {
    try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      MailroomProperties properties =
          new Binder(
                  new MapConfigurationPropertySource(
                      Map.of(
                          "mailroom.imds-url",
                          "http://127.0.0.1:" + silent.getLocalPort(),
                          "mailroom.limits.token-timeout",
                          "1s")))
              .bindOrCreate("mailroom", MailroomProperties.class);
      ManagedIdentityClient client = new ManagedIdentityClient(properties);
      assertThatThrownBy(() -> client.token(credential("system"), null))
          .hasMessageContaining("this machine gives no token of a managed identity (no answer: ")
          .hasMessageContaining("on Azure only")
          .isInstanceOfSatisfying(
              CredentialException.class,
              refused -> {
                assertThat(refused.isTransient()).isTrue();
                assertThat(refused.isUnreachable()).isTrue();
              });
      client.stop();
    }
  }

  @Test
  void a_connection_that_is_refused_is_said_to_be() throws IOException {
    int closed;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      closed = socket.getLocalPort();
    }
    MailroomProperties properties =
        new Binder(
                new MapConfigurationPropertySource(
                    Map.of("mailroom.imds-url", "http://127.0.0.1:" + closed)))
            .bindOrCreate("mailroom", MailroomProperties.class);
    ManagedIdentityClient client = new ManagedIdentityClient(properties);
    assertThatThrownBy(() -> client.token(credential("system"), null))
        .hasMessageContaining("(no answer: its endpoint refuses the connection)");
    client.stop();
  }

  @Test
  void an_identity_without_a_permission_is_told_by_check_with_the_command_that_grants_it() {
    machine.assignSystem();
    tenant.identity().application(DemoMachine.SYSTEM_ASSIGNED).roles(Set.of());
    tenant.mailbox(MAILBOX);
    List<CheckStep> steps = mailroom.getBean(AccountCheck.class).check("system");
    assertThat(steps)
        .filteredOn(step -> step.name().equals("token"))
        .singleElement()
        .satisfies(
            step -> {
              assertThat(step.isFailed()).isFalse();
              assertThat(step.inWords())
                  .isEqualTo(
                      "token: credential system of this machine: the machine's managed identity has"
                          + " a token");
            });
    assertThat(steps)
        .filteredOn(step -> step.name().equals("mailbox"))
        .singleElement()
        .matches(CheckStep::isFailed);
    assertThat(steps)
        .filteredOn(step -> step.name().equals("DNS"))
        .as("the machine's address needs none")
        .hasSize(1);
  }

  @Test
  void a_managed_identity_that_is_entered_imports_and_keeps_nothing_of_a_secret_of_before() {
    Credentials credentials = mailroom.getBean(Credentials.class);
    machine.assign(USER_ASSIGNED);
    assertThat(
            credentials.validateNew(
                "own", Map.of("grant-type", "managed-identity", "client-secret", "s")))
        .extracting(FieldProblem::field, FieldProblem::message)
        .containsExactly(
            tuple(
                "grant-type",
                "managed-identity proves itself by the machine that it is assigned to: take"
                    + " client-secret, certificate, federated-token-file, token-url and"
                    + " authorization-url away"));
    assertThat(
            credentials.validateNew(
                "own",
                Map.of("grant-type", "managed-identity", "federated-token-file", "/etc/passwd")))
        .extracting(FieldProblem::field)
        .contains("federated-token-file");
    assertThat(
            credentials.validateNew(
                "own", Map.of("grant-type", "client-credentials", "client-secret", "s")))
        .extracting(FieldProblem::field)
        .containsExactlyInAnyOrder("tenant-id", "client-id");
    credentials.create(
        "own",
        Map.of(
            "grant-type",
            "client-credentials",
            "tenant-id",
            DemoTenant.TENANT_ID,
            "client-id",
            DemoTenant.CLIENT_ID,
            "client-secret",
            "secret-of-before"));
    try {
      credentials.update(
          "own", Map.of("grant-type", "managed-identity", "client-id", USER_ASSIGNED));
      assertThat(
              mailroom
                  .getBean(JdbcTemplate.class)
                  .queryForObject("select secrets from credential where id = 'own'", String.class))
          .isNull();
      mailroom
          .getBean(AccountEditor.class)
          .create("own", Map.of("mailbox", MAILBOX, "credential", "own", "deliver-to", "database"));
      tenant.mailbox(MAILBOX).deliver(DemoMail.plain(1));
      assertThat(importAll("own").imported()).isEqualTo(1);
      assertThat(
              credentials.validateChange(
                  "own",
                  Map.of(
                      "grant-type",
                      "client-credentials",
                      "tenant-id",
                      DemoTenant.TENANT_ID,
                      "client-id",
                      DemoTenant.CLIENT_ID)))
          .as("a secret has to be entered then")
          .extracting(FieldProblem::field)
          .containsExactly("client-secret");
    } finally {
      mailroom.getBean(AccountEditor.class).delete("own");
      credentials.delete("own");
    }
  }
}
