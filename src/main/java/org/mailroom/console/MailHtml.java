package org.mailroom.console;

import java.io.IOException;
import java.nio.file.Files;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.owasp.html.Handler;
import org.owasp.html.HtmlPolicyBuilder;
import org.owasp.html.HtmlStreamEventReceiver;
import org.owasp.html.HtmlStreamRenderer;
import org.owasp.html.PolicyFactory;
import org.owasp.html.Sanitizers;

/**
 * The HTML of a mail, made harmless: no scripts, forms, frames, styles of its own sheet, and
 * nothing from elsewhere. Images that came with the mail ({@code cid:}) are put into the page
 * itself, so that the frame needs nothing from anywhere.
 */
final class MailHtml {

  private static final long LARGEST_IMAGE = 3_000_000;
  private static final long LARGEST_IMAGES = 12_000_000;

  private static final PolicyFactory TEXT =
      Sanitizers.FORMATTING
          .and(Sanitizers.BLOCKS)
          .and(Sanitizers.STYLES)
          .and(Sanitizers.TABLES)
          .and(
              new HtmlPolicyBuilder()
                  .allowElements(
                      "pre",
                      "hr",
                      "center",
                      "font",
                      "span",
                      "dl",
                      "dt",
                      "dd",
                      "a",
                      "figure",
                      "figcaption",
                      "address")
                  .allowAttributes("color", "face", "size")
                  .onElements("font")
                  .allowAttributes(
                      "align",
                      "valign",
                      "bgcolor",
                      "width",
                      "height",
                      "border",
                      "cellpadding",
                      "cellspacing")
                  .onElements("table", "tr", "td", "th", "p", "div", "img")
                  .allowAttributes("title", "dir", "lang")
                  .globally()
                  .allowTextIn("pre")
                  .toFactory());

  private MailHtml() {}

  /**
   * A whole page for a sandboxed frame.
   *
   * @param attachments whose images may be shown where the text refers to them
   */
  static String page(String html, List<StoredMessages.Attachment> attachments) {
    Map<String, StoredMessages.Attachment> byContentId = new HashMap<>();
    attachments.stream()
        .filter(attachment -> attachment.contentId() != null && attachment.file() != null)
        .forEach(
            attachment -> byContentId.putIfAbsent(contentId(attachment.contentId()), attachment));
    long[] room = {LARGEST_IMAGES};
    String safe = TEXT.and(imagesOf(byContentId, room)).sanitize(told(html));
    if (isEmpty(safe)) {
      safe = plain(html);
    }
    return "<!DOCTYPE html><html lang=\"und\"><head><meta charset=\"UTF-8\"><title>Text of the"
        + " message</title></head><body style=\"margin:14px;font:14px/1.5"
        + " system-ui,sans-serif;color:#1a2129;background:#fff;overflow-wrap:anywhere\">"
        + safe
        + "</body></html>";
  }

  /** Links say where they lead, and images that aren't loaded that they were there. */
  private static String told(String html) {
    StringBuilder told = new StringBuilder(html.length() + 200);
    HtmlStreamEventReceiver out = HtmlStreamRenderer.create(told, Handler.DO_NOTHING);
    org.owasp.html.HtmlSanitizer.sanitize(html, new TellingReceiver(out));
    return told.toString();
  }

  private static boolean isEmpty(String safe) {
    return !safe.contains("<img") && safe.replaceAll("<[^>]*>|&nbsp;|\\s|\\u00a0", "").isEmpty();
  }

  /** Its text alone where nothing of its markup may be shown; when there is none, that is said. */
  private static String plain(String html) {
    String text =
        new HtmlPolicyBuilder()
            .allowTextIn("noscript", "title", "textarea", "select", "option", "button")
            .toFactory()
            .sanitize(html)
            .strip();
    return text.isEmpty()
        ? "<p style=\"color:#55606d\">Nothing of its HTML can be shown. Its document, message.json,"
            + " has all of it.</p>"
        : "<pre style=\"white-space:pre-wrap;font:inherit;margin:0\">" + text + "</pre>";
  }

  private static PolicyFactory imagesOf(
      Map<String, StoredMessages.Attachment> byContentId, long[] room) {
    return new HtmlPolicyBuilder()
        .allowElements("img")
        .allowUrlProtocols("cid", "data")
        .allowAttributes("alt")
        .onElements("img")
        .allowAttributes("src")
        .matching((element, attribute, value) -> picture(value, byContentId, room))
        .onElements("img")
        .toFactory();
  }

  /**
   * The image as a data: address; null when it isn't one that came with the mail, or is too large.
   */
  private static @Nullable String picture(
      String source, Map<String, StoredMessages.Attachment> byContentId, long[] room) {
    if (!source.toLowerCase(Locale.ROOT).startsWith("cid:")) {
      return null;
    }
    StoredMessages.Attachment attachment = byContentId.get(contentId(source.substring(4)));
    try {
      if (attachment == null || Files.size(attachment.file()) > Math.min(LARGEST_IMAGE, room[0])) {
        return null;
      }
      byte[] bytes = Files.readAllBytes(attachment.file());
      String type = imageType(bytes);
      room[0] -= bytes.length;
      return type == null
          ? null
          : "data:" + type + ";base64," + Base64.getEncoder().encodeToString(bytes);
    } catch (IOException notThere) {
      return null;
    }
  }

  /** By its first bytes, whatever the mail calls it: an SVG can carry scripts, these can't. */
  static @Nullable String imageType(byte[] bytes) {
    if (begins(bytes, 0x89, 'P', 'N', 'G')) {
      return "image/png";
    }
    if (begins(bytes, 0xFF, 0xD8, 0xFF)) {
      return "image/jpeg";
    }
    if (begins(bytes, 'G', 'I', 'F', '8')) {
      return "image/gif";
    }
    return begins(bytes, 'R', 'I', 'F', 'F')
            && bytes.length > 12
            && bytes[8] == 'W'
            && bytes[9] == 'E'
            && bytes[10] == 'B'
            && bytes[11] == 'P'
        ? "image/webp"
        : null;
  }

  private static boolean begins(byte[] bytes, int... first) {
    if (bytes.length < first.length) {
      return false;
    }
    for (int i = 0; i < first.length; i++) {
      if ((bytes[i] & 0xFF) != first[i]) {
        return false;
      }
    }
    return true;
  }

  private static String contentId(String text) {
    return text.strip().replaceAll("^<|>$", "");
  }
}
