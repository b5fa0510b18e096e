package org.mailroom.settings;

import java.net.BindException;
import java.sql.SQLException;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzer;
import org.springframework.boot.ssl.NoSuchSslBundleException;
import org.springframework.core.env.Environment;

/** Says in a few lines why Mailroom can't start, and what to do. */
final class StartFailureAnalyzer implements FailureAnalyzer {

  private final Environment environment;

  StartFailureAnalyzer(Environment environment) {
    this.environment = environment;
  }

  @Override
  public @Nullable FailureAnalysis analyze(Throwable failure) {
    List<String> wrong = new WrongSettings(environment).in(failure);
    if (!wrong.isEmpty()) {
      return analyzeOne(new ConfigurationException(wrong));
    }
    return Causes.of(failure)
        .map(StartFailureAnalyzer::analyzeOne)
        .filter(Objects::nonNull)
        .findFirst()
        .orElse(null);
  }

  private static @Nullable FailureAnalysis analyzeOne(Throwable cause) {
    if (cause instanceof ConfigurationException) {
      return new FailureAnalysis(
          cause.getMessage(),
          "Correct application.yaml, or the environment variable that sets it.",
          cause);
    }
    if (cause instanceof SQLException database) {
      return new FailureAnalysis(
          "The database refuses: "
              + firstLine(database.getMessage())
              + " (SQL state "
              + database.getSQLState()
              + ")",
          "Check spring.datasource.url, username and password, and that the database runs. Nothing"
              + " was imported or marked.",
          cause);
    }
    if (cause instanceof NoSuchSslBundleException bundle) {
      return new FailureAnalysis(
          "mailroom.ssl-bundle is '"
              + bundle.getBundleName()
              + "', and there is no such SSL bundle.",
          "Define it below spring.ssl.bundle.pem or spring.ssl.bundle.jks, or leave"
              + " mailroom.ssl-bundle empty.",
          cause);
    }
    if (cause instanceof BindException) {
      return new FailureAnalysis(
          "The console's port is taken: " + cause.getMessage(),
          "Set server.port to a free one, or stop what listens there.",
          cause);
    }
    return null;
  }

  private static String firstLine(@Nullable String text) {
    return text == null ? "no reason given" : text.lines().findFirst().orElse("");
  }
}
