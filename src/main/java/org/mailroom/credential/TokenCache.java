package org.mailroom.credential;

import java.time.Clock;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.stereotype.Component;

/**
 * One access token a credential in its lifetime, however many accounts, threads and nodes ask at
 * once. It stands in front of msal4j's own cache, which never finds a token whose authority has a
 * port.
 */
@Component
public final class TokenCache {

  private final ConcurrentMap<String, TokenSlot> slots = new ConcurrentHashMap<>();
  private final TokenEndpoint endpoint;
  private final Function<String, Credential> credentials;
  private final Clock clock;

  @Autowired
  TokenCache(TokenEndpoint endpoint, Credentials credentials, Clock clock) {
    this(endpoint, credentials::require, clock);
  }

  /**
   * @param credentials finds one by its name, or raises {@link CredentialException}
   */
  TokenCache(TokenEndpoint endpoint, Function<String, Credential> credentials, Clock clock) {
    this.endpoint = endpoint;
    this.credentials = credentials;
    this.clock = clock;
  }

  /**
   * Returns the value of the {@code Authorization} header for a credential.
   *
   * @throws CredentialException when no token can be had
   */
  public String authorization(String credential) {
    Credential found = credentials.apply(credential);
    return slot(credential).authorization(found);
  }

  /**
   * Forgets the token that a request was refused with (401), unless it was replaced meanwhile.
   *
   * @param authorization the refused {@code Authorization} header
   * @param claims claims that the next token has to have, as JSON, or null
   */
  public void refused(String credential, String authorization, @Nullable String claims) {
    slot(credential).refused(authorization, claims);
  }

  /**
   * A mailbox refused (401) the token that a request, or a part of it, was sent with. The token is
   * renewed once because of it, and stays when the next one is refused by this mailbox, too.
   *
   * @param sent the token, or null when none was sent
   * @param claims claims that the next token has to have, as JSON, or null
   * @return whether another token is to be had, so that asking again can help
   */
  public boolean refused(
      String credential, SentToken sent, String mailbox, @Nullable String claims) {
    return sent != null && slot(credential).refused(sent.authorization(), mailbox, claims);
  }

  /** A mailbox took the token of a credential. */
  public void accepted(String credential, String mailbox) {
    slot(credential).accepted(mailbox);
  }

  /**
   * What was refused is asked for again when next needed, and not only after a while: somebody has
   * mended it in Entra ID and tries.
   */
  public void askAgain(String credential) {
    slot(credential).askAgain();
  }

  /**
   * Asks for a new token, whether there is one or not.
   *
   * @throws CredentialException when no token can be had
   */
  public void renew(String credential) {
    askAgain(credential);
    refused(credential, authorization(credential), null);
    authorization(credential);
  }

  /**
   * Why no token could be had when this node last asked for one; empty when it could, or wasn't
   * asked to since a change or a sign-in.
   */
  public Optional<CredentialException> lastRefusal(Credential credential) {
    TokenSlot slot = slots.get(credential.id());
    return slot == null ? Optional.empty() : Optional.ofNullable(slot.lastRefusal(credential));
  }

  private TokenSlot slot(String credential) {
    return slots.computeIfAbsent(credential, name -> new TokenSlot(endpoint, clock));
  }
}
