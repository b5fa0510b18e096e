package org.mailroom;

import jakarta.jms.ConnectionFactory;
import jakarta.jms.JMSException;
import jakarta.jms.TextMessage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.activemq.artemis.api.core.TransportConfiguration;
import org.apache.activemq.artemis.core.remoting.impl.invm.InVMAcceptorFactory;
import org.apache.activemq.artemis.core.remoting.impl.invm.InVMConnectorFactory;
import org.apache.activemq.artemis.core.server.embedded.EmbeddedActiveMQ;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;
import org.apache.camel.CamelContext;
import org.apache.catalina.Context;
import org.mailroom.account.ImportResult;
import org.mailroom.command.Launcher;
import org.mailroom.delivery.EmbeddedBroker;
import org.mailroom.demo.DemoTenant;
import org.mailroom.schedule.ImportOnce;
import org.messaginghub.pooled.jms.JmsPoolConnectionFactory;
import org.springframework.boot.web.embedded.tomcat.TomcatWebServer;
import org.springframework.boot.web.servlet.context.ServletWebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jms.core.JmsTemplate;

/**
 * Mailroom as {@code import --once} starts it, against a demo tenant over real HTTPS: one account,
 * {@code support}.
 */
final class MailroomRun implements AutoCloseable {

  /** Who signs in to the runtime. */
  static final String USER = "admin";

  static final String PASSWORD = "correct horse battery";
  static final String BASIC =
      "Basic "
          + Base64.getEncoder()
              .encodeToString((USER + ":" + PASSWORD).getBytes(StandardCharsets.UTF_8));

  private final ConfigurableApplicationContext context;
  private final String account;
  private final boolean shared;

  private MailroomRun(ConfigurableApplicationContext context) {
    this(context, "support", false);
  }

  private MailroomRun(ConfigurableApplicationContext context, String account, boolean shared) {
    this.context = context;
    this.account = account;
    this.shared = shared;
  }

  /**
   * The same application, whose {@link #importSupport} imports that account; to close it leaves it
   * running.
   */
  MailroomRun importing(String id) {
    return new MailroomRun(context, id, true);
  }

  static MailroomRun start(DemoTenant tenant, Path folder, String... settings) {
    return start(MailroomApplication.class, tenant, folder, settings);
  }

  /** The same with beans of a test. */
  static MailroomRun start(
      Class<?> application, DemoTenant tenant, Path folder, String... settings) {
    List<String> all = settings(tenant, folder);
    all.addAll(Arrays.asList(settings));
    return new MailroomRun(launcher(application, all).startCommand(Map.of()));
  }

  /** The runtime itself, which polls. */
  static MailroomRun startRuntime(DemoTenant tenant, Path folder, String... settings) {
    return startRuntime(MailroomApplication.class, tenant, folder, settings);
  }

  /** The runtime with beans of a test. */
  static MailroomRun startRuntime(
      Class<?> application, DemoTenant tenant, Path folder, String... settings) {
    List<String> all = settings(tenant, folder);
    all.add("--server.port=0");
    all.add("--mailroom.poll-every=1s");
    all.add("--spring.security.user.name=" + USER);
    all.add("--spring.security.user.password=" + PASSWORD);
    all.addAll(Arrays.asList(settings));
    return new MailroomRun(launcher(application, all).startRuntime(Map.of()));
  }

  /** The runtime as a site starts it first: no credential, no account. */
  static MailroomRun startEmpty(DemoTenant tenant, Path folder, String... settings) {
    List<String> all = settings(tenant, folder);
    all.removeIf(
        each ->
            each.startsWith("--mailroom.credentials.") || each.startsWith("--mailroom.accounts."));
    all.addAll(
        List.of(
            "--server.port=0",
            "--mailroom.poll-every=1s",
            "--spring.security.user.name=" + USER,
            "--spring.security.user.password=" + PASSWORD));
    all.addAll(Arrays.asList(settings));
    return new MailroomRun(launcher(MailroomApplication.class, all).startRuntime(Map.of()));
  }

  /** Starts Mailroom for a command, or as the command line does, with all these settings. */
  static Launcher launcher(List<String> settings) {
    return launcher(MailroomApplication.class, settings);
  }

  private static Launcher launcher(Class<?> application, List<String> settings) {
    MigratedFile.forStartWith(settings);
    return new Launcher(application, settings);
  }

