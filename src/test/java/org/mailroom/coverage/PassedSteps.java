package org.mailroom.coverage;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.stream.Stream;
import org.apache.camel.AsyncCallback;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.NamedNode;
import org.apache.camel.Processor;
import org.apache.camel.model.TryDefinition;
import org.apache.camel.spi.CamelContextTracker;
import org.apache.camel.support.processor.DelegateAsyncProcessor;
import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.LauncherSessionListener;

/**
 * Notes which steps of routes exchanges passed in the tests of this JVM, and writes their ids into
 * {@code target/route-coverage/} when the tests have ended. JUnit finds it by {@code
 * META-INF/services}.
 */
public final class PassedSteps implements LauncherSessionListener {

  /** A step that is noted when it is passed for the first time. */
  private static final class Noted extends DelegateAsyncProcessor {

    private final List<String> ids;
    private final Set<String> passed;
    private volatile boolean noted;

    private Noted(Processor step, List<String> ids, Set<String> passed) {
      super(step);
      this.ids = ids;
      this.passed = passed;
    }

    @Override
    public boolean process(Exchange exchange, AsyncCallback callback) {
      if (!noted) {
        noted = true;
        passed.addAll(ids);
      }
      return super.process(exchange, callback);
    }
  }

  static final Path FOLDER = Path.of("target/route-coverage");

  private final Set<String> passed = new ConcurrentSkipListSet<>();
  private final CamelContextTracker tracker =
      new CamelContextTracker() {
        @Override
        public void contextCreated(CamelContext context) {
          context
              .getCamelContextExtension()
              .addInterceptStrategy(
                  (of, step, target, next) -> new Noted(target, ids(step), passed));
        }
      };

  @Override
  public void launcherSessionOpened(LauncherSession session) {
    tracker.open();
  }

  @Override
  public void launcherSessionClosed(LauncherSession session) {
    tracker.close();
    try {
      Files.createDirectories(FOLDER);
      Files.write(FOLDER.resolve(ProcessHandle.current().pid() + ".txt"), passed);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Camel intercepts no doTry itself, so that its first step tells that it was passed. */
  private static List<String> ids(NamedNode step) {
    return Stream.iterate(
            step, node -> node == step || node instanceof TryDefinition, NamedNode::getParent)
        .map(NamedNode::getId)
        .filter(Objects::nonNull)
        .toList();
  }
}
