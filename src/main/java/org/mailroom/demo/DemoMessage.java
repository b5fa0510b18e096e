package org.mailroom.demo;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A message in a mailbox of the demo tenant. What a client can change is guarded by its mailbox.
 */
public final class DemoMessage {

  private final DemoIds ids;
  private final DemoDefects defects = new DemoDefects();
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
  private int patches;
  private int idlePatches;
  private volatile DemoScan scan;

  DemoMessage(
      DemoIds ids,
      String folderId,
      byte[] mime,
      Instant received,
      ObjectNode resource,
      List<DemoAttachment> attachments) {
    this.ids = ids;
    this.immutableId = ids.next("AAkALg");
    this.regularId = ids.next("AAMkAG");
    this.folderId = folderId;
    this.mime = mime;
    this.received = received;
    this.resource = resource;
    this.attachments = new CopyOnWriteArrayList<>(attachments);
  }

  /**
   * Adds an attachment that no RFC 822 text can describe, such as a {@code referenceAttachment};
   * only {@code fileAttachment} and {@code itemAttachment} have a content.
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

  /** From now on it makes every such answer fail. */
  public void fails(DemoSpot spot, DemoFaults.Fault fault) {
    defects.add(spot, fault, DemoFaults.ALWAYS, null);
  }

  /** It makes the next such answers fail, so many. */
  public void fails(DemoSpot spot, DemoFaults.Fault fault, int times) {
    defects.add(spot, fault, times, null);
  }

  /** It makes such answers fail for that time. */
  public void fails(DemoSpot spot, DemoFaults.Fault fault, Duration time) {
    defects.add(spot, fault, DemoFaults.ALWAYS, time);
  }

  /** It makes nothing fail any more. */
  public void heals() {
    defects.clear();
    corrupt = false;
    scan = null;
  }

  DemoFaults.Fault next(DemoSpot spot) {
    return defects.next(spot);
  }

  /**
   * Its attachments are being scanned: one item attachment stands for them.
   *
   * @param placeholder its name, {@code ATP Scan In Progress} or {@code Safe Attachments Scan In
   *     Progress}
   * @param time after which the files are there; null: until {@link #scanned}
   */
  public void scanning(String placeholder, Duration time) {
    scan = DemoScan.begin(placeholder, ids, time);
  }

  /** The scan is over: the files are in their place. */
  public void scanned() {
    scan = null;
  }

  /** The attachments as a client sees them now. */
  List<DemoAttachment> seenAttachments() {
    DemoScan running = scan;
    return running == null ? attachments : running.seen(attachments);
  }

  void patched(boolean changedSomething) {
    patches++;
    idlePatches += changedSomething ? 0 : 1;
  }

  /** PATCHes that were done. */
  public int patches() {
    return patches;
  }

  /** Those of them that changed nothing. */
  public int idlePatches() {
    return idlePatches;
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
    return "CQAAABYAAAC"
        + Integer.toHexString(immutableId.hashCode())
        + Integer.toHexString(changes);
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

  /**
   * Gives a property another text, whether the service has such a value or not.
   *
   * @param path such as {@code importance} or {@code body/contentType}
   */
  public void property(String path, String value) {
    int last = path.lastIndexOf('/');
    if ((last < 0 ? resource : resource.at("/" + path.substring(0, last)))
        instanceof ObjectNode object) {
      object.put(path.substring(last + 1), value);
    } else {
      throw new IllegalArgumentException("the message has no property " + path);
    }
  }

  public List<DemoAttachment> attachments() {
    return attachments;
  }

  public boolean isRead() {
    return resource.path("isRead").asBoolean();
  }
}
