package org.mailroom.graph;

import io.micrometer.core.instrument.MeterRegistry;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import org.mailroom.settings.MailroomProperties;
import org.springframework.beans.factory.support.StaticListableBeanFactory;

/** Gates of mailboxes for tests of other packages. */
public final class GatesForTests {

  private GatesForTests() {}

  public static MailboxGates of(
      MailroomProperties properties, MeterRegistry meters, Fence fence, Clock clock) {
    return new MailboxGates(
        properties,
        new GraphMetrics(meters),
        new StaticListableBeanFactory().getBeanProvider(Patience.class),
        new RuntimeStop(),
        fence,
        clock);
  }

  /** A request passes, and its answer comes. */
  public static void pass(MailboxGates gates, String mailbox) {
    GraphRequest<String> request = request(mailbox);
    gates.enter(request);
    gates.leave(request);
  }

  /** An answer asks for patience. */
  public static void throttled(MailboxGates gates, String mailbox, Duration asked) {
    gates.pause(request(mailbox), 429, asked);
  }

  private static GraphRequest<String> request(String mailbox) {
    return GraphRequest.get(
        GraphOperation.GET_MESSAGE,
        "contoso",
        mailbox,
        URI.create("https://graph.microsoft.com/v1.0/x"),
        answer -> "read");
  }
}
