package org.mailroom;

import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.LifecycleMethodExecutionExceptionHandler;
import org.junit.jupiter.api.extension.TestExecutionExceptionHandler;
import org.opentest4j.TestAbortedException;

/**
 * A test that finds out that it can't run here (no root, no such command) fails: nobody reads the
 * number of those that were skipped. With {@code -Dmailroom.allow-skipped} it is skipped, as in the
 * IDE of somebody who knows. JUnit registers it for every test, by {@code META-INF/services};
 * {@code junit-platform.properties} has annotations such as {@code @Disabled} ignored.
 */
public final class SkippedTestsFail
    implements TestExecutionExceptionHandler, LifecycleMethodExecutionExceptionHandler {

  private static final String ALLOWED = "mailroom.allow-skipped";

  @Override
  public void handleTestExecutionException(ExtensionContext test, Throwable failure)
      throws Throwable {
    raise(failure);
  }

  @Override
  public void handleBeforeAllMethodExecutionException(ExtensionContext test, Throwable failure)
      throws Throwable {
    raise(failure);
  }

  @Override
  public void handleBeforeEachMethodExecutionException(ExtensionContext test, Throwable failure)
      throws Throwable {
    raise(failure);
  }

  private static void raise(Throwable failure) throws Throwable {
    String allowed = System.getProperty(ALLOWED);
    if (failure instanceof TestAbortedException && (allowed == null || allowed.equals("false"))) {
      throw new AssertionError(
          "This test can't run here: "
              + failure.getMessage()
              + ". Make that it can, or skip it by -D"
              + ALLOWED
              + ".",
          failure);
    }
    throw failure;
  }
}
