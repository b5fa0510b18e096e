package org.mailroom.graph;

import java.net.URI;

/**
 * One request to Graph.
 *
 * @param operation what it does, as the metrics name it, for example {@code list-messages}
 * @param credential whose token it carries
 * @param mailbox whose limits it counts against
 * @param method HTTP method
 * @param uri absolute address, percent-encoded; a next link goes here untouched
 * @param content JSON body, or null
 * @param weight how many of the mailbox's places it takes: as many as the service works on at a time
 * @param parts how often it counts against the mailbox's quota: once, or once for each part of a batch
 */
public record OldGraphRequest(
    String operation, String credential, String mailbox, String method, URI uri, String content, int weight, int parts) {

  static final int ALL_PLACES = Integer.MAX_VALUE;

  static OldGraphRequest get(String operation, String credential, String mailbox, URI uri) {
    return new OldGraphRequest(operation, credential, mailbox, "GET", uri, null, 1, 1);
  }

  /** What was asked, in words, for an error message. */
  String inWords() {
    return operation.replace('-', ' ') + " of " + mailbox;
  }
}
