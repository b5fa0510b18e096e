package org.mailroom.console;

import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.format.DateTimeParseException;
import org.jspecify.annotations.Nullable;
import org.mailroom.account.Account;
import org.mailroom.account.Accounts;
import org.mailroom.listing.Backfill;
import org.mailroom.listing.Backfills;
import org.mailroom.listing.UnclearFilterException;
import org.mailroom.schedule.AccountSchedule;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.server.ResponseStatusException;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** Begins backfills: what {@code import --since} does, from the page of an account. */
@Controller
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
final class BackfillForm {

  private final Backfills backfills;
  private final Accounts accounts;
  private final AccountSchedule schedule;
  private final Clock clock;
  private final Trail trail;

  BackfillForm(
      Backfills backfills, Accounts accounts, AccountSchedule schedule, Clock clock, Trail trail) {
    this.backfills = backfills;
    this.accounts = accounts;
    this.schedule = schedule;
    this.clock = clock;
    this.trail = trail;
  }

  /**
   * Imports a period of the past with the account's next import, which begins at once.
   *
   * @param since first day, by this machine's calendar
   * @param until the day after the last one; empty: up to now
   */
  @PostMapping("/account/{id}/backfill")
  String begin(
      @PathVariable String id,
      @RequestParam String since,
      @RequestParam(required = false) @Nullable String until,
      @RequestParam(required = false) boolean read,
      RedirectAttributes told) {
    require(id);
    try {
      Instant from = midnight(since);
      Instant to = until == null || until.isBlank() ? null : midnight(until);
      if (!from.isBefore(to == null ? clock.instant() : to)) {
        return problem(
            id,
            to == null ? "The first day is in the future." : "The first day isn’t before the end.",
            told);
      }
      return begin(id, from, to, read, told);
    } catch (DateTimeParseException notADay) {
      return problem(
          id, "Say the first day, and perhaps the day after the last one, as 2026-01-31.", told);
    }
  }

  /** Goes on with the one that was interrupted. */
  @PostMapping("/account/{id}/backfill/go-on")
  String goOn(@PathVariable String id, RedirectAttributes told) {
    require(id);
    Backfill known = backfills.find(id).filter(each -> each.ended() == null).orElse(null);
    return known == null
        ? problem(id, "There is no backfill to go on with.", told)
        : begin(id, known.since(), known.until(), known.includeRead(), told);
  }

  private String begin(
      String id, Instant from, @Nullable Instant to, boolean read, RedirectAttributes told) {
    if (backfills.isUnderway(id)) {
      return problem(id, "A backfill of this account runs; wait until it has ended.", told);
    }
    try {
      if (read) {
        Backfill.requireReadCanBeIncluded(accounts.find(id).map(Account::filter).orElse(null));
      }
    } catch (UnclearFilterException unclear) {
      return problem(id, String.valueOf(unclear.getMessage()), told);
    }
    backfills.request(id, from, to, read);
    schedule.importNow(id);
    trail.record(
        Trail.Action.BACKFILLED,
        Trail.account(id),
        "since "
            + from
            + (to == null ? "" : " until " + to)
            + (read ? ", read messages included" : ""));
    told.addFlashAttribute("done", "The backfill begins with the account’s next import.");
    told.addAttribute("id", id);
    return "redirect:/account/{id}";
  }

  private static Instant midnight(String day) {
    return LocalDate.parse(day.strip()).atStartOfDay(ZoneId.systemDefault()).toInstant();
  }

  private void require(String id) {
    if (accounts.find(id).isEmpty()) {
      throw new ResponseStatusException(HttpStatus.NOT_FOUND);
    }
  }

  private static String problem(String id, String problem, RedirectAttributes told) {
    told.addFlashAttribute("problem", problem);
    told.addAttribute("id", id);
    return "redirect:/account/{id}";
  }
}
