package org.mailroom.bench;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How long the server takes for each page of the console, with 500 accounts and 50,000 messages, in
 * the embedded database and in PostgreSQL: when nothing is imported, and while all mailboxes have
 * new mail. An import is not slowed down for it. The sign-in page, which asks nothing and nobody,
 * is measured in the same rounds, as what a page costs at least on this machine at that moment.
 */
final class ConsolePages implements Row {

  private static final Duration PATIENCE = Duration.ofMinutes(15);
  private static final Duration ASKED_AGAIN_EVERY = Duration.ofSeconds(10);
  private static final String EMPTY = "/login?signed-out";
  private static final Pattern MESSAGE = Pattern.compile("href=\"(/messages/message\\?[^\"]+)\"");
  private static final Pattern EARLIER = Pattern.compile("rel=\"next\" href=\"([^\"]+)\"");
  private static final double QUIET_MILLIS = 200;
  private static final double BUSY_MILLIS = 1000;

  @Override
  public String name() {
    return "console";
  }

  @Override
  public List<Figure> measure(Surroundings around) throws Exception {
    List<Figure> figures = new ArrayList<>();
    for (String database : List.of("H2", "PostgreSQL")) {
      around.tenant().clear();
      figures.addAll(measure(around, database));
    }
    return figures;
  }

  private static List<Figure> measure(Surroundings around, String database) throws Exception {
    int count = Surroundings.number("console.accounts", 500);
    int messages = Surroundings.number("console.messages", 100);
    int times = Surroundings.number("console.times", 20);
    List<String> mailboxes = around.mailboxes(count, messages);
    // imported when this row says so, and not in between
    try (MailroomProcess mailroom =
        around.process(
            database.equals("H2") ? null : around.database().create(),
            List.of("-Xmx512m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"),
            mailboxes,
            "--mailroom.poll-every=6h",
            "--spring.security.user.name=" + ConsoleVisitor.USER,
            "--spring.security.user.password=" + ConsoleVisitor.PASSWORD)) {
      mailroom.await(
          "its start",
          PATIENCE,
          Duration.ofMillis(200),
          () -> mailroom.output().contains("Console: "));
      ConsoleVisitor visitor = ConsoleVisitor.signIn(mailroom.output());
      List<String> accounts = mailboxes.stream().map(Settings::id).toList();
      mailroom.await(
          "the first import",
          PATIENCE,
          ASKED_AGAIN_EVERY,
          () -> isImported(around, mailboxes, visitor, accounts));
      List<String> pages = pages(visitor, Settings.id(mailboxes.get(6)));
      for (int i = 0; i < times; i++) {
        for (String page : pages) {
          visitor.millis(page);
        }
      }
      Map<String, List<Double>> quiet = new LinkedHashMap<>();
      for (int i = 0; i < times; i++) {
        round(visitor, pages, quiet);
      }
      Map<String, List<Double>> busy = new LinkedHashMap<>();
      for (String mailbox : mailboxes) {
        around.tenant().fill(mailbox, messages);
      }
      long begin = System.nanoTime();
      while (!isImported(around, mailboxes, visitor, accounts)) {
        for (String page : pages) {
          if (isLeft(around, mailboxes)) {
            add(visitor, page, busy);
          }
        }
      }
      if (busy.size() < pages.size()) {
        throw new IllegalStateException(
            "the import was over before each page was asked for: let there be more messages, by"
                + " bench.console.messages");
      }
      System.out.println(
          Figure.text(
              "  %s: %d messages were imported in %d s, while each page was asked for %d times",
              database,
              count * messages,
              (System.nanoTime() - begin) / 1_000_000_000L,
              busy.getOrDefault(EMPTY, List.of()).size()));
      return table(database, pages, quiet, busy);
    }
  }

