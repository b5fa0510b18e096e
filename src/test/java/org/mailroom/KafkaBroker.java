package org.mailroom;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import kafka.tools.StorageTool;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.utils.Time;

/**
 * Kafka's own broker, one that is its own controller, with one topic; its clients reach it through
 * a proxy, so that it can be out of reach.
 */
final class KafkaBroker implements AutoCloseable {

  private final KafkaRaftServer server;
  private final TcpProxy proxy;
  private final String topic;

  KafkaBroker(Path folder, String topic) throws Exception {
    this.topic = topic;
    int port = freePort();
    int controller = freePort();
    proxy = new TcpProxy(port);
    Properties settings = new Properties();
    settings.putAll(
        Map.of(
            "process.roles",
            "broker,controller",
            "node.id",
            "1",
            "controller.quorum.voters",
            "1@127.0.0.1:" + controller,
            "listeners",
            "PLAINTEXT://127.0.0.1:" + port + ",CONTROLLER://127.0.0.1:" + controller,
            "advertised.listeners",
            "PLAINTEXT://127.0.0.1:" + proxy.port(),
            "controller.listener.names",
            "CONTROLLER",
            "listener.security.protocol.map",
            "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
            "log.dirs",
            folder.resolve("kafka").toString(),
            "offsets.topic.replication.factor",
            "1",
            "transaction.state.log.replication.factor",
            "1"));
    Path file = folder.resolve("kafka.properties");
    try (OutputStream out = Files.newOutputStream(file)) {
      settings.store(out, null);
    }
    StorageTool.execute(
        new String[] {"format", "-t", Uuid.randomUuid().toString(), "-c", file.toString()},
        new PrintStream(OutputStream.nullOutputStream()));
    server = new KafkaRaftServer(KafkaConfig.fromProps(settings), Time.SYSTEM);
    server.startup();
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", address()))) {
      admin.createTopics(List.of(new NewTopic(topic, 1, (short) 1))).all().get();
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  String address() {
    return "127.0.0.1:" + proxy.port();
  }

  void down() {
    proxy.down();
  }

  void up() {
    proxy.up();
  }

  /** All records of the topic. */
  List<ConsumerRecord<String, String>> records() {
    try (KafkaConsumer<String, String> consumer =
        new KafkaConsumer<>(
            Map.of("bootstrap.servers", address()),
            new StringDeserializer(),
            new StringDeserializer())) {
      TopicPartition all = new TopicPartition(topic, 0);
      consumer.assign(List.of(all));
      consumer.seekToBeginning(List.of(all));
      long end = consumer.endOffsets(List.of(all)).get(all);
      List<ConsumerRecord<String, String>> records = new ArrayList<>();
      while (consumer.position(all) < end) {
        consumer.poll(Duration.ofMillis(200)).forEach(records::add);
      }
      return records;
    }
  }

  @Override
  public void close() throws IOException {
    proxy.up();
    server.shutdown();
    server.awaitShutdown();
    proxy.close();
  }
}
