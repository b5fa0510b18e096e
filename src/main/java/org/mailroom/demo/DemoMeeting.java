package org.mailroom.demo;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/**
 * The meeting of a message, taken out of its iCalendar text as Exchange does it: its properties are
 * those of {@code eventMessage}, its times in UTC.
 */
final class DemoMeeting {

  private static final DateTimeFormatter LOCAL = DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss");
  private static final DateTimeFormatter TOLD =
      DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSSSSS");

  private record Property(String parameters, String value) {}

  private final String method;
  private final Map<String, Property> event = new HashMap<>();

  DemoMeeting(String method, String calendar) {
    this.method = method == null ? "" : method.toUpperCase(Locale.ROOT);
    boolean inside = false;
    for (String line : calendar.replaceAll("\\r?\\n[ \\t]", "").split("\\r?\\n")) {
      int colon = line.indexOf(':');
      inside = line.startsWith("BEGIN:VEVENT") || (inside && !line.startsWith("END:VEVENT"));
      if (inside && colon > 0) {
        String[] name = line.substring(0, colon).split(";", 2);
        event.putIfAbsent(
            name[0].toUpperCase(Locale.ROOT),
            new Property(name.length > 1 ? name[1] : "", line.substring(colon + 1).strip()));
      }
    }
  }

  void describe(ObjectNode resource) {
    switch (method) {
      case "REQUEST" ->
          resource
              .put("@odata.type", "#microsoft.graph.eventMessageRequest")
              .put("meetingMessageType", "meetingRequest")
              .put(
                  "meetingRequestType",
                  value("SEQUENCE", "0").equals("0") ? "newMeetingRequest" : "fullUpdate")
              .put("allowNewTimeProposals", true);
      case "CANCEL" ->
          resource
              .put("@odata.type", "#microsoft.graph.eventMessage")
              .put("meetingMessageType", "meetingCancelled");
      default ->
          resource
              .put("@odata.type", "#microsoft.graph.eventMessageResponse")
              .put("meetingMessageType", "meetingAccepted")
              .put("responseType", "accepted");
    }
    resource.put(
        "type",
        event.containsKey("RRULE")
            ? "seriesMaster"
            : event.containsKey("RECURRENCE-ID") ? "exception" : "singleInstance");
    resource.put("isOutOfDate", false).put("isDelegated", false).put("isAllDay", isDate("DTSTART"));
    time(resource, "startDateTime", "DTSTART");
    time(resource, "endDateTime", event.containsKey("DTEND") ? "DTEND" : "DTSTART");
    String location = value("LOCATION", null);
    if (location == null) {
      resource.putNull("location");
    } else {
      resource
          .putObject("location")
          .put("displayName", location.replace("\\,", ",").replace("\\;", ";").replace("\\n", " "))
          .put("locationType", "default")
          .put("uniqueIdType", "unknown");
    }
    resource.putNull("recurrence");
  }

  private String value(String name, String otherwise) {
    Property property = event.get(name);
    return property == null ? otherwise : property.value();
  }

  private boolean isDate(String name) {
    return value(name, "").length() == 8;
  }

  private void time(ObjectNode resource, String property, String name) {
    try {
      LocalDateTime utc = utc(event.get(name));
      resource.putObject(property).put("dateTime", TOLD.format(utc)).put("timeZone", "UTC");
    } catch (DateTimeException | NullPointerException unreadable) {
      resource.putNull(property);
    }
  }

  private static LocalDateTime utc(Property property) {
    String value = property.value();
    if (value.length() == 8) {
      return LocalDate.parse(value, DateTimeFormatter.BASIC_ISO_DATE).atStartOfDay();
    }
    LocalDateTime local = LocalDateTime.parse(value.replace("Z", ""), LOCAL);
    String zone =
        property.parameters().startsWith("TZID=")
            ? property.parameters().substring(5).replace("\"", "")
            : "UTC";
    return value.endsWith("Z")
        ? local
        : local.atZone(ZoneId.of(zone)).withZoneSameInstant(ZoneOffset.UTC).toLocalDateTime();
  }
}
