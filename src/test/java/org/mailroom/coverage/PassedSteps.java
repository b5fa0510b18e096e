package org.mailroom.coverage;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.apache.camel.CamelContext;
import org.apache.camel.Route;
import org.apache.camel.spi.CamelContextTracker;
import org.apache.camel.support.LifecycleStrategySupport;
import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.LauncherSessionListener;

/**
 * Notes which steps of routes exchanges passed in the tests of this JVM, by Camel's own counts,
 * when a Camel context stops or loses a route, and writes their ids into {@code
 * target/route-coverage/} when the tests have ended. JUnit finds it by {@code META-INF/services}.
 */
public final class PassedSteps implements LauncherSessionListener {

  static final Path FOLDER = Path.of("target/route-coverage");

  private final Set<String> passed = new ConcurrentSkipListSet<>();
  private final CamelContextTracker tracker =
      new CamelContextTracker() {
        @Override
        public void contextCreated(CamelContext context) {
          context.addLifecycleStrategy(
              new LifecycleStrategySupport() {
                @Override
                public void onContextStopping(CamelContext stopping) {
                  note(stopping);
                }

                @Override
                public void onRoutesRemove(Collection<Route> routes) {
                  note(context);
                }
              });
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

  private void note(CamelContext context) {
    MBeanServer beans = ManagementFactory.getPlatformMBeanServer();
    try {
      ObjectName processors =
          new ObjectName(
              "org.apache.camel:context=" + context.getManagementName() + ",type=processors,*");
      for (ObjectName processor : beans.queryNames(processors, null)) {
        String id = ObjectName.unquote(processor.getKeyProperty("name"));
        if (!passed.contains(id) && (Long) beans.getAttribute(processor, "ExchangesTotal") > 0) {
          passed.add(id);
        }
      }
    } catch (JMException gone) {
      // a route that is removed at this moment: what it did was noted when it was the last time
    }
  }
}
