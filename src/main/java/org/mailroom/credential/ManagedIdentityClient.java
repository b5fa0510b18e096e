package org.mailroom.credential;

import com.microsoft.aad.msal4j.IAuthenticationResult;
import com.microsoft.aad.msal4j.ManagedIdentityApplication;
import com.microsoft.aad.msal4j.ManagedIdentityId;
import com.microsoft.aad.msal4j.ManagedIdentityParameters;
import jakarta.annotation.PreDestroy;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import org.mailroom.credential.EntraClient.Issued;
import org.mailroom.settings.Daemons;
import org.mailroom.settings.MailroomProperties;
import org.springframework.stereotype.Component;

/**
 * Asks the machine that Mailroom runs on for tokens of its managed identity, through msal4j: a
 * virtual machine's metadata service (IMDS), App Service, Functions and Container Apps, Azure Arc.
 * msal4j tells them apart by the environment variables that Azure sets. Safe for use by several
 * threads.
 */
@Component
class ManagedIdentityClient {

  private static final String DEFAULT_SCOPE = "/.default";

  private final MachineHttpClient http;
  // msal4j's own choice, the common pool, has one thread on a small machine
  private final ExecutorService threads =
      Executors.newCachedThreadPool(Daemons.named("managed-identity"));

  ManagedIdentityClient(MailroomProperties properties) {
    this.http = new MachineHttpClient(properties);
  }

  @PreDestroy
  void stop() {
    threads.shutdownNow();
    http.close();
  }

  /**
   * Asks once. The machine keeps tokens, so that it may give the one that it gave before.
   *
   * @param claims what the token has to have besides, as JSON, or null
   * @throws CredentialException when there is no such identity, or no answer within {@code
   *     limits.token-timeout}
   */
  Issued token(Credential credential, @Nullable String claims) {
    MachineHttpClient.Conversation conversation = http.conversation();
    try {
      ManagedIdentityApplication application =
          ManagedIdentityApplication.builder(identity(credential))
              .clientCapabilities(List.of("cp1"))
              .httpClient(conversation)
              .executorService(threads)
              .disableInternalRetries()
              .build();
      var parameters =
          ManagedIdentityParameters.builder(resource(credential.scope()))
              .forceRefresh(claims == null);
      if (claims != null) {
        // msal4j tells the machine which of its tokens was refused, and takes that from its own
        // cache
        parameters.claims(claims);
      }
      IAuthenticationResult result =
          application.acquireTokenForManagedIdentity(parameters.build()).get();
      return new Issued(result, null, false);
    } catch (ExecutionException e) {
      throw MachineRefusal.inWords(credential, conversation, e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw CredentialException.passing(
          credential.id(), "interrupted while it asked the machine.", e);
    } catch (Exception e) {
      throw MachineRefusal.inWords(credential, conversation, e);
    }
  }

  private static ManagedIdentityId identity(Credential credential) {
    String clientId = credential.settings().clientId();
    return clientId == null || clientId.isBlank()
        ? ManagedIdentityId.systemAssigned()
        : ManagedIdentityId.userAssignedClientId(clientId.strip());
  }

  /** Machines know resources, the identity platform scopes. */
  private static String resource(String scope) {
    return scope.endsWith(DEFAULT_SCOPE)
        ? scope.substring(0, scope.length() - DEFAULT_SCOPE.length())
        : scope;
  }
}
