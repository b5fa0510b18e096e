package org.mailroom.console;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.format.DateTimeParseException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.web.util.UriComponentsBuilder;

/**
 * Which messages somebody wants to see. What isn't chosen is null.
 *
 * @param q part of a subject, of a sender's name or address, or an id
 * @param from first day on which they were received, by this machine's calendar
 * @param to last day
 * @param folder the path of a folder; those below it are meant, too
 */
record MessageFilter(
    @Nullable String account,
    @Nullable String q,
    @Nullable String destination,
    @Nullable String status,
    @Nullable LocalDate from,
    @Nullable LocalDate to,
    @Nullable String folder) {

  private static final Set<String> STATUSES = Set.of("DELIVERED", "PENDING", "FAILED", "DISCARDED");

  /** Of the parameters of a request: what is blank or makes no sense isn't chosen. */
  static MessageFilter of(
      @Nullable String account,
      @Nullable String q,
      @Nullable String destination,
      @Nullable String status,
      @Nullable String from,
      @Nullable String to,
      @Nullable String folder) {
    String state = text(status);
    return new MessageFilter(
        text(account),
        text(q),
        text(destination),
        state != null && STATUSES.contains(state) ? state : null,
        day(from),
        day(to),
        text(folder));
  }

  private static @Nullable String text(@Nullable String text) {
    return text == null || text.isBlank() ? null : text.strip();
  }

  private static @Nullable LocalDate day(@Nullable String text) {
    String day = text(text);
    try {
      return day == null ? null : LocalDate.parse(day);
    } catch (DateTimeParseException notADay) {
      return null;
    }
  }

  @Nullable Instant begin() {
    return from == null ? null : from.atStartOfDay(ZoneId.systemDefault()).toInstant();
  }

  /** Not included. */
  @Nullable Instant end() {
    return to == null ? null : to.plusDays(1).atStartOfDay(ZoneId.systemDefault()).toInstant();
  }

  /** Something is chosen. */
  public boolean isAny() {
    return !parameters().isEmpty();
  }

  private Map<String, String> parameters() {
    Map<String, String> parameters = new LinkedHashMap<>();
    put(parameters, "account", account);
    put(parameters, "q", q);
    put(parameters, "destination", destination);
    put(parameters, "status", status);
    put(parameters, "from", from);
    put(parameters, "to", to);
    put(parameters, "folder", folder);
    return parameters;
  }

  private static void put(Map<String, String> parameters, String name, @Nullable Object value) {
    if (value != null) {
      parameters.put(name, value.toString());
    }
  }

  /** The list of these, as an address below the console's root. */
  String address(String path, Map<String, String> more) {
    UriComponentsBuilder address = UriComponentsBuilder.fromPath(path);
    Map<String, String> values = new LinkedHashMap<>();
    parameters()
        .forEach(
            (name, value) -> {
              address.queryParam(name, "{" + name + "}");
              values.put(name, value);
            });
    more.forEach(
        (name, value) -> {
          address.queryParam(name, "{" + name + "}");
          values.put(name, value);
        });
    return address.encode().buildAndExpand(values).toUriString();
  }

  /** One of these messages, as an address; its neighbours are found by it. */
  public String message(String ofAccount, String messageId) {
    return new MessageFilter(null, q, destination, status, from, to, folder)
        .address(
            "/messages/message",
            account == null
                ? Map.of("account", ofAccount, "id", messageId)
                : Map.of("account", ofAccount, "id", messageId, "only", "account"));
  }
}
