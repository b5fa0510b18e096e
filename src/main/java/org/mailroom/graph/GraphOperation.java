package org.mailroom.graph;

/**
 * What a request to Microsoft Graph does; decisions are taken on this, never on the text of a
 * message.
 */
public enum GraphOperation {
  LIST_MESSAGES("list messages"),
  LIST_CHANGES("list changes"),
  COUNT_MESSAGES("count messages"),
  FIND_FOLDER("find folder"),
  CREATE_FOLDER("create folder"),
  GET_MESSAGE("get message"),
  LIST_ATTACHMENTS("list attachments"),
  GET_ATTACHMENT("get attachment"),
  GET_MIME("get mime"),
  /** A JSON batch as a whole; its parts are one of the next three. */
  BATCH("batch"),
  MARK_MESSAGES("mark messages"),
  MOVE_MESSAGES("move messages"),
  LOOK_UP_MESSAGES("look up messages"),
  CREATE_SUBSCRIPTION("create subscription"),
  RENEW_SUBSCRIPTION("renew subscription"),
  DELETE_SUBSCRIPTION("delete subscription"),
  LIST_MEMBERS("list members"),
  REPLY("send reply");

  private final String words;

  GraphOperation(String words) {
    this.words = words;
  }

  /** It changes or asks for one message within a batch. */
  boolean isPartOfBatch() {
    return this == MARK_MESSAGES || this == MOVE_MESSAGES || this == LOOK_UP_MESSAGES;
  }

  /** A page of messages is asked for: a smaller one may succeed where this one fails. */
  boolean isPage() {
    return this == LIST_MESSAGES || this == LIST_CHANGES;
  }

  /** It concerns a subscription to change notifications. */
  boolean isOfSubscriptions() {
    return this == CREATE_SUBSCRIPTION || this == RENEW_SUBSCRIPTION || this == DELETE_SUBSCRIPTION;
  }

  /** Doing it twice does something twice: it is sent again only where nothing was done. */
  boolean isRepeatable() {
    return this != REPLY;
  }

  /** Its answer is a JSON object, and not the bytes of a content, or nothing. */
  boolean isAnsweredInJson() {
    return this != GET_ATTACHMENT
        && this != GET_MIME
        && this != REPLY
        && this != DELETE_SUBSCRIPTION;
  }

  /** For log lines and causes: {@code list messages}. */
  public String inWords() {
    return words;
  }

  /** The value of the tag {@code operation} of the metrics: {@code list-messages}. */
  public String tag() {
    return words.replace(' ', '-');
  }
}
