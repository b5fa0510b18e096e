package org.mailroom.demo;

import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** An app registration of the demo tenant. Safe for use by several threads. */
public final class DemoApplication {

  /** A trust in the tokens of another identity provider. */
  record Federation(String issuer, String subject, String audience, PublicKey key) {}

  private final String clientId;
  private final Map<String, Instant> secrets = new ConcurrentHashMap<>();
  private final List<X509Certificate> certificates = new CopyOnWriteArrayList<>();
  private final List<Federation> federations = new CopyOnWriteArrayList<>();
  private final Set<String> redirectUris = ConcurrentHashMap.newKeySet();
  private final Set<String> consented = ConcurrentHashMap.newKeySet();
  private volatile Set<String> roles = Set.of();
  private volatile boolean publicClientFlows;

  DemoApplication(String clientId) {
    this.clientId = clientId;
  }

  public String clientId() {
    return clientId;
  }

  /** Application permissions with admin consent. */
  public DemoApplication roles(Set<String> granted) {
    roles = granted;
    return this;
  }

  public DemoApplication secret(String value, Instant expires) {
    secrets.put(value, expires);
    return this;
  }

  public DemoApplication certificate(X509Certificate uploaded) {
    certificates.add(uploaded);
    return this;
  }

  /** Somebody takes a certificate away. */
  public DemoApplication withoutCertificate(X509Certificate removed) {
    certificates.remove(removed);
    return this;
  }

  /** Trusts tokens of another identity provider, as workload identity has them. */
  public DemoApplication federation(String issuer, String subject, String audience, PublicKey key) {
    federations.add(new Federation(issuer, subject, audience, key));
    return this;
  }

  /** Registers a redirect URI under platform Web; it must match exactly. */
  public DemoApplication redirectUri(String uri) {
    redirectUris.add(uri);
    return this;
  }

  /** Whether device code and other grants without a secret are allowed. */
  public DemoApplication allowPublicClientFlows(boolean allowed) {
    publicClientFlows = allowed;
    return this;
  }

  Set<String> roles() {
    return roles;
  }

  Map<String, Instant> secrets() {
    return secrets;
  }

  List<X509Certificate> certificates() {
    return certificates;
  }

  List<Federation> federations() {
    return federations;
  }

  boolean isRedirectUri(String uri) {
    return redirectUris.contains(uri);
  }

  boolean allowsPublicClientFlows() {
    return publicClientFlows;
  }

  /** It needs no proof: it has none. */
  boolean isPublic() {
    return secrets.isEmpty() && certificates.isEmpty() && federations.isEmpty();
  }

  boolean hasConsent(DemoUser user, Set<String> scopes) {
    return scopes.stream().allMatch(scope -> consented.contains(user.id() + " " + scope));
  }

  void consent(DemoUser user, Set<String> scopes) {
    scopes.forEach(scope -> consented.add(user.id() + " " + scope));
  }
}