  /** What is left, such as for a database that was too slow for a moment, is imported again. */
  private static boolean isImported(
      Surroundings around, List<String> mailboxes, ConsoleVisitor visitor, List<String> accounts)
      throws IOException {
    boolean left = isLeft(around, mailboxes);
    if (left) {
      visitor.importNow(accounts);
    }
    return !left;
  }

  /** As a rule one question is enough: the mailboxes that come last are asked first. */
  private static boolean isLeft(Surroundings around, List<String> mailboxes) throws IOException {
    for (int i = mailboxes.size() - 1; i >= 0; i--) {
      if (around.tenant().left(mailboxes.get(i)) > 0) {
        return true;
      }
    }
    return false;
  }

  /**
   * Every page that can be come to by links, with the slower kinds of search; a message and the
   * second page of the list, too.
   */
  private static List<String> pages(ConsoleVisitor visitor, String account) throws IOException {
    String list = visitor.body("/messages");
    Matcher message = MESSAGE.matcher(list);
    Matcher earlier = EARLIER.matcher(list);
    if (!message.find() || !earlier.find()) {
      throw new IOException("the list of messages is empty, or has no second page");
    }
    return List.of(
        EMPTY,
        "/",
        "/?state=IDLE&page=3",
        "/?q=box77",
        "/account/" + account,
        "/messages",
        plain(earlier.group(1)),
        "/messages?account=" + account,
        "/messages?q=message+4711",
        "/messages?q=nothing+like+it",
        "/messages?status=FAILED",
        "/messages?destination=database&status=DELIVERED",
        "/messages?from=2020-01-01&to=2020-02-01",
        plain(message.group(1)),
        "/failed",
        "/accounts",
        "/accounts?page=7",
        "/accounts/~new",
        "/accounts/" + account,
        "/credentials",
        "/credentials/~new",
        "/credentials/demo",
        "/routes",
        "/routes/import-account",
        "/nodes",
        "/trail",
        "/users",
        "/no-such-page");
  }

  private static String plain(String address) {
    return address.replace("&amp;", "&");
  }

  private static void round(
      ConsoleVisitor visitor, List<String> pages, Map<String, List<Double>> taken)
      throws IOException {
    for (String page : pages) {
      add(visitor, page, taken);
    }
  }

  private static void add(ConsoleVisitor visitor, String page, Map<String, List<Double>> taken)
      throws IOException {
    taken.computeIfAbsent(page, one -> new ArrayList<>()).add(visitor.millis(page));
  }

  private static List<Figure> table(
      String database,
      List<String> pages,
      Map<String, List<Double>> quiet,
      Map<String, List<Double>> busy) {
    double empty = median(quiet.get(EMPTY));
    double emptyBusy = median(busy.get(EMPTY));
    List<Figure> figures = new ArrayList<>();
    for (String page : pages) {
      if (!page.equals(EMPTY)) {
        figures.add(figure(database + ", quiet: ", page, quiet.get(page), empty, QUIET_MILLIS));
      }
    }
    for (String page : pages) {
      if (!page.equals(EMPTY) && busy.containsKey(page)) {
        figures.add(
            figure(
                database + ", during an import: ", page, busy.get(page), emptyBusy, BUSY_MILLIS));
      }
    }
    return figures;
  }

  private static Figure figure(
      String when, String page, List<Double> taken, double empty, double most) {
    double median = median(taken);
    double worst = taken.stream().mapToDouble(Double::doubleValue).max().orElseThrow();
    String shown = page.length() > 60 ? page.substring(0, 58) + "…" : page;
    return new Figure(
        when + shown,
        Figure.text("median %.0f ms, worst of %d %.0f ms", median, taken.size(), worst),
        Figure.text("sign-in page %.1f ms", empty),
        Figure.text("%.1f", median / empty),
        Figure.text("worst under %.0f ms", most),
        worst < most);
  }

  private static double median(List<Double> values) {
    return values.stream().sorted().toList().get(values.size() / 2);
  }
}
