package org.mailroom.demo;

/**
 * An attachment as the demo tenant holds it.
 *
 * @param kind fileAttachment, itemAttachment or referenceAttachment
 * @param content decoded bytes of a file, RFC 822 text of an item; empty for a reference
 */
public record DemoAttachment(
    String id,
    String kind,
    String name,
    String contentType,
    boolean inline,
    String contentId,
    byte[] content) {

  /** References, and whatever type the service may bring one day, have none. */
  boolean hasContent() {
    return kind.equals("fileAttachment") || kind.equals("itemAttachment");
  }
}
