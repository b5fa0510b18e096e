package org.mailroom.console;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.mailroom.account.Account;
import org.mailroom.account.AccountEditor;
import org.mailroom.account.Accounts;
import org.mailroom.account.DiscoveredAccounts;
import org.mailroom.credential.Credential;
import org.mailroom.credential.Credentials;
import org.mailroom.monitoring.AccountStatus;
import org.mailroom.monitoring.AccountStatuses;
import org.mailroom.settings.AccountProperties;
import org.mailroom.settings.FieldProblem;
import org.mailroom.settings.Home;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** All accounts, searched and page by page, and one credential for several of them. */
@Controller
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
final class AccountsListPage {

  private static final int SHOWN = 50;
  private static final int REFUSALS_TOLD = 5;

  /**
   * What is looked for. Texts are empty where nothing is asked.
   *
   * @param q a part of the id, the mailbox or the folder
   * @param uses the credential
   * @param state a state's name, or {@code UNUSABLE}
   */
  record Search(String q, String uses, String state) {

    static Search of(@Nullable String q, @Nullable String uses, @Nullable String state) {
      return new Search(
          q == null ? "" : q.strip(),
          uses == null ? "" : uses.strip(),
          state == null ? "" : state.strip());
    }

    public boolean isEmpty() {
      return q.isEmpty() && uses.isEmpty() && state.isEmpty();
    }

    private boolean matches(Line line) {
      String words = q.toLowerCase(Locale.ROOT);
      return (words.isEmpty()
              || Stream.of(line.id(), line.mailbox(), line.folder())
                  .anyMatch(text -> text != null && text.toLowerCase(Locale.ROOT).contains(words)))
          && (uses.isEmpty() || uses.equals(line.credential()))
          && (state.isEmpty() || line.hasState(state));
    }
  }

  /**
   * @param status how it does; null for an entry that knows its mailboxes
   * @param problem why it can't be imported; or null
   * @param kept where, in words
   * @param finds how many accounts an entry for many has found; null for an account
   */
  record Line(
      String id,
      String mailbox,
      @Nullable String credential,
      @Nullable String folder,
      List<String> deliverTo,
      boolean editable,
      @Nullable AccountStatus status,
      @Nullable String problem,
      String kept,
      @Nullable Long finds) {

    /** An entry has none, but that it needs attention. */
    boolean hasState(String state) {
      return status != null
          ? status.state().name().equalsIgnoreCase(state)
          : problem != null && AccountStatus.State.NEEDS_ATTENTION.name().equalsIgnoreCase(state);
    }
  }

  private final Accounts accounts;
  private final AccountEditor editor;
  private final DiscoveredAccounts discovered;
  private final AccountStatuses statuses;
  private final Credentials credentials;
  private final Attention attention;
  private final Trail trail;

  AccountsListPage(
      Accounts accounts,
      AccountEditor editor,
      DiscoveredAccounts discovered,
      AccountStatuses statuses,
      Credentials credentials,
      Attention attention,
      Trail trail) {
    this.accounts = accounts;
    this.editor = editor;
    this.discovered = discovered;
    this.statuses = statuses;
    this.credentials = credentials;
    this.attention = attention;
    this.trail = trail;
  }

  @GetMapping("/accounts")
  String list(
      @RequestParam(required = false) @Nullable String q,
      @RequestParam(required = false) @Nullable String uses,
      @RequestParam(required = false) @Nullable String state,
      @RequestParam(defaultValue = "1") int page,
      Model model) {
    Search search = Search.of(q, uses, state);
    List<Line> all = lines();
    List<Line> found = all.stream().filter(search::matches).toList();
    int pages = Math.max(1, (found.size() + SHOWN - 1) / SHOWN);
    int shown = Math.min(Math.max(1, page), pages);
    model.addAttribute(
        "accounts", found.subList((shown - 1) * SHOWN, Math.min(found.size(), shown * SHOWN)));
    model.addAttribute("search", search);
    model.addAttribute("total", all.size());
    model.addAttribute("found", found.size());
    model.addAttribute("foundEditable", found.stream().filter(Line::editable).count());
    model.addAttribute("page", shown);
    model.addAttribute("pages", pages);
    model.addAttribute("states", AccountStatus.State.values());
    model.addAttribute("credentials", credentials.list().stream().map(Credential::id).toList());
    return "accounts";
  }

