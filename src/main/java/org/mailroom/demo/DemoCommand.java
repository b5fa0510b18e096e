package org.mailroom.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.mailroom.command.Launcher;
import org.mailroom.command.MailroomCommand;
import org.mailroom.settings.Daemons;
import org.springframework.boot.convert.DurationStyle;
import org.springframework.context.ConfigurableApplicationContext;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code mailroom demo}: the whole of Mailroom against a tenant of its own on this machine. */
@Command(
    name = "demo",
    description =
        "Runs Mailroom against a demo tenant on this machine: no Microsoft account is needed.",
    footerHeading = "%n",
    footer = {
      "It takes the routes of routes/, but not the accounts of application.yaml. Results go to"
          + " data/demo.",
      "Every 20 seconds another message arrives. Stop it with Ctrl-C.",
      "",
      "Exit codes: 0 stopped, 1 can't start, or not everything was imported (--until-imported), 2"
          + " misuse."
    },
    mixinStandardHelpOptions = true)
public final class DemoCommand implements Callable<Integer> {

  private static final String[] MAILBOXES = {
    "support@contoso.com", "orders@contoso.com", "invoices@contoso.com"
  };

  /** For the delegated credential, which anybody of the demo tenant can sign in with. */
  private static final String PERSON_CLIENT_ID = "77777777-8888-9999-0000-111111111111";

  private static final Duration LONGEST_WAIT = Duration.ofDays(1);

  private final Launcher launcher;

  @Option(
      names = "--mail",
      paramLabel = "FOLDER",
      description =
          "Load the .eml files of this folder into the first mailbox, instead of made mail.")
  private Path mail;

  @Option(
      names = "--messages",
      paramLabel = "N",
      defaultValue = "100",
      description = "Made messages in each mailbox (default: ${DEFAULT-VALUE}).")
  private int messages;

  @Option(names = "--until-imported", description = "Stop once everything is imported.")
  private boolean untilImported;

  @Option(
      names = "--give-up-after",
      paramLabel = "TIME",
      defaultValue = "2m",
      description =
          "So long nothing may happen while the first import is waited for; then it is said what"
              + " wasn't imported (default: ${DEFAULT-VALUE}).")
  private String giveUpAfter;

  @Spec private CommandSpec spec;

  public DemoCommand(Launcher launcher) {
    this.launcher = launcher;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    Duration longest = longest();
    DemoTenant tenant =
        DemoTenant.start(DemoTenantOptions.defaults().withSeed(System.currentTimeMillis()));
    DemoMail maker = new DemoMail(1);
    fill(tenant, maker);
    tenant
        .identity()
        .application(PERSON_CLIENT_ID)
        .secret(DemoTenant.CLIENT_SECRET, Instant.MAX)
        .allowPublicClientFlows(true)
        .redirectUri("http://localhost:8080/OAuth2Callback")
        .redirectUri("http://127.0.0.1:8080/OAuth2Callback");
    long loaded = loaded(tenant);
    System.out.printf(
        "Demo tenant at %s: %d mailboxes with %d unread messages.%n",
        tenant.loginUrl(), MAILBOXES.length, loaded);
    MailroomCommand.stopWithSuccessOnSigterm(launcher);
    ConfigurableApplicationContext context = launcher.startRuntime(Map.of(), settings(tenant));
    DemoSummary summary = new DemoSummary(context, tenant, loaded);
    boolean imported = summary.awaitImport(longest);
    if (imported) {
      summary.print();
    }
    if (untilImported) {
      boolean complete = imported && summary.isComplete();
      context.close();
      tenant.close();
      return complete ? 0 : 1;
    }
    keepArriving(tenant, maker);
    return MailroomCommand.STILL_RUNNING;
  }

  private Duration longest() {
    try {
      Duration longest = DurationStyle.detectAndParse(giveUpAfter);
      if (!longest.isNegative() && longest.compareTo(LONGEST_WAIT) <= 0) {
        return longest;
      }
    } catch (IllegalArgumentException unreadable) {
      // told below
    }
    throw new CommandLine.ParameterException(
        spec.commandLine(),
        "--give-up-after is '" + giveUpAfter + "': it must be a time of at most 1d, such as 30s.");
  }

  private void fill(DemoTenant tenant, DemoMail maker) {
    for (String address : MAILBOXES) {
      DemoMailbox mailbox = tenant.mailbox(address);
      if (mail != null && address.equals(MAILBOXES[0])) {
        mailbox.load(mail);
        continue;
      }
      for (int i = 0; i < messages; i++) {
        mailbox.deliver(maker.next());
      }
    }
  }

  private static long loaded(DemoTenant tenant) {
    long unread = 0;
    for (String address : MAILBOXES) {
      unread += tenant.mailbox(address).unread();
    }
    return unread;
  }

  private static String[] settings(DemoTenant tenant) throws IOException {
    Path certificate = Files.createTempFile("mailroom-demo", ".pem");
    Files.writeString(certificate, tenant.certificatePem());
    certificate.toFile().deleteOnExit();
    List<String> settings =
        new ArrayList<>(
            List.of(
                // the site's accounts must not be polled here
                "--spring.config.location=classpath:/application.yaml",
                "--spring.ssl.bundle.pem.demo.truststore.certificate=file:" + certificate,
                "--mailroom.ssl-bundle=demo",
                "--mailroom.graph-url=" + tenant.graphUrl(),
                "--mailroom.login-url=" + tenant.loginUrl(),
                "--mailroom.data-dir=data/demo",
                "--mailroom.credentials.demo.grant-type=client-credentials",
                "--mailroom.credentials.demo.tenant-id=" + DemoTenant.TENANT_ID,
                "--mailroom.credentials.demo.client-id=" + DemoTenant.CLIENT_ID,
                "--mailroom.credentials.demo.client-secret=" + DemoTenant.CLIENT_SECRET,
                "--mailroom.credentials.person.description=Delegated permission, to try the"
                    + " sign-in",
                "--mailroom.credentials.person.grant-type=authorization-code",
                "--mailroom.credentials.person.tenant-id=" + DemoTenant.TENANT_ID,
                "--mailroom.credentials.person.client-id=" + PERSON_CLIENT_ID,
                "--mailroom.credentials.person.client-secret=" + DemoTenant.CLIENT_SECRET));
    for (String mailbox : MAILBOXES) {
      String account = "--mailroom.accounts." + mailbox.substring(0, mailbox.indexOf('@'));
      settings.add(account + ".mailbox=" + mailbox);
      settings.add(account + ".credential=demo");
      settings.add(account + ".poll-every=5s");
      settings.add(account + ".deliver-to=database,file,queue");
    }
    return settings.toArray(String[]::new);
  }

  private static void keepArriving(DemoTenant tenant, DemoMail maker) {
    ScheduledExecutorService sender =
        Executors.newSingleThreadScheduledExecutor(
            task -> {
              Thread thread = new Thread(task, "demo-sender");
              thread.setDaemon(true);
              return thread;
            });
    Daemons.repeat(
        sender, () -> tenant.mailbox(MAILBOXES[0]).deliver(maker.next()), 20, 20, TimeUnit.SECONDS);
  }
}
