package org.mailroom.console;

import jakarta.servlet.http.HttpServletRequest;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.mailroom.settings.DatabaseBreaker;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.security.core.Authentication;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.ControllerAdvice;
import org.springframework.web.bind.annotation.ModelAttribute;

/**
 * What every page of the console shows: where one can go, what needs somebody, and who is signed
 * in.
 */
@ControllerAdvice(basePackageClasses = ConsoleModel.class)
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
final class ConsoleModel {

  /**
   * A page of the main navigation.
   *
   * @param count of what needs somebody there
   * @param unit what is counted, in words
   */
  record Item(String name, String path, boolean current, long count, String unit, String tone) {
    public String countText() {
      return count > 999 ? "999+" : String.valueOf(count);
    }
  }

  private static final String ASSETS = Integer.toHexString((int) System.currentTimeMillis());

  private final Attention attention;
  private final DatabaseBreaker database;

  ConsoleModel(Attention attention, DatabaseBreaker database) {
    this.attention = attention;
    this.database = database;
  }

  @ModelAttribute
  void addTo(Model model, HttpServletRequest request, @Nullable Authentication who) {
    model.addAttribute("assets", ASSETS);
    if (who == null) {
      return;
    }
    model.addAttribute("me", Trail.shortNameOf(who));
    model.addAttribute("operator", ConsoleRole.OPERATOR.isOf(who));
    model.addAttribute("administrator", ConsoleRole.ADMINISTRATOR.isOf(who));
    database.outage().ifPresent(outage -> model.addAttribute("databaseDown", outage));
    Attention.Counts counts = attention.counts();
    List<Item> items = new ArrayList<>();
    String path = request.getRequestURI().substring(request.getContextPath().length());
    items.add(
        item(
            "Overview",
            "/",
            path,
            counts.accounts(),
            counts.accounts() == 1 ? "account needs attention" : "accounts need attention",
            "bad"));
    if (ConsoleRole.OPERATOR.isOf(who)) {
      items.add(item("Messages", "/messages", path, 0, "", ""));
    }
    items.add(
        item(
            "Failed",
            "/failed",
            path,
            counts.failed(),
            counts.failed() == 1 ? "failed delivery" : "failed deliveries",
            "bad"));
    items.add(item("Accounts", "/accounts", path, 0, "", ""));
    items.add(
        item(
            "Credentials",
            "/credentials",
            path,
            counts.credentials(),
            counts.credentials() == 1 ? "credential to look after" : "credentials to look after",
            "warn"));
    items.add(
        item(
            "Routes",
            "/routes",
            path,
            counts.routes(),
            counts.routes() == 1 ? "route is stopped" : "routes are stopped",
            "warn"));
    items.add(
        item(
            "Nodes",
            "/nodes",
            path,
            counts.nodes(),
            counts.nodes() == 1 ? "node is missed" : "nodes are missed",
            "warn"));
    if (ConsoleRole.OPERATOR.isOf(who)) {
      items.add(item("Trail", "/trail", path, 0, "", ""));
    }
    if (ConsoleRole.ADMINISTRATOR.isOf(who)) {
      items.add(item("Users", "/users", path, 0, "", ""));
    }
    model.addAttribute("navigation", items);
  }

  private static Item item(
      String name, String path, String now, long count, String unit, String tone) {
    return new Item(
        name,
        path,
        path.equals("/") ? now.equals("/") : now.equals(path) || now.startsWith(path + "/"),
        count,
        unit,
        tone);
  }
}
