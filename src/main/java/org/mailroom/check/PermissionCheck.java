package org.mailroom.check;

import com.fasterxml.jackson.databind.ObjectMapper;
import org.jspecify.annotations.Nullable;
import org.mailroom.account.Account;
import org.springframework.stereotype.Component;

/** Whether the token has the permission that an account needs, as far as the token tells. */
@Component
final class PermissionCheck {

  private final ObjectMapper json;

  PermissionCheck(ObjectMapper json) {
    this.json = json;
  }

  /**
   * Takes the step {@code permission}.
   *
   * @param authorization the header with the token; null when there is none
   */
  void check(Account account, @Nullable String authorization, CheckWalk walk) {
    boolean changes = account.changesMailbox();
    String needed = changes ? "Mail.ReadWrite" : "Mail.Read";
    var claims = authorization == null ? null : TokenClaims.of(authorization, json).orElse(null);
    if (authorization != null && claims == null) {
      walk.skip(
          "permission",
          needed + " in the token",
          "the token can't be read by its client; the mailbox tells");
      return;
    }
    if (claims != null && claims.isOfApplication() && !claims.allow(changes)) {
      // what RBAC for Applications in Exchange grants stands in no token
      walk.skip(
          "permission",
          needed + " in the token",
          claims.inWords()
              + ": where RBAC for Applications grants it, as mailroom setup has it, none is needed;"
              + " the mailbox tells");
      return;
    }
    walk.step(
        "permission",
        needed + " in the token",
        () -> {
          if (claims != null && !claims.allow(changes)) {
            throw new CheckFailure(
                claims.inWords() + ".",
                "Grant the application "
                    + needed
                    + " and admin consent in the app registration; then sign in again.");
          }
          return claims == null ? "" : claims.inWords();
        });
    walk.goOnWithout("permission");
  }
}
