package org.mailroom.credential;

import java.util.List;

/** Who uses credentials. */
public interface CredentialUse {

  /** The ids of the accounts that use a credential, of both homes. */
  List<String> accountsUsing(String credential);

  /** Whether an account that is imported uses it; cheap. */
  boolean isUsed(String credential);
}
