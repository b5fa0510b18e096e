package org.mailroom.message;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.mailroom.message.MailMessage.EmailAddress;
import org.mailroom.message.MailMessage.Meeting;

/**
 * The meeting of a meeting message. Its properties belong to types that are derived from the
 * message: a listing with {@code $select} doesn't give them, the message asked for without one
 * does.
 */
final class Meetings {

  private static final List<String> PROPERTIES =
      List.of(
          "meetingMessageType",
          "startDateTime",
          "endDateTime",
          "isAllDay",
          "location",
          "type",
          "isOutOfDate",
          "meetingRequestType");
  private static final Set<String> UTC =
      Set.of("", "utc", "etc/utc", "gmt", "etc/gmt", "z", "tzone://microsoft/utc");

  private Meetings() {}

  /** Whether it is a meeting message of which only the type is known. */
  static boolean isUnknown(JsonNode message) {
    return isMeeting(message)
        && !message.has("meetingMessageType")
        && !message.has("startDateTime");
  }

  private static boolean isMeeting(JsonNode message) {
    return message.path("@odata.type").asText("").contains(".eventMessage");
  }

  /**
   * What the whole message says of its meeting is noted in the listed one, whose other properties
   * stay.
   */
  static void note(JsonNode whole, ObjectNode listed) {
    for (String name : PROPERTIES) {
      JsonNode value = whole.get(name);
      if (value != null) {
        listed.set(name, value);
      }
    }
  }

  /**
   * @param kind of the message
   * @return null when it is no meeting message, or nothing is told of its meeting
   */
  static @Nullable Meeting of(JsonNode message, String kind, @Nullable EmailAddress from) {
    if (!isMeeting(message)) {
      return null;
    }
    Instant start = time(message.path("startDateTime"));
    Instant end = time(message.path("endDateTime"));
    String location = text(message.path("location"), "displayName");
    String request = text(message, "meetingRequestType");
    if (start == null && end == null && location == null && request == null) {
      return null;
    }
    // an answer is from somebody who is invited
    EmailAddress organizer =
        kind.equals("meetingRequest") || kind.equals("meetingCancelled") ? from : null;
    return new Meeting(
        start,
        end,
        truth(message, "isAllDay"),
        location,
        organizer,
        request == null || request.equals("none") ? null : request,
        text(message, "type"),
        truth(message, "isOutOfDate"));
  }

  /**
   * The service tells times in UTC unless it is asked for another zone. A zone that Java doesn't
   * know leaves the time away.
   */
  private static @Nullable Instant time(JsonNode dateTime) {
    String text = text(dateTime, "dateTime");
    String zone = dateTime.path("timeZone").asText("").strip();
    if (text == null) {
      return null;
    }
    try {
      if (text.endsWith("Z") || text.endsWith("z")) {
        return OffsetDateTime.parse(text).toInstant();
      }
      ZoneId where = ZoneId.of(UTC.contains(zone.toLowerCase(Locale.ROOT)) ? "UTC" : zone);
      return LocalDateTime.parse(text).atZone(where).toInstant();
    } catch (DateTimeException notATime) {
      return null;
    }
  }

  private static @Nullable Boolean truth(JsonNode message, String name) {
    JsonNode value = message.path(name);
    return value.isBoolean() ? value.booleanValue() : null;
  }

  private static @Nullable String text(JsonNode node, String name) {
    JsonNode value = node.path(name);
    return value.isTextual() && !value.textValue().isBlank() ? value.textValue() : null;
  }
}
