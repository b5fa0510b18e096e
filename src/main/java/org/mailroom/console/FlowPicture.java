package org.mailroom.console;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The flow as the README draws it, with counts: from the timer to the destinations on top, what the
 * mailbox is told and the wire below. It is drawn of the routes that are there; a route that a site
 * has taken out is left out with its lines. The site's further routes stand in the list.
 */
final class FlowPicture {

  /**
   * A box.
   *
   * @param id of the route that it leads to; null when there is none
   * @param title in words
   * @param what is told below it: how many passed, or what is wrong
   * @param now how many are in it now, in words; null when none is
   * @param failed how many failed, in words; null when none has
   * @param tone {@code hot} where it fails, {@code off} where it is stopped, {@code aside} for what
   *     the site decides, else empty
   */
  record Box(
      int x,
      int y,
      @Nullable String id,
      String title,
      String what,
      @Nullable String now,
      @Nullable String failed,
      String tone) {}

  /**
   * A line with an arrow.
   *
   * @param label null when there is none
   */
  record Wire(String path, boolean aside, @Nullable String label, int labelX, int labelY) {}

  record Picture(int width, int height, List<Box> boxes, List<Wire> wires) {}

  /**
   * A route as it stands.
   *
   * @param failing whether what passed last has failed
   */
  record Standing(boolean started, long total, long failed, long inflight, boolean failing) {}

  /**
   * A destination.
   *
   * @param route that serves it; null when it is an endpoint by itself
   * @param down whether it is
   */
  record Destination(String name, @Nullable String route, boolean down) {}

  static final int BOX_WIDTH = 184;
  static final int BOX_HEIGHT = 58;
  private static final int COLUMN = 232;
  private static final int LEFT = 8;
  private static final int TOP = 26;
  private static final int ROW = 84;
  private static final int MOST_DESTINATIONS = 6;
  private static final int LAST_COLUMN = 5;
  private static final Map<String, String> TITLES = new LinkedHashMap<>();

  static {
    TITLES.put("poll-accounts", "Timer: who is due");
    TITLES.put("import-account", "Import one account");
    TITLES.put("import-page", "Page by page");
    TITLES.put("prepare-message", "Make a MailMessage");
    TITLES.put("fetch-attachments", "Attachments to disk");
    TITLES.put("deliver", "Deliver");
    TITLES.put("mark-messages", "Mark as read");
    TITLES.put("ask-graph", "Ask, and ask again");
    TITLES.put("graph-request", "Microsoft Graph");
    TITLES.put("rules", "Rules");
    TITLES.put("confirm", "Confirm");
    TITLES.put("message-failed", "A message failed");
    TITLES.put("account-failed", "An account failed");
    TITLES.put("account-recovered", "It works again");
  }

  private final Map<String, Standing> routes;
  private final Function<Long, String> number;
  private final Map<String, Box> placed = new LinkedHashMap<>();
  private final List<Box> boxes = new ArrayList<>();
  private final List<Wire> wires = new ArrayList<>();

  private FlowPicture(Map<String, Standing> routes, Function<Long, String> number) {
    this.routes = routes;
    this.number = number;
  }

  /**
   * @param routes by their ids
   * @param waiting accounts in the queue of tasks
   * @param number writes a count
   */
  static Picture of(
      Map<String, Standing> routes,
      Collection<Destination> destinations,
      long waiting,
      Function<Long, String> number) {
    FlowPicture picture = new FlowPicture(routes, number);
    int rows = picture.destinations(destinations);
    int bottom = Math.max(3, rows);
    picture.place("poll-accounts", 0, 0, "");
    picture.place("import-account", 1, 0, "");
    picture.place("import-page", 2, 0, "");
    picture.place("prepare-message", 3, 0, "");
    picture.place("deliver", 4, 0, "");
    picture.place("account-failed", 1, 1, "aside");
    picture.place("account-recovered", 1, 2, "aside");
    picture.place("message-failed", 2, 1, "aside");
    picture.place("fetch-attachments", 3, 1, "");
    picture.place("rules", 3, 2, "aside");
    picture.place("mark-messages", 4, bottom, "");
    picture.place("confirm", 4, bottom + 1, "aside");
    picture.place("graph-request", 2, bottom, "");
    picture.place("ask-graph", 1, bottom, "");
    picture.wires(waiting, bottom);
    return new Picture(
        x(LAST_COLUMN) + BOX_WIDTH + LEFT,
        y(bottom + 1) + BOX_HEIGHT + LEFT,
        picture.boxes,
        picture.wires);
  }

  private static int x(int column) {
    return LEFT + column * COLUMN;
  }

  private static int y(int row) {
    return TOP + row * ROW;
  }

  private void place(String id, int column, int row, String tone) {
    Standing route = routes.get(id);
    if (route != null) {
      Box box = box(column, row, id, TITLES.getOrDefault(id, id), route, tone(route, tone));
      placed.put(id, box);
      boxes.add(box);
    }
  }

