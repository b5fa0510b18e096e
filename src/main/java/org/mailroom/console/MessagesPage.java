package org.mailroom.console;

import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.mailroom.account.Account;
import org.mailroom.account.Accounts;
import org.mailroom.delivery.Redelivery;
import org.mailroom.message.MailMessage;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.core.io.FileSystemResource;
import org.springframework.http.ContentDisposition;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.server.ResponseStatusException;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** The log of imported messages, and each of them. */
@Controller
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
final class MessagesPage {

  private final MessageLog log;
  private final StoredMessages messages;
  private final Accounts accounts;
  private final Redelivery redelivery;
  private final Trail trail;

  MessagesPage(MessageLog log, StoredMessages messages, Accounts accounts, Redelivery redelivery, Trail trail) {
    this.log = log;
    this.messages = messages;
    this.accounts = accounts;
    this.redelivery = redelivery;
    this.trail = trail;
  }

  @GetMapping("/messages")
  String list(@RequestParam(required = false) String account, @RequestParam(required = false) String q, @RequestParam(required = false) String after, Model model) {
    String chosen = account == null || account.isBlank() ? null : account;
    MessageLog.Place place = MessageLog.Place.decoded(after).orElse(null);
    List<String> known = new ArrayList<>(accounts.all().stream().map(Account::id).toList());
    if (chosen != null && !known.contains(chosen)) {
      known.add(chosen);
    }
    MessageLog.Page page = log.page(chosen, known, q, place);
    model.addAttribute("page", page);
    model.addAttribute("accounts", known);
    model.addAttribute("account", chosen);
    model.addAttribute("q", q == null ? "" : q);
    model.addAttribute("first", place == null);
    model.addAttribute("next", page.next() == null ? null : page.next().encoded());
    return "messages";
  }

  @GetMapping("/messages/message")
  String show(@RequestParam String account, @RequestParam String id, Model model) {
    require(account, id);
    MailMessage message = messages.document(account, id).orElse(null);
    List<StoredMessages.Delivered> deliveries = messages.deliveries(account, id);
    model.addAttribute("account", account);
    model.addAttribute("id", id);
    model.addAttribute("message", message);
    model.addAttribute("html", message != null && message.body() != null && "html".equalsIgnoreCase(message.body().contentType()));
    model.addAttribute("attachments", messages.attachments(account, id));
    model.addAttribute("deliveries", deliveries);
    model.addAttribute("destinations", destinations(account, deliveries));
    return "message";
  }

  /** Of its account now, and where it was delivered before. */
  private List<String> destinations(String account, List<StoredMessages.Delivered> deliveries) {
    return accounts.find(account).map(known -> java.util.stream.Stream.concat(known.deliverTo().stream(),
        deliveries.stream().filter(delivery -> delivery.status().equals("DELIVERED")).map(StoredMessages.Delivered::destination)).distinct().toList()).orElse(List.of());
  }

  /** The text of an HTML mail, for a sandboxed frame: it may load nothing and run nothing. */
  @GetMapping("/messages/html")
  ResponseEntity<byte[]> html(@RequestParam String account, @RequestParam String id, HttpServletResponse response) {
    require(account, id);
    MailMessage message = messages.document(account, id).orElseThrow(() -> new ResponseStatusException(HttpStatus.NOT_FOUND));
    String text = message.body() == null || message.body().content() == null ? "" : message.body().content();
    response.setHeader("Content-Security-Policy", "sandbox; default-src 'none'; img-src data:; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none';"
        + " frame-ancestors 'self'");
    return ResponseEntity.ok().contentType(new MediaType(MediaType.TEXT_HTML, StandardCharsets.UTF_8))
        .body(MailHtml.page(text, messages.attachments(account, id)).getBytes(StandardCharsets.UTF_8));
  }

  /** The content of an attachment, to be saved and never shown by the browser. */
  @GetMapping("/messages/attachment")
  ResponseEntity<FileSystemResource> attachment(@RequestParam String account, @RequestParam String id, @RequestParam int position) {
    StoredMessages.Attachment attachment = messages.attachments(account, id).stream().filter(each -> each.position() == position && each.file() != null)
        .findFirst().orElseThrow(() -> new ResponseStatusException(HttpStatus.NOT_FOUND));
    // the name on disk was made safe when the attachment was stored
    String name = attachment.file().getFileName().toString().replaceFirst("^\\d+-", "");
    return ResponseEntity.ok()
        .header(HttpHeaders.CONTENT_DISPOSITION, ContentDisposition.attachment().filename(name, StandardCharsets.UTF_8).build().toString())
        .header("Content-Security-Policy", "sandbox; default-src 'none'; frame-ancestors 'none'")
        .contentType(MediaType.APPLICATION_OCTET_STREAM)
        .body(new FileSystemResource(attachment.file()));
  }

  @PostMapping("/messages/deliver-again")
  String deliverAgain(@RequestParam String account, @RequestParam String id, @RequestParam(required = false) List<String> destination, RedirectAttributes told) {
    require(account, id);
    told.addAttribute("account", account).addAttribute("id", id);
    if (destination == null || destination.isEmpty()) {
      told.addFlashAttribute("problem", "Choose at least one destination.");
    } else {
      tell(account, id, destination, told);
    }
    return "redirect:/messages/message";
  }

  private void tell(String account, String id, List<String> destinations, RedirectAttributes told) {
    try {
      Map<String, String> outcome = redelivery.deliver(account, id, destinations);
      String delivered = outcome.entrySet().stream().filter(each -> each.getValue().isEmpty()).map(Map.Entry::getKey).collect(Collectors.joining(", "));
      trail.record(Trail.Action.DELIVERED_AGAIN, "message " + id + " of " + account, "to " + String.join(", ", destinations));
      String failed = outcome.entrySet().stream().filter(each -> !each.getValue().isEmpty()).map(each -> each.getKey() + ": " + each.getValue()).collect(Collectors.joining(" "));
      told.addFlashAttribute("done", delivered.isEmpty() ? null : "Delivered again to " + delivered + ".");
      told.addFlashAttribute("problem", failed.isEmpty() ? null : "Not delivered to " + failed);
    } catch (IllegalArgumentException | IOException e) {
      told.addFlashAttribute("problem", e.getMessage() == null ? e.toString() : e.getMessage());
    }
  }

  private void require(String account, String id) {
    if (!messages.exists(account, id)) {
      throw new ResponseStatusException(HttpStatus.NOT_FOUND);
    }
  }
}
