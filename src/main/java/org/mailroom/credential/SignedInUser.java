package org.mailroom.credential;

import java.time.Instant;

/**
 * The person who signed in with a delegated credential.
 *
 * @param id object id in the directory; may be null when the service didn't tell it
 * @param userPrincipalName the name to sign in with, most often the mailbox's address, too
 * @param mail address, when the service tells it; or null
 * @param signedInAt when
 */
public record SignedInUser(String id, String userPrincipalName, String mail, Instant signedInAt) {

  /** Whether a mailbox, by address or object id, is this person's own. */
  public boolean owns(String mailbox) {
    return mailbox.equalsIgnoreCase(id)
        || mailbox.equalsIgnoreCase(userPrincipalName)
        || mailbox.equalsIgnoreCase(mail);
  }
}
