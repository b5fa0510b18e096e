package org.mailroom.credential;

import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.springframework.stereotype.Component;

/**
 * Puts the bearer token of a credential into the {@code Authorization} header. Input: the exchange
 * variable {@code credential}, the name of one of {@code mailroom.credentials}; the property {@code
 * sentToken} remembers the token for what the service answers about it. Raises {@link
 * CredentialException} when no token can be had.
 */
@Component("credentialProcessor")
public final class CredentialProcessor implements Processor {

  private final TokenCache tokens;

  CredentialProcessor(TokenCache tokens) {
    this.tokens = tokens;
  }

  @Override
  public void process(Exchange exchange) {
    String credential = exchange.getVariable("credential", String.class);
    exchange.removeProperty(SentToken.PROPERTY);
    String authorization = tokens.authorization(credential);
    exchange.getMessage().setHeader("Authorization", authorization);
    exchange.setProperty(SentToken.PROPERTY, new SentToken(authorization));
  }
}
