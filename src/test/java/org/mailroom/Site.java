package org.mailroom;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;
import org.mailroom.demo.DemoTenant;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jms.core.JmsTemplate;

/**
 * A site of several nodes: demo tenant, broker, database and each Mailroom in processes of their
 * own, any of which can fail.
 */
final class Site implements AutoCloseable {

  /** Milliseconds: an idle broker sends what it has at once. */
  private static final long NO_MORE_AFTER = 5000;

  private static final Duration START = Duration.ofMinutes(3);

  private final Path folder;
  private final List<String> settings;
  private final List<MailroomProcess> nodes = new ArrayList<>();
  private final HttpClient http = HttpClient.newHttpClient();
  private final Process tenant;
  private final String[] addresses;
  private final int brokerPort;
  private Process broker;
  private EmbeddedPostgres postgres;

  /**
   * @param more settings of all nodes
   */
  Site(Path folder, String... more) throws IOException {
    this.folder = folder;
    this.settings = List.of(more);
    tenant =
        start(true, "org.mailroom.demo.DemoTenantProcess", folder.resolve("tenant.pem").toString());
    addresses = line(tenant).split(" ");
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      brokerPort = free.getLocalPort();
    }
    startBroker();
    postgres = database(0);
  }

  private static Process start(boolean piped, String main, String... arguments) throws IOException {
    ClassArchive classes = ClassArchive.get();
    List<String> command =
        new ArrayList<>(
            List.of(
                ClassArchive.java(),
                "-Xmx2g",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-cp",
                classes.classPath(),
                main));
    command.addAll(Arrays.asList(arguments));
    return new ProcessBuilder(command)
        .redirectError(piped ? ProcessBuilder.Redirect.INHERIT : ProcessBuilder.Redirect.DISCARD)
        .start();
  }

  private static String line(Process process) throws IOException {
    String line =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))
            .readLine();
    if (line == null) {
      throw new IOException("a process of the site doesn't start");
    }
    return line;
  }

  void startBroker() throws IOException {
    broker =
        start(
            false,
            "org.mailroom.BrokerProcess",
            folder.resolve("broker").toString(),
            Integer.toString(brokerPort));
    line(broker);
  }

  /** SIGKILL. */
  void killBroker() throws InterruptedException {
    broker.destroyForcibly().waitFor();
  }

  private EmbeddedPostgres database(int port) throws IOException {
    return EmbeddedPostgres.builder()
        .setPort(port)
        .setDataDirectory(folder.resolve("database"))
        .setCleanDataDirectory(false)
        .setServerConfig("max_connections", "300")
        .start();
  }

  /** It ends every session and is gone; what was committed stays. */
  void restartDatabase(Duration gone) throws IOException {
    int port = postgres.getPort();
    postgres.close();
    pass(gone);
    postgres = database(port);
  }

  JdbcTemplate database() {
    return new JdbcTemplate(postgres.getPostgresDatabase());
  }

  /** Starts the node of that number, with the settings of an account for each mailbox. */
  MailroomProcess startNode(int number, List<String> mailboxes, String... more) throws IOException {
    Path own = Files.createDirectories(folder.resolve("node" + number));
    List<String> all =
        new ArrayList<>(
            List.of(
                "--spring.config.location=classpath:/application.yaml",
                "--spring.ssl.bundle.pem.demo.truststore.certificate=file:"
                    + folder.resolve("tenant.pem"),
                "--mailroom.ssl-bundle=demo",
                "--mailroom.login-url=" + addresses[0],
                "--mailroom.graph-url=" + addresses[1],
                "--mailroom.data-dir=" + own.resolve("data"),
                "--mailroom.mail-dir=" + folder.resolve("mail"),
                "--mailroom.node=node" + number,
                "--mailroom.secret-key=one key for all",
                "--server.port=0",
                "--spring.datasource.url=" + postgres.getJdbcUrl("postgres", "postgres"),
                "--spring.datasource.username=postgres",
                // a broker that accepts and doesn't answer holds a send up for that long; the
                // default is half a minute
                "--spring.artemis.broker-url=tcp://127.0.0.1:" + brokerPort + "?callTimeout=5000",
                "--mailroom.credentials.demo.grant-type=client-credentials",
                "--mailroom.credentials.demo.tenant-id=" + DemoTenant.TENANT_ID,
                "--mailroom.credentials.demo.client-id=" + DemoTenant.CLIENT_ID,
                "--mailroom.credentials.demo.client-secret=" + DemoTenant.CLIENT_SECRET));
    for (String mailbox : mailboxes) {
      String account = "--mailroom.accounts." + account(mailbox);
      all.addAll(
          List.of(
              account + ".mailbox=" + mailbox,
              account + ".credential=demo",
              account + ".deliver-to=database,queue"));
    }
    all.addAll(settings);
    all.addAll(Arrays.asList(more));
    // each start has an output of its own
    MailroomProcess node =
        MailroomProcess.start(
            Files.createDirectories(folder.resolve("output" + nodes.size())),
            List.of("-Xmx256m"),
            all);
    nodes.add(node);
    return node;
  }

  static String account(String mailbox) {
    return mailbox.substring(0, mailbox.indexOf('@'));
  }

  static List<String> mailboxes(int count) {
    return IntStream.rangeClosed(1, count)
        .mapToObj(number -> "box" + number + "@contoso.com")
        .toList();
  }

  static void signal(MailroomProcess node, String signal) throws IOException, InterruptedException {
    if (new ProcessBuilder("kill", "-" + signal, Long.toString(node.pid()))
            .inheritIO()
            .start()
            .waitFor()
        != 0) {
      throw new AssertionError("kill -" + signal + " " + node.pid());
    }
  }

  /** So long nothing is done on purpose. */
  static void pass(Duration time) {
    long end = System.nanoTime() + time.toNanos();
    org.awaitility.Awaitility.await()
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(20))
        .atMost(time.plusMinutes(1))
        .until(() -> System.nanoTime() >= end);
  }

  static void awaitGreeting(MailroomProcess node) {
    org.awaitility.Awaitility.await()
        .atMost(START)
        .until(() -> !node.isAlive() || node.output().contains("Console: "));
    if (!node.isAlive()) {
      throw new AssertionError(node.output());
    }
  }

  void deliver(List<String> mailboxes, int messages) {
    mailboxes.forEach(mailbox -> tenant("/mailbox?address=" + mailbox + "&messages=" + messages));
  }

  long left(List<String> mailboxes) {
    return mailboxes.stream()
        .mapToLong(mailbox -> Long.parseLong(tenant("/left?address=" + mailbox)))
        .sum();
  }

  /** {@code account/id} of each message that was delivered. */
  List<String> delivered(List<String> mailboxes) {
    return mailboxes.stream()
        .flatMap(
            mailbox ->
                Arrays.stream(tenant("/ids?address=" + mailbox).split("\n"))
                    .map(id -> account(mailbox) + "/" + id))
        .toList();
  }

  /** Asks the control of the demo tenant. */
  String tenant(String call) {
    try {
      HttpResponse<String> answer =
          http.send(
              HttpRequest.newBuilder(URI.create(addresses[2] + call))
                  .POST(HttpRequest.BodyPublishers.noBody())
                  .build(),
              HttpResponse.BodyHandlers.ofString());
      if (answer.statusCode() != 200) {
        throw new AssertionError(call + ": " + answer.body());
      }
      return answer.body();
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(call, e);
    }
  }

  /** The duplicate-detection ids of all messages that lie in the queue. */
  List<String> duplicateIds() {
    try (ActiveMQConnectionFactory connections =
        new ActiveMQConnectionFactory("tcp://127.0.0.1:" + brokerPort)) {
      JmsTemplate queue = new JmsTemplate(connections);
      queue.setSessionTransacted(true);
      // taken and given back: a browser says that there are no more while some are on their way
      return queue.execute(
          session -> {
            List<String> ids = new ArrayList<>();
            MessageConsumer consumer =
                session.createConsumer(session.createQueue("mailroom.messages"));
            for (Message message = consumer.receive(NO_MORE_AFTER);
                message != null;
                message = consumer.receive(NO_MORE_AFTER)) {
              ids.add(message.getStringProperty("_AMQ_DUPL_ID"));
            }
            session.rollback();
            return ids;
          },
          true);
    }
  }

  @Override
  public void close() throws IOException {
    nodes.forEach(MailroomProcess::close);
    broker.destroyForcibly();
    tenant.destroyForcibly();
    postgres.close();
  }
}
