package org.mailroom.start;

import java.io.IOException;
import java.io.UncheckedIOException;
import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.LauncherSessionListener;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.boot.logging.LogLevel;
import org.springframework.boot.logging.LoggingInitializationContext;
import org.springframework.boot.logging.LoggingSystem;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.io.ClassPathResource;

/**
 * A test that starts no application reads the same log as one that does, and whatever ran before it
 * in its JVM: the levels and the form of the application's own settings, instead of everything in
 * Logback's. JUnit finds it by {@code META-INF/services}.
 */
public final class ApplicationLogging implements LauncherSessionListener {

  @Override
  public void launcherSessionOpened(LauncherSession session) {
    StandardEnvironment settings = new StandardEnvironment();
    try {
      new YamlPropertySourceLoader()
          .load("application", new ClassPathResource("application.yaml"))
          .forEach(settings.getPropertySources()::addLast);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    LoggingSystem logging = LoggingSystem.get(getClass().getClassLoader());
    logging.beforeInitialize();
    logging.initialize(new LoggingInitializationContext(settings), null, null);
    Binder.get(settings)
        .bind("logging.level", Bindable.mapOf(String.class, LogLevel.class))
        .get()
        .forEach(logging::setLogLevel);
    // an application that a test starts brings its own
    logging.cleanUp();
  }
}
