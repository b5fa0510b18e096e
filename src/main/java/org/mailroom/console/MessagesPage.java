package org.mailroom.console;

import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.mailroom.account.Account;
import org.mailroom.account.Accounts;
import org.mailroom.delivery.Redelivery;
import org.mailroom.message.MailMessage;
import org.mailroom.settings.MailroomProperties;
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
  private final MailroomProperties properties;
  private final Redelivery redelivery;
  private final Trail trail;

  MessagesPage(
      MessageLog log,
      StoredMessages messages,
      Accounts accounts,
      MailroomProperties properties,
      Redelivery redelivery,
      Trail trail) {
    this.log = log;
    this.messages = messages;
    this.accounts = accounts;
    this.properties = properties;
    this.redelivery = redelivery;
    this.trail = trail;
  }

  @GetMapping("/messages")
  String list(
      @RequestParam(required = false) @Nullable String account,
      @RequestParam(required = false) @Nullable String q,
      @RequestParam(required = false) @Nullable String destination,
      @RequestParam(required = false) @Nullable String status,
      @RequestParam(required = false) @Nullable String from,
      @RequestParam(required = false) @Nullable String to,
      @RequestParam(required = false) @Nullable String folder,
      @RequestParam(required = false) @Nullable String after,
      @RequestParam(required = false) @Nullable String before,
      Model model) {
    MessageFilter filter = MessageFilter.of(account, q, destination, status, from, to, folder);
    MessageLog.Place earlierThan = MessageLog.Place.decoded(after).orElse(null);
    MessageLog.Place laterThan =
        earlierThan != null ? null : MessageLog.Place.decoded(before).orElse(null);
    List<String> known = new ArrayList<>(accounts.all().stream().map(Account::id).toList());
    if (filter.account() != null && !known.contains(filter.account())) {
      known.add(filter.account());
    }
    MessageLog.Page page =
        log.page(filter, known, laterThan != null ? laterThan : earlierThan, laterThan != null);
    boolean first = earlierThan == null && (laterThan == null || page.next() == null);
    model.addAttribute("page", page);
    model.addAttribute("filter", filter);
    model.addAttribute("accounts", known);
    model.addAttribute("destinations", properties.destinations().keySet());
    model.addAttribute(
        "folders",
        accounts.all().stream()
            .flatMap(each -> each.folders().stream())
            .distinct()
            .sorted()
            .toList());
    model.addAttribute("first", first);
    addWays(model, filter, page, first, laterThan != null);
    return "messages";
  }

  /** Where earlier and later messages are: of a search that ran out of time, where it goes on. */
  private static void addWays(
      Model model, MessageFilter filter, MessageLog.Page page, boolean first, boolean backwards) {
    List<MessageLog.Line> lines = page.lines();
    MessageLog.Place earlier =
        !backwards
            ? page.next()
            : lines.isEmpty() ? null : MessageLog.Place.of(lines.get(lines.size() - 1));
    MessageLog.Place later =
        first
            ? null
            : backwards ? page.next() : lines.isEmpty() ? null : MessageLog.Place.of(lines.get(0));
    model.addAttribute(
        "earlier",
        earlier == null ? null : filter.address("/messages", Map.of("after", earlier.encoded())));
    model.addAttribute(
        "later",
        later == null ? null : filter.address("/messages", Map.of("before", later.encoded())));
  }

  @GetMapping("/messages/message")
  String show(
      @RequestParam String account,
      @RequestParam String id,
      @RequestParam(required = false) @Nullable String q,
      @RequestParam(required = false) @Nullable String destination,
      @RequestParam(required = false) @Nullable String status,
      @RequestParam(required = false) @Nullable String from,
      @RequestParam(required = false) @Nullable String to,
      @RequestParam(required = false) @Nullable String folder,
      @RequestParam(required = false) @Nullable String only,
      Model model) {
    StoredMessages.Envelope envelope = envelope(account, id);
    MessageFilter filter =
        MessageFilter.of(
            "account".equals(only) ? account : null, q, destination, status, from, to, folder);
    boolean inDatabase = messages.isInDatabase(account, id);
    Path file = messages.jsonFile(account, id, envelope.receivedAt());
    MailMessage message = messages.document(account, id, envelope.receivedAt()).orElse(null);
    List<StoredMessages.Delivered> deliveries = messages.deliveries(account, id);
    model.addAttribute("account", account);
    model.addAttribute("id", id);
    model.addAttribute("envelope", envelope);
    model.addAttribute("message", message);
    model.addAttribute("stored", inDatabase || file != null);
    model.addAttribute("original", messages.original(account, id, envelope.receivedAt()) != null);
    model.addAttribute(
        "html",
        message != null
            && message.body() != null
            && "html".equalsIgnoreCase(message.body().contentType()));
    model.addAttribute("attachments", attachments(account, id, inDatabase, message));
    model.addAttribute("deliveries", deliveries);
    model.addAttribute("destinations", inDatabase ? destinations(account, deliveries) : List.of());
    model.addAttribute("list", filter.address("/messages", Map.of()));
    MessageLog.Place here = new MessageLog.Place(envelope.listedAt(), account, id);
    model.addAttribute(
        "later",
        log.neighbour(filter, here, true)
            .map(line -> filter.message(line.account(), line.messageId()))
            .orElse(null));
    model.addAttribute(
        "earlier",
        log.neighbour(filter, here, false)
            .map(line -> filter.message(line.account(), line.messageId()))
            .orElse(null));
    return "message";
  }

  private List<StoredMessages.Attachment> attachments(
      String account, String id, boolean inDatabase, @Nullable MailMessage message) {
    return inDatabase
        ? messages.attachments(account, id, message)
        : message == null ? List.of() : messages.attachments(message);
  }

  private List<StoredMessages.Attachment> attachments(String account, String id) {
    boolean inDatabase = messages.isInDatabase(account, id);
    return attachments(
        account,
        id,
        inDatabase,
        inDatabase
            ? null
            : messages.document(account, id, envelope(account, id).receivedAt()).orElse(null));
  }

  private StoredMessages.Envelope envelope(String account, String id) {
    return messages
        .envelope(account, id)
        .orElseThrow(() -> new ResponseStatusException(HttpStatus.NOT_FOUND));
  }

  /** The canonical document, to be saved. */
  @GetMapping("/messages/message.json")
  void document(@RequestParam String account, @RequestParam String id, HttpServletResponse response)
      throws IOException {
    Path file = messages.jsonFile(account, id, envelope(account, id).receivedAt());
    boolean inDatabase = messages.isInDatabase(account, id);
    if (!inDatabase && file == null) {
      throw new ResponseStatusException(HttpStatus.NOT_FOUND);
    }
    saved(response, "message.json", "application/json;charset=UTF-8");
    if (inDatabase) {
      messages.writeDocument(account, id, response.getOutputStream());
    } else {
      Files.copy(file, response.getOutputStream());
    }
  }

  /** The original message, where the account keeps it, to be saved. */
  @GetMapping("/messages/message.eml")
  void original(@RequestParam String account, @RequestParam String id, HttpServletResponse response)
      throws IOException {
    Path file = messages.original(account, id, envelope(account, id).receivedAt());
    if (file == null) {
      throw new ResponseStatusException(HttpStatus.NOT_FOUND);
    }
    saved(response, "message.eml", "application/octet-stream");
    Files.copy(file, response.getOutputStream());
  }

  private static void saved(HttpServletResponse response, String name, String type) {
    response.setContentType(type);
    response.setHeader(HttpHeaders.CONTENT_DISPOSITION, "attachment; filename=\"" + name + "\"");
    response.setHeader(
        "Content-Security-Policy", "sandbox; default-src 'none'; frame-ancestors 'none'");
  }

  /** Of its account now, and where it was delivered before. */
  private List<String> destinations(String account, List<StoredMessages.Delivered> deliveries) {
    return accounts
        .find(account)
        .map(
            known ->
                java.util.stream.Stream.concat(
                        known.deliverTo().stream(),
                        deliveries.stream()
                            .filter(delivery -> delivery.status().equals("DELIVERED"))
                            .map(StoredMessages.Delivered::destination))
                    .distinct()
                    .toList())
        .orElse(List.of());
  }

  /** The text of an HTML mail, for a sandboxed frame: it may load nothing and run nothing. */
  @GetMapping("/messages/html")
  ResponseEntity<byte[]> html(
      @RequestParam String account, @RequestParam String id, HttpServletResponse response) {
    MailMessage message =
        messages
            .document(account, id, envelope(account, id).receivedAt())
            .orElseThrow(() -> new ResponseStatusException(HttpStatus.NOT_FOUND));
    String text =
        message.body() == null || message.body().content() == null ? "" : message.body().content();
    response.setHeader(
        "Content-Security-Policy",
        "sandbox; default-src 'none'; img-src data:; style-src 'unsafe-inline'; form-action 'none';"
            + " base-uri 'none'; frame-ancestors 'self'");
    return ResponseEntity.ok()
        .contentType(new MediaType(MediaType.TEXT_HTML, StandardCharsets.UTF_8))
        .body(MailHtml.page(text, attachments(account, id)).getBytes(StandardCharsets.UTF_8));
  }

  /** The content of an attachment, to be saved and never shown by the browser. */
  @GetMapping("/messages/attachment")
  ResponseEntity<FileSystemResource> attachment(
      @RequestParam String account, @RequestParam String id, @RequestParam int position) {
    Path file =
        attachments(account, id).stream()
            .filter(each -> each.position() == position)
            .map(StoredMessages.Attachment::file)
            .filter(Objects::nonNull)
            .findFirst()
            .orElseThrow(() -> new ResponseStatusException(HttpStatus.NOT_FOUND));
    // the name on disk was made safe when the attachment was stored
    String name = file.getFileName().toString().replaceFirst("^\\d+-", "");
    return ResponseEntity.ok()
        .header(
            HttpHeaders.CONTENT_DISPOSITION,
            ContentDisposition.attachment()
                .filename(name, StandardCharsets.UTF_8)
                .build()
                .toString())
        .header("Content-Security-Policy", "sandbox; default-src 'none'; frame-ancestors 'none'")
        .contentType(MediaType.APPLICATION_OCTET_STREAM)
        .body(new FileSystemResource(file));
  }

  @PostMapping("/messages/deliver-again")
  String deliverAgain(
      @RequestParam String account,
      @RequestParam String id,
      @RequestParam(required = false) @Nullable List<String> destination,
      RedirectAttributes told) {
    envelope(account, id);
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
      String delivered =
          outcome.entrySet().stream()
              .filter(each -> each.getValue().isEmpty())
              .map(Map.Entry::getKey)
              .collect(Collectors.joining(", "));
      trail.record(
          Trail.Action.DELIVERED_AGAIN,
          "message " + id + " of " + account,
          "to " + String.join(", ", destinations));
      String failed =
          outcome.entrySet().stream()
              .filter(each -> !each.getValue().isEmpty())
              .map(each -> each.getKey() + ": " + each.getValue())
              .collect(Collectors.joining(" "));
      told.addFlashAttribute(
          "done", delivered.isEmpty() ? null : "Delivered again to " + delivered + ".");
      told.addFlashAttribute("problem", failed.isEmpty() ? null : "Not delivered to " + failed);
    } catch (IllegalArgumentException | IOException e) {
      told.addFlashAttribute("problem", e.getMessage() == null ? e.toString() : e.getMessage());
    }
  }
}
