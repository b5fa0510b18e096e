package org.mailroom.bench;

import com.microsoft.graph.core.requests.GraphClientFactory;
import com.microsoft.graph.core.tasks.PageIterator;
import com.microsoft.graph.models.Message;
import com.microsoft.graph.models.MessageCollectionResponse;
import com.microsoft.graph.serviceclient.GraphServiceClient;
import com.microsoft.kiota.RequestInformation;
import com.microsoft.kiota.authentication.AuthenticationProvider;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.mailroom.demo.DemoTenant;

/**
 * The baseline: what one writes in an afternoon with the official SDK. PageIterator over the inbox,
 * pages of 100, one insert and one PATCH a message, one thread and one database connection a
 * mailbox.
 */
final class SdkLoop {

  private static final String INSERT =
      "insert into loop_message (message_id, subject, sender, received_at, body) values (?, ?, ?,"
          + " ?, ?) on conflict (message_id) do update set body = excluded.body";

  /** A connection to the database, for each mailbox its own. */
  interface Connections {
    Connection connect() throws SQLException;
  }

  private final GraphServiceClient graph;
  private final Connections database;

  SdkLoop(Tenant tenant, Database database) throws Exception {
    this(tenant.certificate(), tenant.loginUrl(), tenant.graphUrl(), database::connect);
  }

  private SdkLoop(Path certificate, String loginUrl, String graphUrl, Connections database)
      throws Exception {
    this.database = database;
    TrustManagerFactory trust = trust(certificate);
    SSLContext tls = tls(trust);
    String token = token(loginUrl, tls);
    AuthenticationProvider authentication =
        (RequestInformation request, Map<String, Object> context) ->
            request.headers.tryAdd("Authorization", "Bearer " + token);
    graph =
        new GraphServiceClient(
            authentication,
            GraphClientFactory.create()
                .readTimeout(Duration.ofSeconds(100))
                .callTimeout(Duration.ofSeconds(100))
                .connectTimeout(Duration.ofSeconds(100))
                .sslSocketFactory(
                    tls.getSocketFactory(), (X509TrustManager) trust.getTrustManagers()[0])
                .build());
    graph.getRequestAdapter().setBaseUrl(graphUrl);
  }

  /**
   * The loop in a process of its own, cold.
   *
   * @param arguments certificate, the two addresses of the tenant, address of the database,
   *     messages of each mailbox, mailboxes
   */
  public static void main(String[] arguments) throws Exception {
    List<String> mailboxes = List.of(arguments).subList(5, arguments.length);
    new SdkLoop(
            Path.of(arguments[0]),
            arguments[1],
            arguments[2],
            () -> DriverManager.getConnection(arguments[3]))
        .run(mailboxes, Integer.parseInt(arguments[4]));
    System.exit(0);
  }

  static TrustManagerFactory trust(Path certificate) throws Exception {
    KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
    trusted.load(null, null);
    try (InputStream pem = Files.newInputStream(certificate)) {
      trusted.setCertificateEntry(
          "tenant", CertificateFactory.getInstance("X.509").generateCertificate(pem));
    }
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(trusted);
    return trust;
  }

  static SSLContext tls(TrustManagerFactory trust) throws Exception {
    SSLContext tls = SSLContext.getInstance("TLS");
    tls.init(null, trust.getTrustManagers(), null);
    return tls;
  }

  static String token(String loginUrl, SSLContext tls) throws Exception {
    String form =
        "grant_type=client_credentials&client_id="
            + DemoTenant.CLIENT_ID
            + "&client_secret="
            + DemoTenant.CLIENT_SECRET
            + "&scope=https%3A%2F%2Fgraph.microsoft.com%2F.default";
    String answer =
        HttpClient.newBuilder()
            .sslContext(tls)
            .build()
            .send(
                HttpRequest.newBuilder(
                        URI.create(loginUrl + "/" + DemoTenant.TENANT_ID + "/oauth2/v2.0/token"))
                    .header("Content-Type", "application/x-www-form-urlencoded")
                    .POST(HttpRequest.BodyPublishers.ofString(form))
                    .build(),
                HttpResponse.BodyHandlers.ofString())
            .body();
    return answer.replaceFirst("(?s).*\"access_token\"\\s*:\\s*\"([^\"]+)\".*", "$1");
  }

  /**
   * Imports mailboxes, one thread each.
   *
   * @param most messages of each mailbox
   * @return messages a second
   */
  double run(List<String> mailboxes, int most) throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(mailboxes.size());
    try {
      long begin = System.nanoTime();
      List<Callable<Integer>> loops = new ArrayList<>();
      mailboxes.forEach(mailbox -> loops.add(() -> importMailbox(mailbox, most)));
      int imported = 0;
      for (Future<Integer> loop : threads.invokeAll(loops)) {
        imported += loop.get();
      }
      return imported * 1e9 / (System.nanoTime() - begin);
    } finally {
      threads.shutdown();
    }
  }

  private int importMailbox(String mailbox, int most) throws Exception {
    AtomicInteger imported = new AtomicInteger();
    try (Connection connection = database.connect();
        PreparedStatement insert = connection.prepareStatement(INSERT)) {
      MessageCollectionResponse first =
          graph
              .users()
              .byUserId(mailbox)
              .mailFolders()
              .byMailFolderId("inbox")
              .messages()
              .get(
                  request -> {
                    request.queryParameters.top = 100;
                    request.queryParameters.select =
                        new String[] {"id", "subject", "from", "receivedDateTime", "body"};
                    // without the condition isRead: its pages would skip what was marked before
                    // them
                    request.queryParameters.orderby = new String[] {"receivedDateTime asc"};
                  });
      PageIterator<Message, MessageCollectionResponse> pages =
          new PageIterator.Builder<Message, MessageCollectionResponse>()
              .client(graph)
              .collectionPage(first)
              .collectionPageFactory(MessageCollectionResponse::createFromDiscriminatorValue)
              .processPageItemCallback(
                  message -> {
                    importMessage(mailbox, message, insert);
                    return imported.incrementAndGet() < most;
                  })
              .build();
      pages.iterate();
    }
    return imported.get();
  }

  private void importMessage(String mailbox, Message message, PreparedStatement insert) {
    try {
      insert.setString(1, message.getId());
      insert.setString(2, message.getSubject());
      insert.setString(3, message.getFrom().getEmailAddress().getAddress());
      insert.setObject(4, message.getReceivedDateTime());
      insert.setString(5, message.getBody().getContent());
      insert.executeUpdate();
    } catch (java.sql.SQLException e) {
      throw new IllegalStateException(e);
    }
    Message read = new Message();
    read.setIsRead(true);
    graph.users().byUserId(mailbox).messages().byMessageId(message.getId()).patch(read);
  }
}
