package org.mailroom.graph;

/**
 * Asks Microsoft Graph from Java, for those who walk through a listing step by step: the request
 * goes through the route {@code ask-graph}, with its token, limits and redelivery, as every other.
 */
@FunctionalInterface
public interface Graph {

  /**
   * Sends a request, again while that is worthwhile, and returns what its answer was read into.
   *
   * @throws GraphException when it was refused, or had no answer that counts
   * @throws org.mailroom.credential.CredentialException when there is no token for it
   */
  <T> T ask(GraphRequest<T> request);
}
