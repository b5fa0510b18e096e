package org.mailroom.graph;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.URI;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.mailroom.settings.MailroomProperties;
import org.springframework.beans.factory.support.StaticListableBeanFactory;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

/**
 * The parts of the wire as a unit test puts them together: with a clock that it sets, and with
 * rests that advance that clock.
 */
final class WireParts {

  final SettableClock clock = new SettableClock();
  final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  final MailroomProperties properties;
  final MailboxGates gates;
  boolean stopping;
  boolean anyoneWaiting;
  Duration rested = Duration.ZERO;
  Consumer<Duration> onRest = rest -> {};

  private final class SteeredStop implements StopSignal {
    @Override
    public boolean isStopping() {
      return stopping;
    }

    @Override
    public void rest(Duration duration) {
      rested = rested.plus(duration);
      clock.advance(duration);
      onRest.accept(duration);
    }
  }

  final StopSignal stop = new SteeredStop();

  WireParts(String... limits) {
    Map<String, String> settings = new HashMap<>();
    for (int i = 0; i < limits.length; i += 2) {
      settings.put("mailroom.limits." + limits[i], limits[i + 1]);
    }
    properties =
        new Binder(new MapConfigurationPropertySource(settings))
            .bindOrCreate("mailroom", MailroomProperties.class);
    StaticListableBeanFactory beans = new StaticListableBeanFactory();
    beans.addBean("patience", (Patience) () -> anyoneWaiting);
    gates =
        new MailboxGates(
            properties,
            new GraphMetrics(meters),
            beans.getBeanProvider(Patience.class),
            stop,
            Fence.NONE,
            clock);
  }

  static GraphRequest<String> request(GraphOperation operation, String mailbox) {
    return GraphRequest.get(
        operation,
        "contoso",
        mailbox,
        URI.create("https://graph.microsoft.com/v1.0/x"),
        answer -> "read");
  }

  static GraphRequest<String> request() {
    return request(GraphOperation.GET_MESSAGE, "a@contoso.com");
  }

  /** Enters and leaves, as a request does that succeeds. */
  void pass(String mailbox) {
    GraphRequest<String> request = request(GraphOperation.GET_MESSAGE, mailbox);
    gates.enter(request);
    gates.succeeded(request);
    gates.leave(request);
  }

  /** Enters and leaves, as a request does that is throttled. */
  void throttled(String mailbox, int status, Duration asked) {
    GraphRequest<String> request = request(GraphOperation.GET_MESSAGE, mailbox);
    gates.enter(request);
    gates.pause(request, status, asked);
    gates.leave(request);
  }
}
