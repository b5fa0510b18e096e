package org.mailroom.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import javax.net.ssl.SSLContext;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.client5.http.ssl.ClientTlsStrategyBuilder;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.io.support.ClassicRequestBuilder;

/**
 * What one writes in a week who knows Graph and JDBC, without a framework: pages of 100 of unread
 * messages, oldest first, the five properties that are stored; a page is one batch of inserts and
 * one commit, and is marked in JSON batches of 20. A thread and a connection to the database for
 * each mailbox. It keeps no ledger, tries nothing again, holds no limit and marks what it can't
 * read.
 */
final class HandWrittenImporter {

  private static final String INSERT =
      "insert into loop_message (message_id, subject, sender, received_at, body) values (?, ?, ?,"
          + " ?, ?) on conflict (message_id) do nothing";

  private static final int BATCH = 20;

  private final ObjectMapper json = new ObjectMapper();
  private final CloseableHttpClient http;
  private final String token;
  private final String graphUrl;
  private final String database;

  private HandWrittenImporter(Path certificate, String loginUrl, String graphUrl, String database)
      throws Exception {
    SSLContext tls = SdkLoop.tls(SdkLoop.trust(certificate));
    this.http =
        HttpClients.custom()
            .setConnectionManager(
                PoolingHttpClientConnectionManagerBuilder.create()
                    .setMaxConnPerRoute(100)
                    .setMaxConnTotal(100)
                    .setTlsSocketStrategy(
                        ClientTlsStrategyBuilder.create().setSslContext(tls).buildClassic())
                    .build())
            .build();
    this.token = SdkLoop.token(loginUrl, tls);
    this.graphUrl = graphUrl;
    this.database = database + "&reWriteBatchedInserts=true";
  }

  /**
   * Runs it in a process of its own.
   *
   * @param arguments certificate, the two addresses of the tenant, address of the database,
   *     mailboxes
   */
  public static void main(String[] arguments) throws Exception {
    new HandWrittenImporter(Path.of(arguments[0]), arguments[1], arguments[2], arguments[3])
        .run(List.of(arguments).subList(4, arguments.length));
    System.exit(0);
  }

  private void run(List<String> mailboxes) throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(mailboxes.size());
    List<Callable<Integer>> imports = new ArrayList<>();
    mailboxes.forEach(mailbox -> imports.add(() -> importMailbox(mailbox)));
    int imported = 0;
    for (Future<Integer> each : threads.invokeAll(imports)) {
      imported += each.get();
    }
    threads.shutdown();
    System.out.println(imported);
  }

  private int importMailbox(String mailbox) throws Exception {
    int imported = 0;
    try (Connection connection = DriverManager.getConnection(database)) {
      connection.setAutoCommit(false);
      for (JsonNode page = page(mailbox); !page.isEmpty(); page = page(mailbox)) {
        store(page, connection);
        mark(mailbox, page);
        imported += page.size();
      }
    }
    return imported;
  }

  private JsonNode page(String mailbox) throws IOException {
    return ask(
            "GET",
            graphUrl
                + "/users/"
                + encoded(mailbox)
                + "/mailFolders/inbox/messages?$top=100&$select=id,subject,from,receivedDateTime,body"
                + "&$filter="
                + encoded("receivedDateTime ge 1970-01-01T00:00:00Z and isRead eq false")
                + "&$orderby="
                + encoded("receivedDateTime asc"),
            null)
        .path("value");
  }

  private static void store(JsonNode page, Connection connection) throws SQLException {
    try (PreparedStatement insert = connection.prepareStatement(INSERT)) {
      for (JsonNode message : page) {
        insert.setString(1, message.path("id").asText());
        insert.setString(2, message.path("subject").asText());
        insert.setString(3, message.path("from").path("emailAddress").path("address").asText());
        insert.setObject(4, OffsetDateTime.parse(message.path("receivedDateTime").asText()));
        insert.setString(5, message.path("body").path("content").asText());
        insert.addBatch();
      }
      insert.executeBatch();
    }
    connection.commit();
  }

  private void mark(String mailbox, JsonNode page) throws IOException {
    for (int from = 0; from < page.size(); from += BATCH) {
      ObjectNode batch = json.createObjectNode();
      ArrayNode requests = batch.putArray("requests");
      for (int i = from; i < Math.min(page.size(), from + BATCH); i++) {
        ObjectNode request = requests.addObject();
        request.put("id", Integer.toString(i));
        request.put("method", "PATCH");
        request.put(
            "url",
            "/users/" + encoded(mailbox) + "/messages/" + encoded(page.get(i).path("id").asText()));
        request
            .putObject("headers")
            .put("Content-Type", "application/json")
            .put("Prefer", "IdType=\"ImmutableId\"");
        request.putObject("body").put("isRead", true);
      }
      for (JsonNode response :
          ask("POST", graphUrl + "/$batch", json.writeValueAsString(batch)).path("responses")) {
        if (response.path("status").asInt() != 200) {
          throw new IOException("a message isn't marked: " + response);
        }
      }
    }
  }

  private JsonNode ask(String method, String url, String body) throws IOException {
    ClassicRequestBuilder request =
        ClassicRequestBuilder.create(method)
            .setUri(URI.create(url))
            .setHeader("Authorization", "Bearer " + token)
            .setHeader("Prefer", "IdType=\"ImmutableId\"");
    if (body != null) {
      request.setEntity(body, ContentType.APPLICATION_JSON);
    }
    return http.execute(
        request.build(),
        answer -> {
          if (answer.getCode() != 200) {
            throw new IOException(method + " " + url + ": HTTP " + answer.getCode());
          }
          return json.readTree(answer.getEntity().getContent());
        });
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
