package org.mailroom.console;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;

/** Who did what in the console and over JMX, latest first. */
@Controller
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
final class TrailPage {

  private static final int SHOWN = 100;

  private final Trail trail;

  TrailPage(Trail trail) {
    this.trail = trail;
  }

  @GetMapping("/trail")
  String list(
      @RequestParam(required = false) @Nullable Long before,
      @RequestParam(required = false) @Nullable String who,
      Model model) {
    String chosen = who == null || who.isBlank() ? null : who;
    List<Trail.Entry> entries = trail.list(before, chosen, SHOWN);
    model.addAttribute("entries", entries);
    model.addAttribute("who", chosen);
    model.addAttribute("first", before == null);
    model.addAttribute(
        "next", entries.size() < SHOWN ? null : entries.get(entries.size() - 1).id());
    return "trail";
  }
}
