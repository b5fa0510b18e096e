package org.mailroom.credential;

import java.net.URI;
import org.jspecify.annotations.Nullable;
import org.mailroom.settings.CredentialProperties;
import org.mailroom.settings.GrantType;
import org.mailroom.settings.MailroomProperties;
import org.springframework.stereotype.Component;

/** What follows from tenant id, cloud and grant type where a credential doesn't say otherwise. */
@Component
final class CredentialDefaults {

  private static final String DELEGATED_SCOPE = "Mail.ReadWrite offline_access";

  private final MailroomProperties properties;

  CredentialDefaults(MailroomProperties properties) {
    this.properties = properties;
  }

  /**
   * The default scope of a grant: of its cloud, for a stand-in of the service is asked with the
   * scope of the cloud that it stands in for.
   */
  public String scope(GrantType grant) {
    return grant == GrantType.AUTHORIZATION_CODE
        ? DELEGATED_SCOPE
        : URI.create(properties.cloud().graphUrl()).resolve("/.default").toString();
  }

  /**
   * The default address where a person signs in; the account picker lets an administrator sign in
   * as somebody else.
   */
  public URI authorizationUrl(String tenantId) {
    return URI.create(
        properties.loginUrl() + "/" + tenantId + "/oauth2/v2.0/authorize?prompt=select_account");
  }

  public URI tokenUrl(String tenantId) {
    return URI.create(properties.loginUrl() + "/" + tenantId + "/oauth2/v2.0/token");
  }

  String scope(CredentialProperties settings) {
    return settings.scope() == null || settings.scope().isBlank()
        ? scope(settings.grantType())
        : settings.scope().strip().replaceAll("\\s+", " ");
  }

  @Nullable URI authorizationUrl(CredentialProperties settings) {
    if (settings.isManagedIdentity()) {
      return null;
    }
    return settings.authorizationUrl() != null
        ? settings.authorizationUrl()
        : authorizationUrl(settings.tenantId());
  }

  URI tokenUrl(CredentialProperties settings) {
    if (settings.isManagedIdentity()) {
      return properties.imdsUrl();
    }
    return settings.tokenUrl() != null ? settings.tokenUrl() : tokenUrl(settings.tenantId());
  }
}
