package org.mailroom;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.apache.activemq.artemis.api.core.TransportConfiguration;
import org.apache.activemq.artemis.core.remoting.impl.invm.InVMAcceptorFactory;
import org.apache.activemq.artemis.core.server.embedded.EmbeddedActiveMQ;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.mailroom.demo.DemoMail;
import org.mailroom.demo.DemoMailbox;
import org.mailroom.demo.DemoMessage;
import org.mailroom.demo.DemoTenant;
import org.springframework.boot.actuate.health.HealthIndicator;
import org.springframework.boot.actuate.health.Status;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.jms.core.JmsTemplate;

@ExtendWith(OutputCaptureExtension.class)
class RuntimeTest {

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir private Path folder;

  @Test
  void it_polls_again_and_again() {
    try (DemoTenant tenant = DemoTenant.start()) {
      DemoMailbox mailbox = tenant.mailbox("support@contoso.com");
      mailbox.deliver(DemoMail.plain(1));
      try (MailroomRun mailroom = MailroomRun.startRuntime(tenant, folder)) {
        await()
            .atMost(PATIENCE)
            .until(() -> mailroom.rows("mail_message") == 1 && mailbox.unread() == 0);
        mailbox.deliver(DemoMail.plain(2));
        await()
            .atMost(PATIENCE)
            .until(() -> mailroom.rows("mail_message") == 2 && mailbox.unread() == 0);
      }
    }
  }

  @Test
  void stopping_in_mid_import_marks_exactly_what_was_delivered_and_the_next_run_takes_the_rest() {
    try (DemoTenant tenant = DemoTenant.start()) {
      DemoMailbox mailbox = tenant.mailbox("support@contoso.com");
      for (int i = 0; i < 800; i++) {
        mailbox.deliver(DemoMail.plain(i));
      }
      tenant.latency().set(Duration.ofMillis(50), Duration.ofMillis(10));
      MailroomRun mailroom =
          MailroomRun.startRuntime(tenant, folder, "--mailroom.limits.page-size=20");
      await().atMost(PATIENCE).until(() -> mailbox.unread() < 760);
      mailroom.close();
      tenant.latency().set(Duration.ZERO, Duration.ZERO);
      long unread = mailbox.unread();
      assertThat(unread).as("it stopped before the end").isPositive();
      try (MailroomRun next = MailroomRun.start(tenant, folder)) {
        List<String> delivered =
            next.database().queryForList("select message_id from mail_message", String.class);
        assertThat(delivered)
            .containsExactlyInAnyOrderElementsOf(
                mailbox.messages().stream()
                    .filter(DemoMessage::isRead)
                    .map(DemoMessage::immutableId)
                    .toList());
        assertThat(next.importSupport().imported()).isEqualTo((int) unread);
        assertThat(next.rows("mail_message")).isEqualTo(800);
      }
    }
  }

  @Test
  void the_embedded_broker_starts_with_the_first_message_for_a_queue_and_opens_no_port() {
    try (DemoTenant tenant = DemoTenant.start()) {
      DemoMailbox mailbox = tenant.mailbox("support@contoso.com");
      DemoMailbox orders = tenant.mailbox("orders@contoso.com");
      mailbox.deliver(DemoMail.plain(1));
      try (MailroomRun running =
          MailroomRun.startRuntime(
              tenant,
              folder,
              "--mailroom.accounts.orders.mailbox=orders@contoso.com",
              "--mailroom.accounts.orders.credential=demo",
              "--mailroom.accounts.orders.deliver-to=queue")) {
        await().atMost(PATIENCE).until(() -> mailbox.unread() == 0);
        EmbeddedActiveMQ broker = running.bean(EmbeddedActiveMQ.class);
        assertThat(running.bean("jmsHealthIndicator", HealthIndicator.class).health().getStatus())
            .isEqualTo(Status.UP);
        assertThat(broker.getActiveMQServer()).as("nothing went to a queue").isNull();
        assertThat(folder.resolve("data/broker")).doesNotExist();

        orders.deliver(DemoMail.plain(2));
        await().atMost(PATIENCE).until(() -> orders.unread() == 0);
        assertThat(broker.getActiveMQServer().locateQueue("mailroom.messages").getMessageCount())
            .isEqualTo(1);
        assertThat(broker.getActiveMQServer().getConfiguration().getAcceptorConfigurations())
            .extracting(TransportConfiguration::getFactoryClassName)
            .containsExactly(InVMAcceptorFactory.class.getName());
        assertThat(folder.resolve("data/broker.properties")).doesNotExist();
      }
    }
  }

