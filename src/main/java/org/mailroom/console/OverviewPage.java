package org.mailroom.console;

import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.mailroom.account.PollHistory;
import org.mailroom.delivery.DestinationHealth;
import org.mailroom.monitoring.AccountStatus;
import org.mailroom.monitoring.AccountStatus.State;
import org.mailroom.monitoring.AccountStatuses;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.dao.DataAccessException;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;

/**
 * Every account in a line: what it is at, and whether somebody has to do something. Those come
 * first.
 */
@Controller
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
final class OverviewPage {

  private static final int DAYS = 14;

  /** More make the page slow while imports have the processor. */
  private static final int SHOWN = 50;

  /** What can be chosen beside states. */
  private static final String BACKLOG = "backlog";

  private static final String FAILED = "failed";
  private static final String TODAY = "today";

  /**
   * An account and what it imported on the last days.
   *
   * @param backfill one that isn't through; or null
   */
  record Line(
      AccountStatus account, Sparkline imported, BackfillProgress.@Nullable Standing backfill) {}

  private final AccountStatuses statuses;
  private final PollHistory history;
  private final DestinationHealth destinations;
  private final BackfillProgress backfills;
  private final RetryProgress retries;
  private final PauseReasons pauses;
  private final ImportPlots plots;

  OverviewPage(
      AccountStatuses statuses,
      PollHistory history,
      DestinationHealth destinations,
      BackfillProgress backfills,
      RetryProgress retries,
      PauseReasons pauses,
      ImportPlots plots) {
    this.statuses = statuses;
    this.history = history;
    this.destinations = destinations;
    this.backfills = backfills;
    this.retries = retries;
    this.pauses = pauses;
    this.plots = plots;
  }

  @GetMapping("/")
  String show(
      @RequestParam(required = false) @Nullable String q,
      @RequestParam(required = false) @Nullable String state,
      @RequestParam(defaultValue = "1") int page,
      Model model) {
    List<AccountStatus> all = statuses.all();
    String words = q == null ? "" : q.strip().toLowerCase(java.util.Locale.ROOT);
    List<AccountStatus> chosen =
        all.stream()
            .filter(
                account ->
                    words.isEmpty()
                        || account.account().toLowerCase(java.util.Locale.ROOT).contains(words)
                        || (account.mailbox() != null
                            && account
                                .mailbox()
                                .toLowerCase(java.util.Locale.ROOT)
                                .contains(words)))
            .filter(account -> isChosen(account, state))
            .sorted(
                Comparator.comparing((AccountStatus account) -> urgency(account.state()))
                    .thenComparing(AccountStatus::account))
            .toList();
    int pages = Math.max(1, (chosen.size() + SHOWN - 1) / SHOWN);
    int shown = Math.min(Math.max(1, page), pages);
    List<AccountStatus> onPage =
        chosen.subList((shown - 1) * SHOWN, Math.min(chosen.size(), shown * SHOWN));
    Map<String, Map<LocalDate, Long>> imported = lately(onPage);
    long scale = imported.values().stream().mapToLong(Sparkline::most).max().orElse(0);
    Map<String, BackfillProgress.Standing> unfinished = backfills.unfinished();
    List<Line> lines = new ArrayList<>();
    onPage.forEach(
        account ->
            lines.add(
                new Line(
                    account,
                    Sparkline.of(
                        imported.getOrDefault(account.account(), Map.of()),
                        history.today(),
                        DAYS,
                        scale),
                    unfinished.get(account.account()))));
    model.addAttribute("lines", lines);
    model.addAttribute("reasons", pauses.reasons(lines.stream().map(Line::account).toList()));
    model.addAttribute("page", shown);
    model.addAttribute("pages", pages);
    model.addAttribute("q", q == null ? "" : q);
    model.addAttribute("chosenState", state);
    model.addAttribute("states", State.values());
    model.addAttribute("scale", scale);
    model.addAttribute("plots", plots.all(together(all)));
    model.addAttribute("totals", Totals.of(all));
    model.addAttribute("tiles", tiles(Totals.of(all), state == null ? "" : state));
    model.addAttribute("chosen", chosen.size());
    model.addAttribute("outages", destinations.outages());
    model.addAttribute("retries", retries.now().orElse(null));
    return "overview";
  }

