package org.mailroom.credential;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the identity platform sends the browser back with, RFC 6749 sections 4.1.2 and 4.1.2.1.
 *
 * @param state of the sign-in
 * @param code to exchange for tokens, or null
 * @param error OAuth 2.0 error code, or null
 * @param errorDescription Entra ID's words, or null
 */
public record SignInAnswer(
    @Nullable String state,
    @Nullable String code,
    @Nullable String error,
    @Nullable String errorDescription) {

  /**
   * @param parameters of the request to the redirect URI
   */
  public static SignInAnswer of(Map<String, String> parameters) {
    return new SignInAnswer(
        parameters.get("state"),
        parameters.get("code"),
        parameters.get("error"),
        parameters.get("error_description"));
  }

  /** Never the code. */
  @Override
  public String toString() {
    return "answer of a sign-in" + (error == null ? "" : ": " + error);
  }
}
