package org.mailroom.console;

import java.util.Arrays;
import java.util.List;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.server.ResponseStatusException;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** Who may enter by password, and as what. A password is made here, told once, and never again. */
@Controller
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
final class UsersPage {

  private static final String BACK = "redirect:/users";

  private final ConsoleUsers users;
  private final Trail trail;

  UsersPage(ConsoleUsers users, Trail trail) {
    this.users = users;
    this.trail = trail;
  }

  @GetMapping("/users")
  String list(Model model) {
    model.addAttribute(
        "users",
        users.table().all().stream()
            .filter(user -> users.isPasswordOwn() || !user.name().equals(AdminPassword.USER))
            .toList());
    model.addAttribute("admin", AdminPassword.USER);
    model.addAttribute("configured", users.isPasswordOwn() ? null : users.name());
    model.addAttribute("roles", List.of(ConsoleRole.values()));
    return "users";
  }

  @PostMapping("/users")
  String create(@RequestParam String name, @RequestParam String role, RedirectAttributes told) {
    String chosen = name.strip();
    if (!chosen.matches(UserTable.NAME)) {
      return problem(
          "A user's name has letters, digits, '.', '_', '@' and '-' only, begins with a letter or"
              + " digit, and has at most 64 characters.",
          told);
    }
    if (users.isReserved(chosen)) {
      return problem("There is a user " + chosen + " already.", told);
    }
    ConsoleRole given = role(role);
    String password = users.table().create(chosen, given).orElse(null);
    if (password == null) {
      return problem("There is a user " + chosen + " already.", told);
    }
    trail.record(Trail.Action.CREATED, "user " + chosen, "as " + given.word());
    return tellPassword(chosen, password, told);
  }

  @PostMapping("/users/{name}/password")
  String renew(@PathVariable String name, RedirectAttributes told) {
    require(name);
    String password = users.table().renew(name);
    trail.record(Trail.Action.CHANGED, "user " + name, "a new password");
    return tellPassword(name, password, told);
  }

  @PostMapping("/users/{name}/role")
  String give(@PathVariable String name, @RequestParam String role, RedirectAttributes told) {
    requireOther(name);
    ConsoleRole given = role(role);
    users.table().give(name, given);
    trail.record(Trail.Action.CHANGED, "user " + name, "is " + given.word() + " now");
    told.addFlashAttribute("done", name + " is " + given.word() + " now.");
    return BACK;
  }

  @PostMapping("/users/{name}/delete")
  String delete(@PathVariable String name, RedirectAttributes told) {
    requireOther(name);
    users.table().delete(name);
    trail.record(Trail.Action.DELETED, "user " + name, null);
    told.addFlashAttribute("done", name + " can't enter any more.");
    return BACK;
  }

  private static ConsoleRole role(String word) {
    return ConsoleRole.of(word)
        .orElseThrow(
            () ->
                new ResponseStatusException(
                    HttpStatus.BAD_REQUEST,
                    "a role is one of "
                        + Arrays.stream(ConsoleRole.values()).map(ConsoleRole::word).toList()));
  }

  private void require(String name) {
    if (users.table().find(name).isEmpty()) {
      throw new ResponseStatusException(HttpStatus.NOT_FOUND);
    }
  }

  /** Admin stays what it is, so that somebody can always give roles. */
  private void requireOther(String name) {
    require(name);
    if (name.equals(AdminPassword.USER)) {
      throw new ResponseStatusException(HttpStatus.BAD_REQUEST);
    }
  }

  private static String tellPassword(String name, String password, RedirectAttributes told) {
    told.addFlashAttribute("password", password);
    told.addFlashAttribute("passwordOf", name);
    return BACK;
  }

  private static String problem(String words, RedirectAttributes told) {
    told.addFlashAttribute("problem", words);
    return BACK;
  }
}
