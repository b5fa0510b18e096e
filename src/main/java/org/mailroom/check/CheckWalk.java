package org.mailroom.check;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.mailroom.credential.CredentialException;
import org.mailroom.graph.GraphException;
import org.mailroom.settings.RouteNotRunningException;

/**
 * Steps of a check of which each needs the ones before it: after one that failed the others are
 * skipped.
 */
final class CheckWalk {

  private static final String EARLIER = "an earlier step failed";

  /** What a step tries; returns what came back. */
  interface Attempt {
    String run() throws Exception;
  }

  private final Consumer<CheckStep> told;
  private @Nullable String failed;

  /**
   * @param told gets each step when it is done
   */
  CheckWalk(Consumer<CheckStep> told) {
    this.told = told;
  }

  void skip(String name, String tried, @Nullable String why) {
    told.accept(CheckStep.skipped(name, tried, failed == null ? why : EARLIER + ": " + failed));
  }

  /** What follows can be tried although this step has failed. */
  void goOnWithout(String name) {
    failed = name.equals(failed) ? null : failed;
  }

  void step(String name, String tried, Attempt attempt) {
    if (failed != null) {
      skip(name, tried, null);
      return;
    }
    CheckStep step = run(name, tried, attempt);
    failed = step.isFailed() ? name : failed;
    told.accept(step);
  }

  private static CheckStep run(String name, String tried, Attempt attempt) {
    try {
      return CheckStep.ok(name, tried, attempt.run());
    } catch (CheckFailure e) {
      return CheckStep.failed(name, tried, e.getMessage(), e.remedy());
    } catch (CredentialException | GraphException | RouteNotRunningException e) {
      return CheckStep.failed(name, tried, e.getMessage(), null);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return CheckStep.failed(name, tried, "it was interrupted.", null);
    } catch (Exception e) {
      return CheckStep.failed(
          name,
          tried,
          e.getClass().getSimpleName() + ": " + e.getMessage() + ".",
          "Report this as a bug if it lasts.");
    }
  }
}