  private Box box(int column, int row, String id, String title, Standing route, String tone) {
    return new Box(
        x(column),
        y(row),
        id,
        title,
        route.started() ? number.apply(route.total()) + " passed" : "stopped",
        route.inflight() == 0 ? null : number.apply(route.inflight()) + " now",
        route.failed() == 0 ? null : number.apply(route.failed()) + " failed",
        tone);
  }

  private static String tone(Standing route, String otherwise) {
    return route.failing() ? "hot" : !route.started() ? "off" : otherwise;
  }

  /** At the right side, one below the other; returns how many rows they take. */
  private int destinations(Collection<Destination> all) {
    Map<String, Destination> sorted = new TreeMap<>();
    all.forEach(each -> sorted.put(each.name(), each));
    int row = 0;
    for (Destination each : sorted.values()) {
      if (row == MOST_DESTINATIONS - 1 && sorted.size() > MOST_DESTINATIONS) {
        boxes.add(
            plain(
                row++,
                (sorted.size() - MOST_DESTINATIONS + 1) + " more",
                "see mailroom.destinations",
                ""));
        break;
      }
      String id = each.route();
      Standing route = id == null ? null : routes.get(id);
      boxes.add(
          id == null || route == null
              ? plain(
                  row,
                  each.name(),
                  each.down() ? "is down" : "an endpoint",
                  each.down() ? "hot" : "")
              : box(
                  LAST_COLUMN,
                  row,
                  id,
                  each.name() + (each.down() ? " is down" : ""),
                  route,
                  each.down() ? "hot" : tone(route, "")));
      row++;
    }
    return row;
  }

  private static Box plain(int row, String title, String what, String tone) {
    return new Box(x(LAST_COLUMN), y(row), null, title, what, null, null, tone);
  }

  private void wires(long waiting, int bottom) {
    across(
        "poll-accounts",
        "import-account",
        waiting == 0 ? null : number.apply(waiting) + (waiting == 1 ? " waits" : " wait"));
    across("import-account", "import-page", null);
    across("import-page", "prepare-message", null);
    across("prepare-message", "deliver", null);
    down("import-account", "account-failed", true);
    down("account-failed", "account-recovered", true);
    down("import-page", "message-failed", true);
    down("prepare-message", "fetch-attachments", false);
    down("fetch-attachments", "rules", true);
    down("mark-messages", "confirm", true);
    Box deliver = placed.get("deliver");
    List<Box> ends = boxes.stream().filter(box -> box.x() == x(LAST_COLUMN)).toList();
    int middle = (x(4) + BOX_WIDTH + x(LAST_COLUMN)) / 2;
    for (Box end : ends) {
      if (deliver != null) {
        int from = deliver.y() + BOX_HEIGHT / 2;
        int to = end.y() + BOX_HEIGHT / 2;
        wire(
            "M"
                + (deliver.x() + BOX_WIDTH)
                + " "
                + from
                + (from == to ? "" : "H" + middle + "V" + to)
                + "H"
                + (end.x() - 2),
            false);
      }
    }
    Box mark = placed.get("mark-messages");
    if (mark != null && !ends.isEmpty()) {
      Box last = ends.get(ends.size() - 1);
      int over = last.x() + BOX_WIDTH / 2;
      String path =
          "M"
              + over
              + " "
              + (last.y() + BOX_HEIGHT)
              + "V"
              + (mark.y() + BOX_HEIGHT / 2)
              + "H"
              + (mark.x() + BOX_WIDTH + 2);
      wires.add(
          new Wire(
              path, false, "when every destination has it", over, y(bottom) + BOX_HEIGHT / 2 + 18));
    }
    Box graph = placed.get("graph-request");
    if (mark != null && graph != null) {
      int at = mark.y() + BOX_HEIGHT / 2;
      wires.add(
          new Wire(
              "M" + mark.x() + " " + at + "H" + (graph.x() + BOX_WIDTH + 2),
              false,
              "twenty in a request",
              (mark.x() + graph.x() + BOX_WIDTH) / 2,
              at - 8));
    }
    across("ask-graph", "graph-request", null);
  }

  private void across(String from, String to, @Nullable String label) {
    Box one = placed.get(from);
    Box other = placed.get(to);
    if (one != null && other != null) {
      int at = one.y() + BOX_HEIGHT / 2;
      wires.add(
          new Wire(
              "M" + (one.x() + BOX_WIDTH) + " " + at + "H" + (other.x() - 2),
              false,
              label,
              (one.x() + BOX_WIDTH + other.x()) / 2,
              at - 8));
    }
  }

  private void down(String from, String to, boolean aside) {
    Box one = placed.get(from);
    Box other = placed.get(to);
    if (one != null && other != null) {
      wire(
          "M" + (one.x() + BOX_WIDTH / 2) + " " + (one.y() + BOX_HEIGHT) + "V" + (other.y() - 2),
          aside);
    }
  }

  private void wire(String path, boolean aside) {
    wires.add(new Wire(path, aside, null, 0, 0));
  }
}
