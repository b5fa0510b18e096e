package org.mailroom.console;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.mailroom.account.AccountEditor;
import org.mailroom.account.Accounts;
import org.mailroom.account.DiscoveredAccounts;
import org.mailroom.credential.Credential;
import org.mailroom.credential.Credentials;
import org.mailroom.settings.FieldProblem;
import org.mailroom.settings.Home;
import org.mailroom.settings.MailroomProperties;
import org.mailroom.settings.SettingsRejectedException;
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

/**
 * An account's settings: those of the database to be changed, those of application.yaml to be read.
 */
@Controller
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
final class AccountsPage {

  private static final List<String> TEXTS =
      List.of(
          "mailbox",
          "members-of",
          "credential",
          "folder",
          "folders",
          "filter",
          "poll-every",
          "poll-at",
          "zone",
          "content",
          "max-size",
          "max-age",
          "attachments.include",
          "attachments.exclude",
          "attachments.max-size",
          "after-import.move-to",
          "after-import.add-categories",
          "after-import.flag",
          "after-failure.add-categories",
          "after-failure.move-to");
  private static final List<String> SWITCHES =
      List.of(
          "recursive",
          "reply-text",
          "attachments.inline",
          "after-import.mark-as-read",
          "after-import.delete",
          "after-import.categorise-failures");
  private static final List<String> SHOWN =
      Stream.of(TEXTS, SWITCHES, List.of("deliver-to")).flatMap(List::stream).toList();

  private final Accounts accounts;
  private final AccountEditor editor;
  private final DiscoveredAccounts discovered;
  private final Credentials credentials;
  private final MailroomProperties properties;
  private final Attention attention;
  private final Trail trail;

  AccountsPage(
      Accounts accounts,
      AccountEditor editor,
      DiscoveredAccounts discovered,
      Credentials credentials,
      MailroomProperties properties,
      Attention attention,
      Trail trail) {
    this.accounts = accounts;
    this.editor = editor;
    this.discovered = discovered;
    this.credentials = credentials;
    this.properties = properties;
    this.attention = attention;
    this.trail = trail;
  }

  @GetMapping("/accounts/~new")
  String add(@RequestParam(required = false) @Nullable String credential, Model model) {
    Map<String, String> fields =
        new LinkedHashMap<>(
            Map.of(
                "folder",
                "inbox",
                "filter",
                "isRead eq false",
                "content",
                "json",
                "deliver-to",
                "database",
                "attachments.inline",
                "true",
                "after-import.mark-as-read",
                "true",
                "after-import.categorise-failures",
                "true"));
    if (credential != null) {
      fields.put("credential", credential);
    }
    return form(null, fields, List.of(), model);
  }

  @PostMapping("/accounts/~new")
  String create(
      @RequestParam Map<String, String> form,
      @RequestParam(name = "deliver-to", required = false) @Nullable List<String> deliverTo,
      Model model,
      jakarta.servlet.http.HttpServletResponse response,
      RedirectAttributes told) {
    Map<String, String> fields = fields(form, deliverTo);
    String id = form.getOrDefault("id", "").strip();
    try {
      editor.create(id, fields);
    } catch (SettingsRejectedException e) {
      response.setStatus(HttpStatus.UNPROCESSABLE_ENTITY.value());
      fields.put("id", id);
      return form(null, fields, e.problems(), model);
    }
    trail.record(Trail.Action.CREATED, Trail.account(id), Changes.entered(fields));
    return changed(
        id,
        isEntry(id)
            ? "Entry " + id + " was saved; it is asked now who is in the group."
            : "Account " + id + " was saved; it is polled from now on.",
        told);
  }

  @GetMapping("/accounts/{id}")
  String show(@PathVariable String id, Model model) {
    require(id);
    return form(id, new LinkedHashMap<>(accounts.fields(id)), List.of(), model);
  }

