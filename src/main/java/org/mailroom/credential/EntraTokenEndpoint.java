package org.mailroom.credential;

import com.microsoft.aad.msal4j.ClaimsRequest;
import com.microsoft.aad.msal4j.ClientCredentialFactory;
import com.microsoft.aad.msal4j.ClientCredentialParameters;
import com.microsoft.aad.msal4j.ConfidentialClientApplication;
import com.microsoft.aad.msal4j.IAuthenticationResult;
import com.microsoft.aad.msal4j.IClientCredential;
import com.microsoft.aad.msal4j.MsalException;
import com.microsoft.aad.msal4j.MsalServiceException;
import java.net.MalformedURLException;
import java.net.URI;
import java.time.Clock;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.mailroom.configuration.MailroomProperties;
import org.mailroom.configuration.MailroomProperties.CredentialProperties;
import org.mailroom.configuration.MailroomProperties.GrantType;
import org.springframework.stereotype.Component;

/** The token endpoint of Entra ID, asked through msal4j. */
@Component
final class EntraTokenEndpoint implements TokenEndpoint {

  private final MailroomProperties properties;
  private final Credentials credentials;
  private final LoginHttpClient http;
  private final Clock clock;

  EntraTokenEndpoint(MailroomProperties properties, Credentials credentials, LoginHttpClient http, Clock clock) {
    this.properties = properties;
    this.credentials = credentials;
    this.http = http;
    this.clock = clock;
  }

  @Override
  public AccessToken token(String credential, String claims) {
    Credential found = credentials.find(credential)
        .orElseThrow(() -> new CredentialException(credential, "there is no such credential. Add it below mailroom.credentials, or in the console."));
    if (found.problem() != null) {
      throw new CredentialException(credential, found.problem());
    }
    CredentialProperties settings = found.settings();
    if (settings.grantType() != GrantType.CLIENT_CREDENTIALS) {
      throw new CredentialException(credential, "nobody has signed in. Use grant-type client-credentials: sign-in isn't available yet.");
    }
    try {
      ClientCredentialParameters.ClientCredentialParametersBuilder request =
          ClientCredentialParameters.builder(Set.of(found.scope().split("\\s+"))).skipCache(true);
      if (claims != null) {
        request.claims(ClaimsRequest.formatAsClaimsRequest(claims));
      }
      IAuthenticationResult result = application(credential, settings).acquireToken(request.build()).get();
      return AccessToken.of(result.accessToken(), clock.instant(), result.expiresOnDate().toInstant());
    } catch (ExecutionException e) {
      throw refusal(credential, e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CredentialException(credential, null, "interrupted", e);
    } catch (MalformedURLException e) {
      throw new CredentialException(credential, "its tenant-id doesn't fit into an address: " + settings.tenantId());
    }
  }

  private ConfidentialClientApplication application(String credential, CredentialProperties settings) throws MalformedURLException {
    URI login = properties.loginUrl();
    // msal4j insists on https; the scheme that is configured, or the token-url, is put back by the http client
    String authority = "https://" + login.getRawAuthority() + login.getRawPath() + "/" + settings.tenantId() + "/";
    return ConfidentialClientApplication.builder(settings.clientId(), proof(credential, settings))
        .authority(authority)
        .instanceDiscovery(false)
        .httpClient(http.redirectingTokenRequestsTo(settings.tokenUrl()))
        .build();
  }

  private static IClientCredential proof(String credential, CredentialProperties settings) {
    return settings.certificate() != null
        ? CertificateFile.read(credential, settings.certificate())
        : ClientCredentialFactory.createFromSecret(settings.clientSecret());
  }

  private static CredentialException refusal(String credential, Throwable cause) {
    if (cause instanceof MsalServiceException service && !"invalid_json".equals(service.errorCode())) {
      String error = service.errorCode() != null && !service.errorCode().isBlank() && !service.errorCode().equals("unknown")
          ? service.errorCode() : "http_" + service.statusCode();
      return new CredentialException(credential, error, service.getMessage(), null);
    }
    if (cause instanceof MsalException answer && "invalid_json".equals(answer.errorCode())) {
      // a gateway answered instead of Entra ID
      return new CredentialException(credential, "http_error", "the answer isn't JSON", null);
    }
    Throwable root = cause;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    String message = root.getMessage() == null ? "" : ": " + root.getMessage();
    return new CredentialException(credential, null, root.getClass().getSimpleName() + message, cause);
  }
}
