package org.mailroom.setup;

import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.mailroom.settings.Cloud;

/**
 * What a tenant needs for one credential.
 *
 * @param credential its id
 * @param name of the app registration
 * @param tenantId id or domain; null where it isn't known
 * @param clientId of the app registration or managed identity; null where there is none yet
 * @param machine the name of this machine, which a system-assigned identity has as well
 * @param redirectUri where sign-ins come back
 * @param proof what the application proves itself with
 * @param permission of Microsoft Graph: Mail.ReadWrite, Mail.Read or Mail.Send
 * @param scopes of a delegated credential, words
 * @param mailboxes that it opens: addresses or object ids
 * @param allMailboxes whether it is to open every mailbox of the tenant instead
 * @param groups whether it asks who is in a group
 */
record SetupPlan(
    String credential,
    String name,
    Kind kind,
    Cloud cloud,
    @Nullable String tenantId,
    @Nullable String clientId,
    String machine,
    String redirectUri,
    Proof proof,
    String permission,
    List<String> scopes,
    List<String> mailboxes,
    boolean allMailboxes,
    boolean groups) {

  private static final Pattern GUID =
      Pattern.compile(
          "(?!0{8}-0{4}-0{4}-0{4}-0{12})[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}");

  /** Exchange allows 64 characters for the name of a scope or an assignment. */
  private static final int LONGEST_ID_IN_NAMES = 36;

  /** Whose permission it has. */
  enum Kind {
    APPLICATION,
    DELEGATED,
    MACHINE
  }

  /**
   * @param certificate DER in base64, or null
   * @param issuer of the federated token, or null
   * @param subject of the federated token, or null
   */
  record Proof(
      By by, @Nullable String certificate, @Nullable String issuer, @Nullable String subject) {

    /** The ways. */
    enum By {
      SECRET,
      CERTIFICATE,
      FEDERATION
    }
  }

  /** Whether it has been registered, as far as the settings say. */
  boolean isRegistered() {
    return clientId != null && GUID.matcher(clientId).matches();
  }

  /** What scope and group are called in Exchange. */
  String scopeName() {
    return "Mailroom "
        + (credential.length() > LONGEST_ID_IN_NAMES
            ? credential.substring(0, LONGEST_ID_IN_NAMES)
            : credential);
  }

  String assignmentName() {
    return scopeName() + " " + permission;
  }

  /** Graph's host for {@code az rest}, without the version of the API. */
  String graphRoot() {
    return cloud.graphUrl();
  }
}
