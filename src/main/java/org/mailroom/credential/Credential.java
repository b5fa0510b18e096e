package org.mailroom.credential;

import java.net.URI;
import org.jspecify.annotations.Nullable;
import org.mailroom.settings.CredentialProperties;
import org.mailroom.settings.GrantType;
import org.mailroom.settings.Home;

/**
 * How an application proves itself to Entra ID.
 *
 * @param id its name; accounts refer to it
 * @param home where it is kept
 * @param settings as they were entered
 * @param scope what is asked for, defaults filled in; words separated by spaces
 * @param authorizationUrl where a person signs in, defaults filled in; null for a managed identity
 * @param tokenUrl where tokens are asked for, defaults filled in
 * @param revision another one after every change, and after every sign-in
 * @param problem why it can't be used (its secret can't be decrypted), or null
 */
public record Credential(
    String id,
    Home home,
    CredentialProperties settings,
    String scope,
    @Nullable URI authorizationUrl,
    URI tokenUrl,
    String revision,
    @Nullable String problem) {

  /** It serves the mailbox of the person who signed in. */
  public boolean isDelegated() {
    return settings.grantType() == GrantType.AUTHORIZATION_CODE;
  }

  /** The machine that Mailroom runs on is asked for its tokens. */
  public boolean isManagedIdentity() {
    return settings.isManagedIdentity();
  }

  /** Never a secret: this text may reach a log. */
  @Override
  public String toString() {
    return "credential " + id;
  }
}
