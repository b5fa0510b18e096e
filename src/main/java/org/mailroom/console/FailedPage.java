package org.mailroom.console;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.mailroom.schedule.AccountSchedule;
import org.mailroom.account.Accounts;
import org.mailroom.delivery.FailedDeliveries;
import org.mailroom.delivery.FailedDeliveries.FailedDelivery;
import org.mailroom.delivery.FailedDeliveries.Selection;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** The deliveries that were given up: why, and what is to become of them. */
@Controller
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
final class FailedPage {

  private static final int SHOWN = 100;

  private final FailedDeliveries failures;
  private final Accounts accounts;
  private final AccountSchedule schedule;
  private final RetryProgress retries;
  private final Attention attention;
  private final Trail trail;

  FailedPage(FailedDeliveries failures, Accounts accounts, AccountSchedule schedule, RetryProgress retries, Attention attention,
      Trail trail) {
    this.failures = failures;
    this.accounts = accounts;
    this.schedule = schedule;
    this.retries = retries;
    this.attention = attention;
    this.trail = trail;
  }

  @GetMapping("/failed")
  String list(@RequestParam(required = false) String account, Model model) {
    String chosen = blankToNull(account);
    Map<String, Long> counts = failures.count();
    List<FailedDelivery> shown = failures.list(new Selection(chosen, null, null), SHOWN);
    model.addAttribute("failed", shown);
    model.addAttribute("account", chosen);
    model.addAttribute("counts", counts);
    model.addAttribute("total", chosen == null ? counts.values().stream().mapToLong(Long::longValue).sum() : counts.getOrDefault(chosen, 0L));
    model.addAttribute("retries", retries.now().orElse(null));
    return "failed";
  }

  @PostMapping("/failed/retry")
  String retry(@RequestParam(required = false) String account, @RequestParam(required = false) String message, @RequestParam(required = false) String destination,
      @RequestParam(required = false) String shown, RedirectAttributes told) {
    Selection selection = new Selection(blankToNull(account), blankToNull(message), blankToNull(destination));
    List<String> known = new ArrayList<>();
    List<String> deleted = new ArrayList<>();
    (selection.account() != null ? List.of(selection.account()) : failures.count().keySet()).forEach(id -> (accounts.find(id).isPresent() ? known : deleted).add(id));
    // of an account that isn't there any more nothing would ever be tried: it stays among the failed
    int changed = known.stream().mapToInt(id -> failures.retry(new Selection(id, selection.messageId(), selection.destination()))).sum();
    retries.begin(changed);
    recordChange(Trail.Action.RETRIED, selection, changed);
    known.forEach(this::importNow);
    if (known.isEmpty() && !deleted.isEmpty()) {
      return untried(told, shown, deleted);
    }
    tell(told, shown, changed, (changed == 1 ? "It is tried again with the account’s next import." : changed + " deliveries are tried again with the next imports.")
        + (deleted.isEmpty() ? "" : " " + goneAccounts(deleted)));
    return "redirect:/failed";
  }

  private String untried(RedirectAttributes told, String shown, List<String> deleted) {
    if (blankToNull(shown) != null) {
      told.addAttribute("account", shown);
    }
    told.addFlashAttribute("problem", goneAccounts(deleted));
    return "redirect:/failed";
  }

  private static String goneAccounts(List<String> deleted) {
    return "Not tried: there is no account " + String.join(", ", deleted) + " any more, or its settings don’t fit. Set it up again, or discard its deliveries.";
  }

  @PostMapping("/failed/discard")
  String discard(@RequestParam(required = false) String account, @RequestParam(required = false) String message, @RequestParam(required = false) String destination,
      @RequestParam(required = false) String shown, RedirectAttributes told) {
    Selection selection = new Selection(blankToNull(account), blankToNull(message), blankToNull(destination));
    int changed = failures.discard(selection);
    recordChange(Trail.Action.DISCARDED, selection, changed);
    tell(told, shown, changed, changed == 1 ? "It was given up for good." : changed + " deliveries were given up for good.");
    return "redirect:/failed";
  }

  private void recordChange(Trail.Action action, Selection selection, int changed) {
    if (changed > 0) {
      trail.record(action, selection.account() == null ? "failed deliveries of all accounts" : "failed deliveries of " + selection.account(),
          changed + (selection.messageId() == null ? "" : ", message " + selection.messageId()) + (selection.destination() == null ? "" : " to " + selection.destination()));
    }
  }

  private void importNow(String account) {
    if (!schedule.isPaused(account)) {
      schedule.importNow(account);
    }
  }

  private void tell(RedirectAttributes told, String shown, int changed, String done) {
    attention.changed();
    if (blankToNull(shown) != null) {
      told.addAttribute("account", shown);
    }
    told.addFlashAttribute(changed == 0 ? "problem" : "done", changed == 0 ? "There is no such failed delivery any more." : done);
  }

  private static String blankToNull(String text) {
    return text == null || text.isBlank() ? null : text;
  }
}
