package org.mailroom.demo;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A message in a mailbox of the demo tenant. What a client can change is guarded by its mailbox. */
public final class DemoMessage {

  private final String immutableId;
  private final byte[] mime;
  private final Instant received;
  private final ObjectNode resource;
  private final List<DemoAttachment> attachments;
  private String regularId;
  private String folderId;
  private int changes;
  private long arrivedAt;
  private long changedAt;
  private boolean corrupt;

  DemoMessage(String immutableId, String regularId, String folderId, byte[] mime, Instant received, ObjectNode resource, List<DemoAttachment> attachments) {
    this.immutableId = immutableId;
    this.regularId = regularId;
    this.folderId = folderId;
    this.mime = mime;
    this.received = received;
    this.resource = resource;
    this.attachments = new CopyOnWriteArrayList<>(attachments);
  }

  /**
   * Adds an attachment that no RFC 822 text can describe, such as a {@code referenceAttachment}; only {@code fileAttachment} and
   * {@code itemAttachment} have a content.
   */
  public void attach(DemoAttachment attachment) {
    attachments.add(attachment);
    resource.put("hasAttachments", true);
  }

  /** The id that survives a move within the mailbox. */
  public String immutableId() {
    return immutableId;
  }

  String regularId() {
    return regularId;
  }

  String folderId() {
    return folderId;
  }

  void moved(String newFolderId, String newRegularId) {
    folderId = newFolderId;
    regularId = newRegularId;
  }

  /**
   * @param number of the change in its mailbox
   */
  void changed(long number) {
    changes++;
    changedAt = number;
  }

  /** It came into its folder with this change of its mailbox. */
  void arrived(long number) {
    arrivedAt = number;
    changedAt = number;
  }

  long arrivedAt() {
    return arrivedAt;
  }

  long changedAt() {
    return changedAt;
  }

  /** From now on every answer that would hold it fails. */
  public void corrupt() {
    corrupt = true;
  }

  boolean isCorrupt() {
    return corrupt;
  }

  /** The folder it is in. */
  public String folder() {
    return folderId;
  }

  String etag() {
    return "W/\"" + changeKey() + "\"";
  }

  String changeKey() {
    return "CQAAABYAAAC" + Integer.toHexString(immutableId.hashCode()) + Integer.toHexString(changes);
  }

  /** The RFC 822 bytes that were loaded. */
  public byte[] mime() {
    return mime;
  }

  public Instant received() {
    return received;
  }

  /** The properties of the message resource, without ids. */
  public ObjectNode resource() {
    return resource;
  }

  public List<DemoAttachment> attachments() {
    return attachments;
  }

  public boolean isRead() {
    return resource.path("isRead").asBoolean();
  }
}
