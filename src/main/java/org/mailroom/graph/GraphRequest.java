package org.mailroom.graph;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import org.jspecify.annotations.Nullable;

/**
 * One request to Microsoft Graph: what is asked, and what an answer must be to count as one. It is
 * the body that the route {@code graph-request} takes; what {@link #read} returns is the body that
 * the route gives back. A request is sent again, as the same object, while that is worthwhile:
 * content and weight are asked anew each time, and its tries are counted here, outside the Camel
 * message that an answer replaces. One thread at a time works on it.
 *
 * @param <T> what an answer is read into
 */
public interface GraphRequest<T> {

  /** Reads an answer to its end. */
  @FunctionalInterface
  interface Answer<T> {
    /**
     * @throws IOException when the answer is cut, isn't what was asked for, or is an error in spite
     *     of its status
     */
    @Nullable T read(InputStream answer) throws IOException;
  }

  GraphOperation operation();

  /** The name of the credential whose token it carries. */
  String credential();

  /** Whose limits it counts against. */
  String mailbox();

  /** HTTP method. */
  String method();

  /** Absolute address, percent-encoded; a link that the service gave goes here untouched. */
  URI uri();

  /** JSON body of this try, or null. */
  String content();

  /** How many of the mailbox's places it takes: as many as the service works on at a time. */
  int weight();

  /** How often it counts against the mailbox's quota: once, or once for each part of a batch. */
  int parts();

  /** Further preferences for the header {@code Prefer} beside that for immutable ids, or null. */
  @Nullable String prefer();

  /** How often it was sent, and since when. */
  Tries tries();

  /**
   * Reads the answer of a 2xx, whole or not at all; called once for each try, on the thread that
   * sent it.
   *
   * @throws IOException when the answer is cut or isn't what was asked for
   * @throws GraphException when what it says is a refusal, of a part of a batch say
   */
  @Nullable T read(InputStream answer) throws IOException;

  /**
   * A refusal answers it as well as a success does, as of a question that finds out whether the
   * service works: trouble of the service is no reason to send it again.
   */
  default boolean isProbe() {
    return false;
  }

  /**
   * What was asked, in words, for an error message: {@code list messages of support@contoso.com}.
   */
  default String inWords() {
    return operation().inWords() + " of " + mailbox();
  }

  /** A GET that takes one place and counts once. */
  static <T> GraphRequest<T> get(
      GraphOperation operation, String credential, String mailbox, URI uri, Answer<T> answer) {
    return new SingleRequest<>(
        operation, credential, mailbox, "GET", uri, null, null, answer, new Tries());
  }

  /** A GET of a page whose size only a preference tells, as that of the delta query. */
  static <T> GraphRequest<T> get(
      GraphOperation operation,
      String credential,
      String mailbox,
      URI uri,
      String prefer,
      Answer<T> answer) {
    return new SingleRequest<>(
        operation, credential, mailbox, "GET", uri, null, prefer, answer, new Tries());
  }

  /** A POST of a JSON body that takes one place and counts once. */
  static <T> GraphRequest<T> post(
      GraphOperation operation,
      String credential,
      String mailbox,
      URI uri,
      String content,
      Answer<T> answer) {
    return new SingleRequest<>(
        operation, credential, mailbox, "POST", uri, content, null, answer, new Tries());
  }

  /** The same request, of which one try is all: whoever asks comes again by itself, later. */
  static <T> GraphRequest<T> once(GraphRequest<T> request) {
    return new OnceRequest<>(request);
  }

  /** A PATCH with a JSON body that takes one place and counts once. */
  static <T> GraphRequest<T> patch(
      GraphOperation operation,
      String credential,
      String mailbox,
      URI uri,
      String content,
      Answer<T> answer) {
    return new SingleRequest<>(
        operation, credential, mailbox, "PATCH", uri, content, null, answer, new Tries());
  }

  /** A DELETE, of what is no message, that takes one place and counts once; its answer is empty. */
  static GraphRequest<Void> delete(
      GraphOperation operation, String credential, String mailbox, URI uri) {
    return new SingleRequest<>(
        operation, credential, mailbox, "DELETE", uri, null, null, answer -> null, new Tries());
  }
}
