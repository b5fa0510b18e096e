package org.mailroom.start;

import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.LauncherSessionListener;

/**
 * What a test awaits without a bound of its own may take as long on a busy machine as it likes, up
 * to a minute instead of ten seconds. JUnit finds it by {@code META-INF/services}.
 */
public final class PatientAwaits implements LauncherSessionListener {

  @Override
  public void launcherSessionOpened(LauncherSession session) {
    Awaitility.setDefaultTimeout(Duration.ofMinutes(1));
  }

  @Override
  public void launcherSessionClosed(LauncherSession session) {
    Awaitility.reset();
  }
}
