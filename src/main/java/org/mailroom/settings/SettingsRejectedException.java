package org.mailroom.settings;

import java.util.List;
import java.util.stream.Collectors;

/** A change of settings at run time that isn't possible. Nothing was changed. */
public final class SettingsRejectedException extends RuntimeException {

  private final List<FieldProblem> problems;

  public SettingsRejectedException(List<FieldProblem> problems) {
    super(
        problems.stream()
            .map(problem -> problem.field() + ": " + problem.message())
            .collect(Collectors.joining("; ")));
    this.problems = List.copyOf(problems);
  }

  public SettingsRejectedException(String field, String message) {
    this(List.of(new FieldProblem(field, message)));
  }

  /**
   * @throws SettingsRejectedException with the problems, when there are any
   */
  public static void throwIfAny(List<FieldProblem> problems) {
    if (!problems.isEmpty()) {
      throw new SettingsRejectedException(problems);
    }
  }

  /** Each with the field that it concerns, for a form. */
  public List<FieldProblem> problems() {
    return problems;
  }
}