  private List<Line> lines() {
    List<Line> lines = new ArrayList<>();
    Map<String, AccountProperties> entries = discovered.entries();
    Map<String, Long> finds =
        discovered.found().values().stream()
            .collect(Collectors.groupingBy(DiscoveredAccounts.Found::entry, Collectors.counting()));
    entries.forEach(
        (id, settings) ->
            lines.add(
                new Line(
                    id,
                    accounts.mailboxInWords(id),
                    settings.credential(),
                    String.join(", ", settings.foldersToRead()),
                    settings.deliverTo(),
                    isEditable(id),
                    null,
                    accounts.problems().get(id),
                    kept(id),
                    finds.getOrDefault(id, 0L))));
    for (AccountStatus status : statuses.all()) {
      String id = status.account();
      if (entries.containsKey(id)) {
        continue;
      }
      Account account = accounts.find(id).orElse(null);
      if (account != null) {
        lines.add(
            new Line(
                id,
                account.mailbox(),
                account.credential(),
                account.folder(),
                account.deliverTo(),
                isEditable(id),
                status,
                null,
                kept(id),
                null));
      } else {
        Map<String, String> fields = accounts.fields(id);
        lines.add(
            new Line(
                id,
                accounts.mailboxInWords(id),
                fields.get("credential"),
                fields.get("folder"),
                List.of(),
                isEditable(id),
                status,
                accounts.problems().get(id),
                kept(id),
                null));
      }
    }
    lines.sort(Comparator.comparing(Line::id));
    return lines;
  }

  private boolean isEditable(String id) {
    return accounts.home(id).filter(home -> home == Home.DATABASE).isPresent();
  }

  private String kept(String id) {
    return switch (accounts.home(id).orElse(Home.CONFIGURATION)) {
      case DATABASE -> "database";
      case DISCOVERED -> "discovered by " + discovered.entryOf(id).orElse("application.yaml");
      case ROUTE -> "a route";
      case CONFIGURATION -> "application.yaml";
    };
  }

  /**
   * Gives several accounts another credential: those that were chosen, or all that the search
   * found.
   *
   * @param all whether those of the other pages are meant, too
   * @param counted how many the page said that would be: the states that are searched for change by
   *     themselves, and more than somebody agreed to are never changed
   */
  @PostMapping("/accounts/~credential")
  String applyCredential(
      @RequestParam String credential,
      @RequestParam(required = false) @Nullable List<String> account,
      @RequestParam(defaultValue = "false") boolean all,
      @RequestParam(required = false) @Nullable Integer counted,
      @RequestParam(required = false) @Nullable String q,
      @RequestParam(required = false) @Nullable String uses,
      @RequestParam(required = false) @Nullable String state,
      RedirectAttributes told) {
    Search search = Search.of(q, uses, state);
    Collection<String> chosen =
        all
            ? lines().stream().filter(search::matches).filter(Line::editable).map(Line::id).toList()
            : account == null ? List.of() : account;
    if (all && counted != null && chosen.size() > counted) {
      told.addFlashAttribute(
          "problem",
          "Nothing was changed: "
              + chosen.size()
              + " accounts are found by now, and not "
              + counted
              + ". Look at them, then apply.");
      return toSearch(search, told);
    }
    Map<String, List<FieldProblem>> problems = editor.giveCredential(chosen, credential);
    List<String> changed = chosen.stream().filter(id -> !problems.containsKey(id)).toList();
    List<String> refused =
        problems.entrySet().stream()
            .map(each -> each.getKey() + ": " + each.getValue().get(0).message())
            .toList();
    if (!changed.isEmpty()) {
      changed.forEach(
          id ->
              trail.record(
                  Trail.Action.CHANGED, Trail.account(id), "credential is " + credential + " now"));
      attention.changed();
      told.addFlashAttribute(
          "done",
          changed.size()
              + (changed.size() == 1 ? " account uses " : " accounts use ")
              + credential
              + " now.");
    }
    if (!refused.isEmpty() || changed.isEmpty()) {
      told.addFlashAttribute(
          "problem",
          refused.isEmpty()
              ? "Choose the accounts first."
              : String.join(" ", refused.subList(0, Math.min(refused.size(), REFUSALS_TOLD)))
                  + (refused.size() > REFUSALS_TOLD
                      ? " And " + (refused.size() - REFUSALS_TOLD) + " more."
                      : ""));
    }
    return toSearch(search, told);
  }

  private static String toSearch(Search search, RedirectAttributes told) {
    Map.of("q", search.q(), "uses", search.uses(), "state", search.state())
        .forEach((name, value) -> told.addAttribute(name, value.isEmpty() ? null : value));
    return "redirect:/accounts";
  }
}
