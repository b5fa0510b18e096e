package org.mailroom.credential;

import com.microsoft.aad.msal4j.AbstractClientApplicationBase;
import com.microsoft.aad.msal4j.AuthorizationCodeParameters;
import com.microsoft.aad.msal4j.ClaimsRequest;
import com.microsoft.aad.msal4j.ClientCredentialFactory;
import com.microsoft.aad.msal4j.ClientCredentialParameters;
import com.microsoft.aad.msal4j.ConfidentialClientApplication;
import com.microsoft.aad.msal4j.DeviceCode;
import com.microsoft.aad.msal4j.DeviceCodeFlowParameters;
import com.microsoft.aad.msal4j.IAuthenticationResult;
import com.microsoft.aad.msal4j.IClientCredential;
import com.microsoft.aad.msal4j.IHttpClient;
import com.microsoft.aad.msal4j.PublicClientApplication;
import com.microsoft.aad.msal4j.RefreshTokenParameters;
import jakarta.annotation.PreDestroy;
import java.net.MalformedURLException;
import java.net.URI;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.mailroom.settings.CredentialProperties;
import org.mailroom.settings.Daemons;
import org.mailroom.settings.MailroomProperties;
import org.springframework.stereotype.Component;

/**
 * Asks Entra ID for tokens, through msal4j. Each request has an application object of its own,
 * whose cache is what is stored.
 */
@Component
class EntraClient {

  /**
   * What Entra ID issued.
   *
   * @param cache msal4j's cache after it
   */
  record Issued(IAuthenticationResult result, @Nullable String cache, boolean publicClient) {

    /** Never a token. */
    @Override
    public String toString() {
      return "issued tokens";
    }
  }

  private interface Request<A extends AbstractClientApplicationBase> {
    CompletableFuture<IAuthenticationResult> send(A application) throws MalformedURLException;
  }

  private final MailroomProperties properties;
  private final LoginHttpClient http;
  private final EntraRefusal refusals;
  private final Proofs proofs;
  // msal4j's own choice, the common pool, has one thread on a small machine: a slow endpoint would
  // hold up all others
  private final ExecutorService threads = Executors.newCachedThreadPool(Daemons.named("entra"));

  EntraClient(
      MailroomProperties properties, LoginHttpClient http, EntraRefusal refusals, Proofs proofs) {
    this.properties = properties;
    this.http = http;
    this.refusals = refusals;
    this.proofs = proofs;
  }

  @PreDestroy
  void stop() {
    threads.shutdownNow();
  }

  /** The client credentials grant. */
  Issued clientCredentials(Credential credential, @Nullable String claims) {
    return confidential(
        credential,
        null,
        application ->
            application.acquireToken(
                ClientCredentialParameters.builder(scopes(credential))
                    .skipCache(true)
                    .claims(request(claims))
                    .build()));
  }

  /**
   * A new access token, and most often a new refresh token, for the refresh token of somebody who
   * signed in.
   */
  Issued refresh(
      Credential credential, StoredTokens stored, String refreshToken, @Nullable String claims) {
    Request<AbstractClientApplicationBase> refresh =
        application ->
            application.acquireToken(
                RefreshTokenParameters.builder(scopes(credential), refreshToken)
                    .claims(request(claims))
                    .build());
    return stored.publicClient() || !credential.settings().hasProof()
        ? publicly(credential, stored.cache(), refresh::send)
        : confidential(credential, stored.cache(), refresh::send);
  }

  /** The tokens for the code that a sign-in came back with. */
  Issued redeem(
      Credential credential,
      String code,
      URI redirectUri,
      String codeVerifier,
      @Nullable String claims) {
    Request<AbstractClientApplicationBase> redeem =
        application ->
            application.acquireToken(
                AuthorizationCodeParameters.builder(code, redirectUri)
                    .scopes(scopes(credential))
                    .codeVerifier(codeVerifier)
                    .claims(request(claims))
                    .build());
    return credential.settings().hasProof()
        ? confidential(credential, null, redeem::send)
        : publicly(credential, null, redeem::send);
  }

