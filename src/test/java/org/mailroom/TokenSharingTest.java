package org.mailroom;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.mailroom.account.ImportResult;
import org.mailroom.credential.SignInRequest;
import org.mailroom.credential.SignIns;
import org.mailroom.credential.TokenCache;
import org.mailroom.demo.DemoMail;
import org.mailroom.demo.DemoTenant;
import org.mailroom.demo.DemoTenantOptions;

/** One token request a credential and lifetime, however many ask. */
class TokenSharingTest {

  private static final URI CALLBACK = URI.create("http://localhost:8080/OAuth2Callback");
  private static final int NODES_THREADS = 20;

  @TempDir private Path folder;

  @Test
  void two_nodes_on_postgresql_that_need_a_token_at_once_send_one_request_and_share_what_it_brings()
      throws Exception {
    try (Postgres postgres = Postgres.start();
        DemoTenant tenant = DemoTenant.start()) {
      Path here = Files.createDirectories(folder.resolve("here"));
      Path there = Files.createDirectories(folder.resolve("there"));
      askFromTwoNodes(
          tenant,
          here,
          there,
          "--spring.datasource.url=" + postgres.getJdbcUrl("postgres", "postgres"),
          "--spring.datasource.username=postgres",
          "--mailroom.secret-key=one key for both");
    }
  }

  @Test
  void two_processes_on_the_embedded_database_share_a_token_too() throws Exception {
    try (DemoTenant tenant = DemoTenant.start()) {
      Path here = Files.createDirectories(folder.resolve("here"));
      Path there = Files.createDirectories(folder.resolve("there"));
      askFromTwoNodes(
          tenant,
          here,
          there,
          "--spring.datasource.url=jdbc:h2:file:"
              + folder.resolve("shared")
              + ";MODE=PostgreSQL;DATABASE_TO_LOWER=TRUE;DEFAULT_NULL_ORDERING=HIGH;AUTO_SERVER=TRUE",
          "--mailroom.secret-key=one key for both");
    }
  }

  private static void askFromTwoNodes(DemoTenant tenant, Path here, Path there, String... database)
      throws Exception {
    tenant.mailbox("support@contoso.com");
    tenant
        .identity()
        .application("helpdesk")
        .secret("s", Instant.MAX)
        .redirectUri(CALLBACK.toString());
    List<String> all =
        new ArrayList<>(
            List.of(
                "--mailroom.credentials.person.grant-type=authorization-code",
                "--mailroom.credentials.person.tenant-id=" + DemoTenant.TENANT_ID,
                "--mailroom.credentials.person.client-id=helpdesk",
                "--mailroom.credentials.person.client-secret=s"));
    all.addAll(List.of(database));
    String[] settings = all.toArray(String[]::new);
    try (MailroomRun one = MailroomRun.start(tenant, here, settings);
        MailroomRun other = MailroomRun.start(tenant, there, settings)) {
      SignInRequest request = one.bean(SignIns.class).begin("person", CALLBACK, null);
      one.bean(SignIns.class)
          .complete(
              request.browser(),
              new DemoBrowser(one).signIn(request.authorizationUrl(), "support@contoso.com", true));
      assertThat(tenant.tokenRequests()).isEqualTo(1);
      for (String credential : List.of("demo", "person")) {
        int before = tenant.tokenRequests();
        assertThat(askedAtOnce(credential, one, other))
            .as("%s: all get the same token", credential)
            .hasSize(1);
        assertThat(tenant.tokenRequests() - before).isEqualTo(credential.equals("demo") ? 1 : 0);
        for (int round = 1; round <= 3; round++) {
          int asked = tenant.tokenRequests();
          String refused = askedAtOnce(credential, one, other).iterator().next();
          one.bean(TokenCache.class).refused(credential, refused, null);
          other.bean(TokenCache.class).refused(credential, refused, null);
          assertThat(askedAtOnce(credential, one, other)).hasSize(1).doesNotContain(refused);
          assertThat(tenant.tokenRequests() - asked)
              .as("%s, round %d", credential, round)
              .isEqualTo(1);
        }
      }
    }
  }

  private static Set<String> askedAtOnce(String credential, MailroomRun... nodes) throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(nodes.length * NODES_THREADS);
    try {
      List<Callable<String>> asking = new ArrayList<>();
      for (MailroomRun node : nodes) {
        IntStream.range(0, NODES_THREADS)
            .forEach(i -> asking.add(() -> node.bean(TokenCache.class).authorization(credential)));
      }
      Set<String> tokens = new java.util.HashSet<>();
      for (Future<String> token : threads.invokeAll(asking)) {
        tokens.add(token.get());
      }
      return tokens;
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void fifty_accounts_take_one_token_request_in_each_lifetime_of_a_token() {
    Duration lifetime = Duration.ofSeconds(8);
    // it is renewed when nine tenths of so short a life are over, whose end msal4j tells in whole
    // seconds
    Duration used = lifetime.minusSeconds(1).multipliedBy(9).dividedBy(10);
    try (DemoTenant tenant =
        DemoTenant.start(DemoTenantOptions.defaults().withTokenLifetime(lifetime))) {
      List<String> settings = new ArrayList<>();
      List<String> accounts = new ArrayList<>();
      for (int i = 0; i < 50; i++) {
        tenant.mailbox("box" + i + "@contoso.com").deliver(DemoMail.plain(i));
        settings.add("--mailroom.accounts.box" + i + ".mailbox=box" + i + "@contoso.com");
        settings.add("--mailroom.accounts.box" + i + ".credential=demo");
        settings.add("--mailroom.accounts.box" + i + ".deliver-to=database");
        accounts.add("box" + i);
      }
      try (MailroomRun mailroom =
          MailroomRun.start(tenant, folder, settings.toArray(String[]::new))) {
        Instant begun = Instant.now();
        int imports = 0;
        while (tenant.tokenRequests() < 2) {
          imports += importAll(mailroom, accounts);
        }
        imports += importAll(mailroom, accounts);
        long lifetimes = 1 + Duration.between(begun, Instant.now()).dividedBy(used);
        assertThat(tenant.tokenRequests())
            .as("token requests of %d imports", imports)
            .isBetween(2, (int) lifetimes);
      }
    }
  }

  private static int importAll(MailroomRun mailroom, List<String> accounts) {
    List<ImportResult> results = mailroom.importAll(accounts.toArray(String[]::new));
    assertThat(results).hasSize(accounts.size()).allMatch(ImportResult::couldBeRead);
    return results.size();
  }
}
