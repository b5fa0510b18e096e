package org.mailroom.settings;

import jakarta.validation.Valid;
import jakarta.validation.constraints.AssertTrue;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.net.URI;
import java.nio.file.Path;
import java.time.LocalDate;
import org.springframework.format.annotation.DateTimeFormat;

/**
 * How an application proves itself to Entra ID. The fields have the names that its administrator
 * knows.
 *
 * @param description for people, in the console
 * @param grantType OAuth's grant: application permission, delegated permission, or the identity of
 *     the machine in Azure
 * @param tenantId of the app registration; a managed identity needs none, for the machine knows its
 *     tenant
 * @param clientId of the app registration, or of a user-assigned managed identity; without it a
 *     managed identity is the system-assigned one
 * @param clientSecret the secret's value, not its id; one of it, {@code certificate} and {@code
 *     federatedTokenFile} is needed for application permission
 * @param secretExpires the day on which the client secret expires, for warnings ahead; null: not
 *     known
 * @param certificate instead of a secret
 * @param federatedTokenFile a file with a token of another identity provider that the application
 *     trusts, read anew for each request
 * @param scope what is asked for; by default {@code .default} of Graph, or {@code Mail.ReadWrite
 *     offline_access} for delegated permission
 * @param authorizationUrl where a browser is sent to sign in; by default the tenant's, below {@code
 *     mailroom.login-url}
 * @param tokenUrl where tokens are asked for; by default the tenant's, below {@code
 *     mailroom.login-url}
 */
public record CredentialProperties(
    @Size(max = 200, message = "has at most 200 characters") String description,
    @NotNull(message = "is missing: client-credentials, authorization-code or managed-identity")
        GrantType grantType,
    @Pattern(regexp = "\\s*|[A-Za-z0-9.-]+", message = "must be an id or a domain name")
        @Size(max = 253, message = "has at most 253 characters")
        String tenantId,
    @Size(max = 200, message = "has at most 200 characters") String clientId,
    @Size(max = 1000, message = "has at most 1000 characters") String clientSecret,
    @DateTimeFormat(iso = DateTimeFormat.ISO.DATE) LocalDate secretExpires,
    @Valid CertificateProperties certificate,
    Path federatedTokenFile,
    @Size(max = 2000, message = "has at most 2000 characters") String scope,
    URI authorizationUrl,
    URI tokenUrl) {

  private static final String SAFE_URL =
      "must be an absolute https:// address of at most 2000 characters";

  private static final int LONGEST_URL = 2000;

  private static boolean isSafe(URI url) {
    return url == null || (url.toString().length() <= LONGEST_URL && WebAddress.isSafe(url));
  }

  @AssertTrue(message = "is missing: the directory (tenant) id of the app registration")
  boolean isTenantNamed() {
    return isManagedIdentity() || hasText(tenantId);
  }

  @AssertTrue(message = "is missing: the application (client) id of the app registration")
  boolean isClientNamed() {
    return isManagedIdentity() || hasText(clientId);
  }

  @AssertTrue(
      message =
          "managed-identity proves itself by the machine that it is assigned to: take"
              + " client-secret, certificate, federated-token-file, token-url and"
              + " authorization-url away")
  boolean isMachineAlone() {
    return !isManagedIdentity() || (!hasProof() && tokenUrl == null && authorizationUrl == null);
  }

  /** The machine that Mailroom runs on is asked for its tokens. */
  public boolean isManagedIdentity() {
    return grantType == GrantType.MANAGED_IDENTITY;
  }

  @AssertTrue(message = "needs a client-secret, a certificate or a federated-token-file")
  boolean isProvable() {
    return grantType != GrantType.CLIENT_CREDENTIALS || hasProof();
  }

  /**
   * Whether it has something to prove itself with; otherwise Entra ID takes it for a public client.
   */
  public boolean hasProof() {
    return hasText(clientSecret) || certificate != null || federatedTokenFile != null;
  }

  /** Whether it proves itself with a secret or a certificate, which may change in its file. */
  public boolean hasFileOrSecret() {
    return certificate != null || (federatedTokenFile == null && hasText(clientSecret));
  }

  @AssertTrue(
      message =
          "must be the tenant's own id or domain: client-credentials has no common, organizations"
              + " or consumers")
  boolean isTenantOwn() {
    return grantType != GrantType.CLIENT_CREDENTIALS
        || tenantId == null
        || !tenantId.matches("common|organizations|consumers");
  }

  @AssertTrue(message = "token-url " + SAFE_URL)
  boolean isTokenUrlValid() {
    return isSafe(tokenUrl);
  }

  @AssertTrue(message = "authorization-url " + SAFE_URL)
  boolean isAuthorizationUrlValid() {
    return isSafe(authorizationUrl);
  }

  private static boolean hasText(String value) {
    return value != null && !value.isBlank();
  }

  /** Never the secret: this text may reach a log. */
  @Override
  public String toString() {
    return isManagedIdentity()
        ? "managed identity" + (hasText(clientId) ? " " + clientId : "")
        : "credential of client " + clientId + " in tenant " + tenantId;
  }
}
