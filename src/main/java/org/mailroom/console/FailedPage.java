package org.mailroom.console;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.mailroom.account.Accounts;
import org.mailroom.delivery.FailedDeliveries;
import org.mailroom.delivery.FailedDeliveries.FailedDelivery;
import org.mailroom.delivery.FailedDeliveries.Selection;
import org.mailroom.schedule.AccountSchedule;
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
  private static final int DELIVERIES = 500;

  /**
   * A message that failed somewhere, with the cause of each destination.
   *
   * @param key of the message in the forms of the page
   * @param causes destinations by cause
   */
  record Message(String key, FailedDelivery first, Map<String, List<String>> causes, int attempts) {

    /** What its box is for. */
    public String label() {
      return first.subject() == null || first.subject().isBlank()
          ? "Choose a message that has no subject"
          : "Choose " + Words.harmless(first.subject());
    }

    /** It has an id, by which its page is found. */
    public boolean isListed() {
      return !first.messageId().startsWith("unlistable-");
    }
  }

  private final FailedDeliveries failures;
  private final Accounts accounts;
  private final AccountSchedule schedule;
  private final RetryProgress retries;
  private final Attention attention;
  private final Trail trail;

  FailedPage(
      FailedDeliveries failures,
      Accounts accounts,
      AccountSchedule schedule,
      RetryProgress retries,
      Attention attention,
      Trail trail) {
    this.failures = failures;
    this.accounts = accounts;
    this.schedule = schedule;
    this.retries = retries;
    this.attention = attention;
    this.trail = trail;
  }

  @GetMapping("/failed")
  String list(@RequestParam(required = false) @Nullable String account, Model model) {
    String chosen = blankToNull(account);
    Map<String, Long> counts = failures.count();
    List<Message> shown = messages(failures.list(new Selection(chosen, null, null), DELIVERIES));
    model.addAttribute("failed", shown);
    model.addAttribute("account", chosen);
    model.addAttribute("counts", counts);
    model.addAttribute("total", count(counts, chosen));
    model.addAttribute("retries", retries.now().orElse(null));
    return "failed";
  }

  /** Of one account, or of all. */
  private static long count(Map<String, Long> counts, @Nullable String account) {
    return account == null
        ? counts.values().stream().mapToLong(Long::longValue).sum()
        : counts.getOrDefault(account, 0L);
  }

  /** One for each message, in the order of the first of its deliveries. */
  private static List<Message> messages(List<FailedDelivery> deliveries) {
    Map<String, List<FailedDelivery>> byMessage = new LinkedHashMap<>();
    deliveries.forEach(
        each -> byMessage.computeIfAbsent(key(each), key -> new ArrayList<>()).add(each));
    return byMessage.entrySet().stream()
        .limit(SHOWN)
        .map(
            each -> {
              Map<String, List<String>> causes = new LinkedHashMap<>();
              each.getValue()
                  .forEach(
                      delivery ->
                          causes
                              .computeIfAbsent(
                                  String.valueOf(delivery.error()), cause -> new ArrayList<>())
                              .add(delivery.destination()));
              return new Message(
                  each.getKey(),
                  each.getValue().get(0),
                  causes,
                  each.getValue().stream().mapToInt(FailedDelivery::attempts).max().orElse(0));
            })
        .toList();
  }

  private static String key(FailedDelivery delivery) {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(
            (delivery.account() + "\n" + delivery.messageId()).getBytes(StandardCharsets.UTF_8));
  }

  /** The messages that somebody has ticked; what isn't a key is left out. */
  private static List<Selection> selections(@Nullable List<String> keys) {
    List<Selection> selections = new ArrayList<>();
    for (String key : keys == null ? List.<String>of() : keys) {
      try {
        String[] parts =
            new String(Base64.getUrlDecoder().decode(key), StandardCharsets.UTF_8).split("\n", 2);
        if (parts.length == 2) {
          selections.add(new Selection(parts[0], parts[1], null));
        }
      } catch (IllegalArgumentException notAKey) {
        // nobody who uses the page sends one
      }
    }
    return selections;
  }

  /** Tries the ticked messages again, to each destination that failed. */
  @PostMapping("/failed/retry-chosen")
  String retryChosen(
      @RequestParam(required = false) @Nullable List<String> chosen,
      @RequestParam(required = false) @Nullable String shown,
      RedirectAttributes told) {
    int changed = 0;
    Set<String> imported = new LinkedHashSet<>();
    Set<String> deleted = new LinkedHashSet<>();
    for (Selection selection : selections(chosen)) {
      if (accounts.find(selection.account()).isEmpty()) {
        deleted.add(selection.account());
        continue;
      }
      int deliveries = failures.retry(selection);
      recordChange(Trail.Action.RETRIED, selection, deliveries);
      changed += deliveries;
      imported.add(selection.account());
    }
    retries.begin(changed);
    imported.forEach(this::importNow);
    if (imported.isEmpty() && !deleted.isEmpty()) {
      return untried(told, shown, List.copyOf(deleted));
    }
    return toldOfChosen(
        told,
        shown,
        chosen,
        changed,
        (changed == 1 ? "1 delivery is" : changed + " deliveries are")
            + " tried again with the next import."
            + (deleted.isEmpty() ? "" : " " + goneAccounts(List.copyOf(deleted))));
  }

  @PostMapping("/failed/discard-chosen")
  String discardChosen(
      @RequestParam(required = false) @Nullable List<String> chosen,
      @RequestParam(required = false) @Nullable String shown,
      RedirectAttributes told) {
    int changed = 0;
    for (Selection selection : selections(chosen)) {
      int deliveries = failures.discard(selection);
      recordChange(Trail.Action.DISCARDED, selection, deliveries);
      changed += deliveries;
    }
    return toldOfChosen(
        told,
        shown,
        chosen,
        changed,
        (changed == 1 ? "1 delivery was" : changed + " deliveries were") + " given up for good.");
  }

  private String toldOfChosen(
      RedirectAttributes told,
      @Nullable String shown,
      @Nullable List<String> chosen,
      int changed,
      String done) {
    if (chosen == null || chosen.isEmpty()) {
      told.addFlashAttribute("problem", "Choose at least one message.");
      if (blankToNull(shown) != null) {
        told.addAttribute("account", shown);
      }
    } else {
      tell(told, shown, changed, done);
    }
    return "redirect:/failed";
  }

  @PostMapping("/failed/retry")
  String retry(
      @RequestParam(required = false) @Nullable String account,
      @RequestParam(required = false) @Nullable String message,
      @RequestParam(required = false) @Nullable String destination,
      @RequestParam(required = false) @Nullable String shown,
      RedirectAttributes told) {
    Selection selection =
        new Selection(blankToNull(account), blankToNull(message), blankToNull(destination));
    List<String> known = new ArrayList<>();
    List<String> deleted = new ArrayList<>();
    (selection.account() != null ? List.of(selection.account()) : failures.count().keySet())
        .forEach(id -> (accounts.find(id).isPresent() ? known : deleted).add(id));
    // of an account that isn't there any more nothing would ever be tried: it stays among the
    // failed
    int changed =
        known.stream()
            .mapToInt(
                id ->
                    failures.retry(
                        new Selection(id, selection.messageId(), selection.destination())))
            .sum();
    retries.begin(changed);
    recordChange(Trail.Action.RETRIED, selection, changed);
    known.forEach(this::importNow);
    if (known.isEmpty() && !deleted.isEmpty()) {
      return untried(told, shown, deleted);
    }
    tell(
        told,
        shown,
        changed,
        (changed == 1
                ? "It is tried again with the account’s next import."
                : changed + " deliveries are tried again with the next imports.")
            + (deleted.isEmpty() ? "" : " " + goneAccounts(deleted)));
    return "redirect:/failed";
  }

  private String untried(RedirectAttributes told, @Nullable String shown, List<String> deleted) {
    if (blankToNull(shown) != null) {
      told.addAttribute("account", shown);
    }
    told.addFlashAttribute("problem", goneAccounts(deleted));
    return "redirect:/failed";
  }

  private static String goneAccounts(List<String> deleted) {
    return "Not tried: there is no account "
        + String.join(", ", deleted)
        + " any more, or its settings don’t fit. Set it up again, or discard its deliveries.";
  }

  /**
   * Gives deliveries up for good.
   *
   * @param counted how many the page said that would be: more than somebody agreed to are never
   *     given up
   */
  @PostMapping("/failed/discard")
  String discard(
      @RequestParam(required = false) @Nullable String account,
      @RequestParam(required = false) @Nullable String message,
      @RequestParam(required = false) @Nullable String destination,
      @RequestParam(required = false) @Nullable String shown,
      @RequestParam(required = false) @Nullable Long counted,
      RedirectAttributes told) {
    Selection selection =
        new Selection(blankToNull(account), blankToNull(message), blankToNull(destination));
    long present = counted == null ? 0 : count(failures.count(), selection.account());
    if (counted != null && present > counted) {
      attention.changed();
      if (blankToNull(shown) != null) {
        told.addAttribute("account", shown);
      }
      told.addFlashAttribute(
          "problem",
          "Nothing was given up: "
              + present
              + " deliveries have failed by now, and not "
              + counted
              + ". Look at them, then discard.");
      return "redirect:/failed";
    }
    int changed = failures.discard(selection);
    recordChange(Trail.Action.DISCARDED, selection, changed);
    tell(
        told,
        shown,
        changed,
        changed == 1
            ? "It was given up for good."
            : changed + " deliveries were given up for good.");
    return "redirect:/failed";
  }

  private void recordChange(Trail.Action action, Selection selection, int changed) {
    if (changed > 0) {
      trail.record(
          action,
          selection.account() == null
              ? "failed deliveries of all accounts"
              : "failed deliveries of " + selection.account(),
          changed
              + (changed == 1 ? " delivery" : " deliveries")
              + (selection.messageId() == null ? "" : ", message " + selection.messageId())
              + (selection.destination() == null ? "" : " to " + selection.destination()));
    }
  }

  private void importNow(String account) {
    if (!schedule.isPaused(account)) {
      schedule.importNow(account);
    }
  }

  private void tell(RedirectAttributes told, @Nullable String shown, int changed, String done) {
    attention.changed();
    if (blankToNull(shown) != null) {
      told.addAttribute("account", shown);
    }
    told.addFlashAttribute(
        changed == 0 ? "problem" : "done",
        changed == 0 ? "There is no such failed delivery any more." : done);
  }

  private static @Nullable String blankToNull(@Nullable String text) {
    return text == null || text.isBlank() ? null : text;
  }
}