  @PostMapping("/accounts/{id}")
  String update(
      @PathVariable String id,
      @RequestParam Map<String, String> form,
      @RequestParam(name = "deliver-to", required = false) @Nullable List<String> deliverTo,
      Model model,
      jakarta.servlet.http.HttpServletResponse response,
      RedirectAttributes told) {
    require(id);
    Map<String, String> fields = fields(form, deliverTo);
    Map<String, String> before = accounts.fields(id);
    try {
      editor.update(id, fields);
    } catch (SettingsRejectedException e) {
      response.setStatus(HttpStatus.UNPROCESSABLE_ENTITY.value());
      return form(id, fields, e.problems(), model);
    }
    trail.record(Trail.Action.CHANGED, Trail.account(id), Changes.between(before, fields));
    return changed(id, (isEntry(id) ? "Entry " : "Account ") + id + " was saved.", told);
  }

  @PostMapping("/accounts/{id}/delete")
  String delete(@PathVariable String id, RedirectAttributes told) {
    require(id);
    boolean entry = isEntry(id);
    try {
      editor.delete(id);
    } catch (SettingsRejectedException e) {
      told.addFlashAttribute("problem", "Account " + e.problems().get(0).message());
      told.addAttribute("id", id);
      return "redirect:/accounts/{id}";
    }
    trail.record(Trail.Action.DELETED, Trail.account(id), null);
    attention.changed();
    told.addFlashAttribute(
        "done",
        entry
            ? "Entry " + id + " was deleted, and its accounts with it. What they imported stays."
            : "Account " + id + " was deleted. What it imported stays.");
    return "redirect:/accounts";
  }

  private String form(
      @Nullable String id, Map<String, String> fields, List<FieldProblem> problems, Model model) {
    model.addAttribute("id", id);
    model.addAttribute("heading", id == null ? "New account" : "Settings of " + id);
    model.addAttribute("fields", fields);
    model.addAttribute("editable", id == null || isEditable(id));
    model.addAttribute(
        "ofRoute", id != null && accounts.home(id).filter(home -> home == Home.ROUTE).isPresent());
    String foundBy = id == null ? null : discovered.entryOf(id).orElse(null);
    model.addAttribute("foundBy", foundBy);
    model.addAttribute(
        "entryOfFile",
        foundBy != null
            && accounts.home(foundBy).filter(home -> home == Home.CONFIGURATION).isPresent());
    model.addAttribute("entry", id != null && isEntry(id));
    model.addAttribute(
        "finds",
        discovered.found().values().stream().filter(one -> one.entry().equals(id)).count());
    model.addAttribute("credentials", credentials.list().stream().map(Credential::id).toList());
    model.addAttribute("destinations", new TreeSet<>(properties.destinations().keySet()));
    model.addAttribute("chosen", List.of(fields.getOrDefault("deliver-to", "").split("\\s*,\\s*")));
    model.addAttribute("unusable", id == null ? null : accounts.problems().get(id));
    FormProblems.of(problems, SHOWN).addTo(model);
    return "account-settings";
  }

  private static Map<String, String> fields(
      Map<String, String> form, @Nullable List<String> deliverTo) {
    Map<String, String> fields = new LinkedHashMap<>();
    TEXTS.forEach(key -> fields.put(key, form.getOrDefault(key, "")));
    SWITCHES.forEach(key -> fields.put(key, String.valueOf(form.containsKey(key))));
    fields.put("deliver-to", deliverTo == null ? "" : String.join(",", deliverTo));
    return fields;
  }

  private boolean isEntry(String id) {
    return discovered.entries().containsKey(id);
  }

  private boolean isEditable(String id) {
    return accounts.home(id).filter(home -> home == Home.DATABASE).isPresent();
  }

  private void require(String id) {
    if (accounts.home(id).isEmpty()) {
      throw new ResponseStatusException(HttpStatus.NOT_FOUND);
    }
  }

  private String changed(String id, String done, RedirectAttributes told) {
    attention.changed();
    told.addFlashAttribute("done", done);
    told.addAttribute("id", id);
    return "redirect:/accounts/{id}";
  }
}
