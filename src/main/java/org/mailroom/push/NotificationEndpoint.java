package org.mailroom.push;

import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.io.InputStream;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.http.CacheControl;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.util.HtmlUtils;

/**
 * Takes Graph's notifications, without a login: answers its question whether this address is ours,
 * and takes note of what it tells. Answers at once, whatever else goes on. There is no such address
 * where push is off.
 */
@RestController
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
final class NotificationEndpoint {

  /** Graph's have some kilobytes. */
  private static final int MOST_BYTES = 256 * 1024;

  private static final List<String> METHODS = List.of("GET", "POST");

  private static final int LONGEST_TOKEN = 4096;

  private static final MediaType TEXT = new MediaType(MediaType.TEXT_PLAIN, StandardCharsets.UTF_8);

  private final NotificationAddress address;
  private final Notifications notifications;

  NotificationEndpoint(NotificationAddress address, Notifications notifications) {
    this.address = address;
    this.notifications = notifications;
  }

  // of every method: what Spring refuses by itself is a line in the log
  @RequestMapping(NotificationAddress.PATH)
  ResponseEntity<String> take(HttpServletRequest request) throws IOException {
    if (address.url().isEmpty()) {
      return ResponseEntity.notFound().build();
    }
    if (!METHODS.contains(request.getMethod())) {
      return ResponseEntity.status(HttpStatus.METHOD_NOT_ALLOWED)
          .header("Allow", String.join(", ", METHODS))
          .build();
    }
    String token = validationToken(request.getQueryString());
    if (token != null) {
      return token.isEmpty() || token.length() > LONGEST_TOKEN
          ? ResponseEntity.badRequest().build()
          // as text, and escaped besides: whoever makes a browser come here makes it run nothing
          : ResponseEntity.ok()
              .contentType(TEXT)
              .cacheControl(CacheControl.noStore())
              .body(HtmlUtils.htmlEscape(token, "UTF-8"));
    }
    if (!request.getMethod().equals("POST")) {
      return ResponseEntity.badRequest().build();
    }
    byte[] body = body(request);
    if (body == null) {
      notifications.refused();
      return ResponseEntity.status(HttpStatus.PAYLOAD_TOO_LARGE).build();
    }
    return notifications.take(body)
        ? ResponseEntity.accepted().build()
        : ResponseEntity.badRequest().build();
  }

  /** Null when it is too large. */
  private static byte @Nullable [] body(HttpServletRequest request) throws IOException {
    if (request.getContentLengthLong() > MOST_BYTES) {
      return null;
    }
    try (InputStream stream = request.getInputStream()) {
      byte[] body = stream.readNBytes(MOST_BYTES + 1);
      return body.length > MOST_BYTES ? null : body;
    }
  }

  /** From the address alone: the body of a form is none of ours. Null when there is none. */
  private static @Nullable String validationToken(@Nullable String query) {
    for (String option : query == null ? new String[0] : query.split("&")) {
      String[] parts = option.split("=", 2);
      if (parts[0].equalsIgnoreCase("validationToken")) {
        try {
          return parts.length < 2 ? "" : URLDecoder.decode(parts[1], StandardCharsets.UTF_8);
        } catch (IllegalArgumentException notEncoded) {
          return "";
        }
      }
    }
    return null;
  }
}