  static List<String> settings(DemoTenant tenant, Path folder) {
    Path certificate = folder.resolve("demo.pem");
    try {
      Files.writeString(certificate, tenant.certificatePem());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new ArrayList<>(
        List.of(
            "--spring.config.location=classpath:/application.yaml",
            "--spring.ssl.bundle.pem.demo.truststore.certificate=file:" + certificate,
            "--mailroom.ssl-bundle=demo",
            "--mailroom.graph-url=" + tenant.graphUrl(),
            "--mailroom.login-url=" + tenant.loginUrl(),
            "--mailroom.data-dir=" + folder.resolve("data"),
            // a machine that stands still for half a minute is no node that is missed; who shows
            // takeovers says when
            "--mailroom.takeover-after=5m",
            // how soon a poll that is due begins isn't what is shown
            "--poll-accounts.period=200",
            "--mailroom.credentials.demo.grant-type=client-credentials",
            "--mailroom.credentials.demo.tenant-id=" + DemoTenant.TENANT_ID,
            "--mailroom.credentials.demo.client-id=" + DemoTenant.CLIENT_ID,
            "--mailroom.credentials.demo.client-secret=" + DemoTenant.CLIENT_SECRET,
            "--mailroom.accounts.support.mailbox=support@contoso.com",
            "--mailroom.accounts.support.credential=demo",
            "--mailroom.accounts.support.deliver-to=database,file"));
  }

  List<ImportResult> importAll(String... accounts) {
    return beginToImport(List.of(accounts)).join();
  }

  CompletableFuture<List<ImportResult>> beginToImport(List<String> accounts) {
    return context.getBean(ImportOnce.class).begin(accounts);
  }

  ImportResult importSupport() {
    return importAll(account).get(0);
  }

  JdbcTemplate database() {
    return context.getBean(JdbcTemplate.class);
  }

  long rows(String table) {
    return database().queryForObject("select count(*) from " + table, Long.class);
  }

  /** How many messages lie in the queue. */
  long queued() {
    return duplicateIds().size();
  }

  /** The duplicate-detection ids of the messages that lie in the queue. */
  List<String> duplicateIds() {
    return browse(message -> message.getStringProperty("_AMQ_DUPL_ID"));
  }

  /** What a message of the queue says. */
  interface Reader<T> {
    T read(TextMessage message) throws JMSException;
  }

  /**
   * Looks at all messages that lie in the queue. With a bounded window, Artemis' browser may say
   * that there are no more while they are on their way.
   */
  <T> List<T> browse(Reader<T> reader) {
    ActiveMQConnectionFactory unbounded = toTheBroker();
    unbounded.setConsumerWindowSize(-1);
    try (unbounded) {
      return new JmsTemplate(unbounded)
          .browse(
              "mailroom.messages",
              (session, browser) -> {
                List<T> read = new ArrayList<>();
                for (Object message : Collections.list((Enumeration<?>) browser.getEnumeration())) {
                  read.add(reader.read((TextMessage) message));
                }
                return read;
              });
    }
  }

  private ActiveMQConnectionFactory toTheBroker() {
    Object connections =
        ((JmsPoolConnectionFactory) context.getBean(ConnectionFactory.class))
            .getConnectionFactory();
    if (connections instanceof ActiveMQConnectionFactory external) {
      return new ActiveMQConnectionFactory(false, external.getStaticConnectors())
          .setUser(external.getUser())
          .setPassword(external.getPassword());
    }
    try {
      context.getBean(EmbeddedBroker.class).start();
    } catch (JMSException e) {
      throw new IllegalStateException(e);
    }
    TransportConfiguration inside =
        context
            .getBean(EmbeddedActiveMQ.class)
            .getActiveMQServer()
            .getConfiguration()
            .getAcceptorConfigurations()
            .stream()
            .filter(
                acceptor ->
                    acceptor.getFactoryClassName().equals(InVMAcceptorFactory.class.getName()))
            .findFirst()
            .orElseThrow();
    return new ActiveMQConnectionFactory(
            false,
            new TransportConfiguration(InVMConnectorFactory.class.getName(), inside.getParams()))
        .setUser(context.getEnvironment().getProperty("spring.artemis.user"))
        .setPassword(context.getEnvironment().getProperty("spring.artemis.password"));
  }

  int port() {
    return context.getEnvironment().getRequiredProperty("local.server.port", Integer.class);
  }

  /** How many sessions the console keeps. */
  int sessions() {
    TomcatWebServer server =
        (TomcatWebServer) ((ServletWebServerApplicationContext) context).getWebServer();
    return Arrays.stream(server.getTomcat().getHost().findChildren())
        .mapToInt(each -> ((Context) each).getManager().getActiveSessions())
        .sum();
  }

  <T> T bean(Class<T> type) {
    return context.getBean(type);
  }

  <T> T bean(String name, Class<T> type) {
    return context.getBean(name, type);
  }

  CamelContext camel() {
    return context.getBean(CamelContext.class);
  }

  /** Calls back once the runtime has been told to stop, and knows it. */
  void whenStopping(Runnable callback) {
    context.addApplicationListener((ContextClosedEvent event) -> callback.run());
  }

  @Override
  public void close() {
    if (!shared) {
      context.close();
    }
  }
}
