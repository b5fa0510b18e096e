package org.mailroom;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.mailroom.demo.DemoMail;
import org.mailroom.demo.DemoMailbox;
import org.mailroom.demo.DemoTenant;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** A site that the service can't reach at first. */
@ExtendWith(OutputCaptureExtension.class)
class PushUnreachableTest {

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @Test
  void a_site_that_cannot_be_reached_polls_says_so_once_and_is_told_of_mail_once_it_can_be_reached(
      @TempDir Path folder, CapturedOutput output) {
    try (DemoTenant tenant = DemoTenant.start()) {
      DemoMailbox support = tenant.mailbox("support@contoso.com");
      DemoMailbox orders = tenant.mailbox("orders@contoso.com");
      try (PublishedMailroom mailroom =
          PublishedMailroom.start(
              TravellingClock.Application.class,
              tenant,
              folder,
              false,
              "--mailroom.accounts.orders.mailbox=orders@contoso.com",
              "--mailroom.accounts.orders.credential=demo",
              "--mailroom.accounts.orders.deliver-to=database")) {
        await()
            .atMost(PATIENCE)
            .until(
                () ->
                    mailroom.run().rows("push_subscription") == 2
                        && mailroom
                                .run()
                                .database()
                                .queryForObject(
                                    "select count(*) from push_subscription where refusal is not"
                                        + " null",
                                    Long.class)
                            == 2);
        support.deliver(DemoMail.plain(1));
        orders.deliver(DemoMail.plain(2));
        await().atMost(PATIENCE).until(() -> support.unread() == 0 && orders.unread() == 0);
        assertThat(output.getOut().lines().filter(line -> line.contains("can't reach Mailroom")))
            .singleElement()
            .asString()
            .contains("WARN")
            .contains("https://mailroom.contoso.com/notifications")
            .contains("mailroom.push.mode: off");
        assertThat(mailroom.get("/actuator/health").statusCode()).isEqualTo(200);

        tenant.subscriptions().publish(URI.create(PublishedMailroom.PUBLIC_URL), mailroom.here());
        mailroom.run().bean(TravellingClock.class).travel(Duration.ofMinutes(20));
        await().atMost(PATIENCE).until(() -> tenant.subscriptions().active().size() == 2);
        await()
            .atMost(PATIENCE)
            .until(() -> output.getOut().contains("Microsoft Graph tells Mailroom of new mail"));
      }
    }
  }
}