  @Test
  void
      a_command_beside_a_running_mailroom_whose_broker_has_a_port_delivers_to_the_same_database_and_queue() {
    try (DemoTenant tenant = DemoTenant.start()) {
      DemoMailbox mailbox = tenant.mailbox("support@contoso.com");
      try (MailroomRun running =
          MailroomRun.startRuntime(
              tenant,
              folder,
              "--mailroom.accounts.support.poll-every=1h",
              "--mailroom.broker-port=0")) {
        await().atMost(PATIENCE).until(() -> !tenant.requests().isEmpty());
        mailbox.deliver(DemoMail.plain(1));
        try (MailroomRun command =
            MailroomRun.start(
                tenant, folder, "--mailroom.accounts.support.deliver-to=database,queue")) {
          assertThat(command.importSupport().isComplete()).isTrue();
        }
        assertThat(running.rows("mail_message")).isEqualTo(1);
        Boolean queued =
            running
                .bean(JmsTemplate.class)
                .browse(
                    "mailroom.messages",
                    (session, browser) -> browser.getEnumeration().hasMoreElements());
        assertThat(queued).isTrue();
      }
      assertThat(folder.resolve("data/broker.properties")).doesNotExist();
    }
  }

  @Test
  void a_changed_route_file_is_taken_over_and_a_broken_one_is_reported_and_leaves_the_running_one(
      CapturedOutput output) throws Exception {
    Path routes = folder.resolve("routes");
    ImportTest.copyRoutes(routes);
    Path drop = routes.resolve("deliver-to-drop.camel.yaml");
    Files.writeString(drop, dropRoute("one"));
    try (DemoTenant tenant = DemoTenant.start()) {
      DemoMailbox mailbox = tenant.mailbox("support@contoso.com");
      try (MailroomRun mailroom =
          MailroomRun.startRuntime(
              tenant,
              folder,
              "--mailroom.routes=file:" + routes,
              "--mailroom.destinations.drop=direct:deliver-to-drop",
              "--mailroom.accounts.support.deliver-to=drop")) {
        mailbox.deliver(DemoMail.plain(1));
        await().atMost(PATIENCE).until(() -> Files.exists(folder.resolve("one")));

        Files.writeString(drop, dropRoute("two"));
        await()
            .atMost(PATIENCE)
            .until(() -> output.getOut().contains("deliver-to-drop.camel.yaml was reloaded"));
        mailbox.deliver(DemoMail.plain(2));
        await().atMost(PATIENCE).until(() -> Files.exists(folder.resolve("two")));

        Files.writeString(drop, dropRoute("three").replace("fileName", "fileNome"));
        await()
            .atMost(PATIENCE)
            .until(() -> output.getOut().contains("deliver-to-drop.camel.yaml was not taken over"));
        assertThat(output.getOut()).contains("fileNome").doesNotContain("\tat ");
        Files.writeString(drop, dropRoute("three").replace("steps:", "stoops:"));
        await().atMost(PATIENCE).until(() -> output.getOut().contains("line 6"));
        long read = mailbox.messages().size();
        mailbox.deliver(DemoMail.plain(3));
        await()
            .atMost(PATIENCE)
            .until(() -> mailbox.unread() == 0 && mailbox.messages().size() == read + 1);
        assertThat(folder.resolve("three")).doesNotExist();
      }
    }
  }

  private String dropRoute(String name) {
    return """
    - route:
        id: deliver-to-drop
        from:
          uri: direct:deliver-to-drop
          steps:
            - to:
                uri: file:%s
                parameters:
                  fileName: %s
    """
        .formatted(folder, name);
  }
}
