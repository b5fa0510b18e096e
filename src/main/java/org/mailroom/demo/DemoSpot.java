package org.mailroom.demo;

/** Where one message makes an answer fail. */
public enum DemoSpot {
  /** Each page that holds it, of a listing or a delta query, whose items have a body. */
  PAGE,
  /** Each such page whose {@code $select} has no body. */
  IDS,
  /** GET of the message alone. */
  MESSAGE,
  /**
   * PATCH, move, reply and DELETE, alone or as a part of a batch; refused with a status nothing is
   * done.
   */
  CHANGE,
  /** The list of its attachments. */
  ATTACHMENTS,
  /** Each attachment, its {@code $value}, too. */
  CONTENT,
  /** {@code $value} of the message. */
  ORIGINAL
}