  private static boolean isChosen(AccountStatus account, @Nullable String state) {
    return switch (state == null ? "" : state) {
      case "" -> true;
      case BACKLOG -> account.backlog() != null && account.backlog() > 0;
      case FAILED -> account.failed() > 0;
      case TODAY -> account.importedToday() > 0;
      default -> account.state().name().equalsIgnoreCase(state);
    };
  }

  /**
   * Of the days that a line shows. Nothing while the database is down: how the accounts do is told
   * all the same.
   */
  private Map<String, Map<LocalDate, Long>> lately(List<AccountStatus> shown) {
    try {
      return history.importedByDay(shown.stream().map(AccountStatus::account).toList(), DAYS);
    } catch (DataAccessException databaseDown) {
      return Map.of();
    }
  }

  private Map<LocalDate, Long> together(List<AccountStatus> all) {
    Map<LocalDate, Long> together = new TreeMap<>();
    try {
      together.putAll(history.importedByDayOfAll(ImportPlots.DAYS));
    } catch (DataAccessException databaseDown) {
      return together;
    }
    // with those of the imports that run
    together.merge(
        history.today(), all.stream().mapToLong(AccountStatus::importing).sum(), Long::sum);
    return together;
  }

  /**
   * A figure that leads to the accounts which it counts.
   *
   * @param address null where it leads nowhere
   * @param chosen these are shown
   */
  record Tile(String name, long count, String tone, String address, boolean chosen, String hint) {

    private static Tile of(String name, long count, String tone, String state, String now) {
      return new Tile(
          name,
          count,
          count > 0 ? tone : "",
          state.isEmpty() ? "/" : "/?state=" + state,
          state.equalsIgnoreCase(now),
          "Show these accounts");
    }
  }

  private static List<Tile> tiles(Totals totals, String state) {
    return List.of(
        Tile.of("Accounts", totals.accounts(), "", "", state),
        Tile.of("Need attention", totals.attention(), "bad", State.NEEDS_ATTENTION.name(), state),
        Tile.of("Importing", totals.importing(), "", State.IMPORTING.name(), state),
        Tile.of("Waiting", totals.waiting(), "warn", State.WAITING.name(), state),
        Tile.of("Paused", totals.paused(), "", State.PAUSED.name(), state),
        Tile.of("Imported today", totals.importedToday(), "", TODAY, state),
        Tile.of("Backlog", totals.backlog(), "", BACKLOG, state),
        new Tile(
            "Failed deliveries",
            totals.failed(),
            totals.failed() > 0 ? "bad" : "",
            "/failed",
            false,
            "Show failed deliveries"));
  }

  /** Sums over all accounts. */
  record Totals(
      int accounts,
      long attention,
      long importing,
      long waiting,
      long paused,
      long importedToday,
      long backlog,
      long failed) {

    static Totals of(List<AccountStatus> all) {
      return new Totals(
          all.size(),
          count(all, State.NEEDS_ATTENTION),
          count(all, State.IMPORTING),
          count(all, State.WAITING),
          count(all, State.PAUSED),
          all.stream().mapToLong(AccountStatus::importedToday).sum(),
          all.stream()
              .mapToLong(account -> account.backlog() == null ? 0 : account.backlog())
              .sum(),
          all.stream().mapToLong(AccountStatus::failed).sum());
    }

    private static long count(List<AccountStatus> all, State state) {
      return all.stream().filter(account -> account.state() == state).count();
    }
  }

  private static int urgency(State state) {
    return switch (state) {
      case NEEDS_ATTENTION -> 0;
      case WAITING -> 1;
      case IMPORTING -> 2;
      case IDLE -> 3;
      case PAUSED -> 4;
    };
  }
}
