package org.mailroom.console;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.mailroom.settings.FieldProblem;
import org.springframework.ui.Model;

/**
 * What is wrong with a form.
 *
 * @param wrong in words, by field
 * @param general what belongs to none of the form's fields
 */
record FormProblems(Map<String, String> wrong, List<String> general) {

  /**
   * @param fields that the form shows beside the id
   */
  static FormProblems of(List<FieldProblem> problems, Collection<String> fields) {
    return new FormProblems(
        problems.stream()
            .collect(
                Collectors.toMap(
                    FieldProblem::field,
                    FieldProblem::message,
                    (one, other) -> one + "; " + other)),
        problems.stream()
            .filter(problem -> !fields.contains(problem.field()) && !problem.field().equals("id"))
            .map(
                problem ->
                    problem.field().isEmpty()
                        ? problem.message()
                        : problem.field() + " " + problem.message())
            .toList());
  }

  void addTo(Model model) {
    model.addAttribute("wrong", wrong);
    model.addAttribute("general", general);
  }
}