  /** Waits until somebody has signed in with the device code that is told. */
  Issued byDeviceCode(Credential credential, @Nullable String claims, Consumer<DeviceCode> tell) {
    LoginHttpClient.Conversation conversation = http.conversation(credential.tokenUrl());
    return publicly(
        credential,
        null,
        conversation,
        new DeviceCodePolling(conversation),
        application ->
            application.acquireToken(
                DeviceCodeFlowParameters.builder(scopes(credential), tell)
                    .claims(request(claims))
                    .build()));
  }

  private static @Nullable ClaimsRequest request(@Nullable String claims) {
    try {
      return claims == null ? null : ClaimsRequest.formatAsClaimsRequest(claims);
    } catch (RuntimeException unreadable) {
      // what msal4j can't read can't be passed on; without it the service says again what it wants
      return null;
    }
  }

  private static Set<String> scopes(Credential credential) {
    return new LinkedHashSet<>(Arrays.asList(credential.scope().split(" ")));
  }

  private Issued confidential(
      Credential credential,
      @Nullable String cached,
      Request<ConfidentialClientApplication> request) {
    RequestCache cache = new RequestCache(cached);
    LoginHttpClient.Conversation conversation = http.conversation(credential.tokenUrl());
    return issued(
        credential,
        cache,
        conversation,
        false,
        () ->
            request.send(
                ConfidentialClientApplication.builder(
                        credential.settings().clientId(), proof(credential))
                    .authority(authority(credential))
                    .instanceDiscovery(false)
                    .clientCapabilities(Set.of("cp1"))
                    .setTokenCacheAccessAspect(cache)
                    .httpClient(conversation)
                    .executorService(threads)
                    .build()));
  }

  private Issued publicly(
      Credential credential, @Nullable String cached, Request<PublicClientApplication> request) {
    LoginHttpClient.Conversation conversation = http.conversation(credential.tokenUrl());
    return publicly(credential, cached, conversation, conversation, request);
  }

  private Issued publicly(
      Credential credential,
      @Nullable String cached,
      LoginHttpClient.Conversation conversation,
      IHttpClient client,
      Request<PublicClientApplication> request) {
    RequestCache cache = new RequestCache(cached);
    return issued(
        credential,
        cache,
        conversation,
        true,
        () ->
            request.send(
                PublicClientApplication.builder(credential.settings().clientId())
                    .authority(authority(credential))
                    .instanceDiscovery(false)
                    .clientCapabilities(Set.of("cp1"))
                    .setTokenCacheAccessAspect(cache)
                    .httpClient(client)
                    .executorService(threads)
                    .build()));
  }

  private interface Sending {
    CompletableFuture<IAuthenticationResult> send() throws MalformedURLException;
  }

  private Issued issued(
      Credential credential,
      RequestCache cache,
      LoginHttpClient.Conversation conversation,
      boolean publicClient,
      Sending request) {
    try {
      IAuthenticationResult result = request.send().get();
      if (result.accessToken() == null || result.accessToken().isBlank()) {
        throw refusals.notEntras(credential.id(), conversation);
      }
      return new Issued(result, cache.content(), publicClient);
    } catch (ExecutionException e) {
      throw refusals.inWords(credential.id(), e.getCause(), conversation);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CredentialException(credential.id(), null, "interrupted", e);
    } catch (MalformedURLException e) {
      throw new CredentialException(
          credential.id(),
          "its tenant-id doesn't fit into an address: " + credential.settings().tenantId());
    }
  }

  private String authority(Credential credential) {
    URI login = properties.loginUrl();
    // msal4j insists on https; the scheme that is configured, or the token-url, is put back by the
    // http client
    return "https://"
        + login.getRawAuthority()
        + login.getRawPath()
        + "/"
        + credential.settings().tenantId()
        + "/";
  }

  private IClientCredential proof(Credential credential) {
    CredentialProperties settings = credential.settings();
    return settings.certificate() == null && settings.federatedTokenFile() != null
        ? ClientCredentialFactory.createFromClientAssertion(
            FederatedToken.read(credential.id(), settings.federatedTokenFile()))
        : proofs.present(credential);
  }
}
