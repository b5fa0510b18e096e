package org.mailroom.console;

import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import org.mailroom.account.Accounts;
import org.mailroom.account.ImportResult;
import org.mailroom.account.PollHistory;
import org.mailroom.delivery.WaitingDeliveries;
import org.mailroom.monitoring.AccountStatus;
import org.mailroom.monitoring.AccountStatuses;
import org.mailroom.push.PushStatus;
import org.mailroom.schedule.AccountSchedule;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.dao.DataAccessException;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.server.ResponseStatusException;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** One account: how it does, what its polls came to, and what somebody can do about it. */
@Controller
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
final class AccountPage {

  private static final int POLLS = 50;
  private static final int DAYS = 14;
  private static final int WAITING = 50;

  private final AccountStatuses statuses;
  private final Accounts accounts;
  private final AccountSchedule schedule;
  private final PollHistory history;
  private final AccountChecks checks;
  private final BackfillProgress backfills;
  private final Attention attention;
  private final PauseReasons pauses;
  private final Trail trail;
  private final ImportMeter meter;
  private final WaitingDeliveries waiting;
  private final PushStatus push;

  AccountPage(
      AccountStatuses statuses,
      Accounts accounts,
      AccountSchedule schedule,
      PollHistory history,
      AccountChecks checks,
      BackfillProgress backfills,
      Attention attention,
      PauseReasons pauses,
      Trail trail,
      ImportMeter meter,
      WaitingDeliveries waiting,
      PushStatus push) {
    this.statuses = statuses;
    this.accounts = accounts;
    this.schedule = schedule;
    this.history = history;
    this.checks = checks;
    this.backfills = backfills;
    this.attention = attention;
    this.pauses = pauses;
    this.trail = trail;
    this.meter = meter;
    this.waiting = waiting;
    this.push = push;
  }

  @GetMapping("/account/{id}")
  String show(@PathVariable String id, Model model) {
    AccountStatus status =
        statuses.find(id).orElseThrow(() -> new ResponseStatusException(HttpStatus.NOT_FOUND));
    model.addAttribute("status", status);
    // a paused account may be importing, by hand or to its end: it is the pause that can be ended
    model.addAttribute("paused", schedule.isPaused(id));
    model.addAttribute("reason", pauses.reasons(List.of(status)).get(id));
    model.addAttribute("settings", accounts.find(id).orElse(null));
    model.addAttribute("check", checks.last(id).orElse(null));
    model.addAttribute("backfill", backfills.of(id).orElse(null));
    model.addAttribute("today", history.today());
    model.addAttribute("running", meter.of(id).orElse(null));
    model.addAttribute(
        "folders", schedule.lastResult(id).map(ImportResult::folders).orElse(List.of()));
    model.addAttribute("node", schedule.workedBy(id).orElse(null));
    addHistory(id, model);
    return "account";
  }

  /** Nothing of it while the database is down: how the account does is told all the same. */
  private void addHistory(String id, Model model) {
    List<PollHistory.Poll> polls = List.of();
    Map<LocalDate, Long> imported = Map.of();
    try {
      polls = history.recent(id, POLLS);
      model.addAttribute("waiting", waiting.of(id, WAITING));
      accounts.find(id).ifPresent(account -> model.addAttribute("push", push.of(account).words()));
      imported = history.importedByDay(List.of(id), DAYS).getOrDefault(id, Map.of());
    } catch (DataAccessException databaseDown) {
      model.addAttribute("historyUnknown", true);
    }
    model.addAttribute("polls", polls);
    model.addAttribute(
        "imported", Sparkline.of(imported, history.today(), DAYS, Sparkline.most(imported)));
  }

  /** Walks the way of the account; the page shows step by step how far it got. */
  @PostMapping("/account/{id}/check")
  String check(@PathVariable String id, RedirectAttributes told) {
    require(id);
    checks.begin(id);
    trail.record(Trail.Action.CHECKED, Trail.account(id), null);
    told.addAttribute("id", id);
    return "redirect:/account/{id}";
  }

  @PostMapping("/account/{id}/import")
  String importNow(@PathVariable String id, RedirectAttributes told) {
    require(id);
    trail.record(Trail.Action.IMPORTED, Trail.account(id), null);
    return changed(
        id,
        schedule.importNow(id)
            ? "It is imported once more as soon as the import that runs has ended."
            : "It is imported now.",
        told);
  }

  @PostMapping("/account/{id}/pause")
  String pause(@PathVariable String id, RedirectAttributes told) {
    require(id);
    schedule.pause(id);
    trail.record(Trail.Action.PAUSED, Trail.account(id), null);
    return changed(id, "It is paused. An import that runs is finished.", told);
  }

  @PostMapping("/account/{id}/resume")
  String resume(@PathVariable String id, RedirectAttributes told) {
    require(id);
    schedule.resume(id);
    trail.record(Trail.Action.RESUMED, Trail.account(id), null);
    return changed(id, "It is resumed.", told);
  }

  private void require(String id) {
    if (accounts.find(id).isEmpty()) {
      throw new ResponseStatusException(HttpStatus.NOT_FOUND);
    }
  }

  private String changed(String id, String done, RedirectAttributes told) {
    attention.changed();
    told.addFlashAttribute("done", done);
    told.addAttribute("id", id);
    return "redirect:/account/{id}";
  }
}
