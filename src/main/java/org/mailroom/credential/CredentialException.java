package org.mailroom.credential;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * No token could be had. Its message is one sentence for the operator: what Entra ID answered, what
 * it means and what to do; it never carries a secret or a token.
 */
public final class CredentialException extends RuntimeException {

  private final boolean mayPass;
  private final boolean unreachable;
  private final @Nullable Duration retryAfter;
  private final @Nullable String claims;

  /**
   * @param credential its name below {@code mailroom.credentials}
   * @param error OAuth 2.0 error code, or null when there was no answer
   * @param description Entra ID's error description, from which only the AADSTS number is taken
   */
  CredentialException(
      String credential,
      @Nullable String error,
      @Nullable String description,
      @Nullable Throwable cause) {
    this(credential, error, description, null, null, cause);
  }

  /**
   * @param retryAfter the wait that the answer asks for, or null
   * @param claims what the answer demands of the next token, as JSON, or null
   */
  CredentialException(
      String credential,
      @Nullable String error,
      @Nullable String description,
      @Nullable Duration retryAfter,
      @Nullable String claims,
      @Nullable Throwable cause) {
    super(sentence(credential, error, description), cause);
    this.mayPass = EntraError.of(error, description).isTransient();
    this.unreachable = error == null;
    this.retryAfter = retryAfter;
    this.claims = claims;
  }

  /**
   * For what fails before Entra ID is asked.
   *
   * @param credential its name, or null where it isn't known
   */
  CredentialException(@Nullable String credential, String whatAndRemedy) {
    this(credential, whatAndRemedy, false, null);
  }

  private CredentialException(
      @Nullable String credential,
      String whatAndRemedy,
      boolean mayPass,
      @Nullable Throwable cause) {
    super((credential == null ? "" : "credential " + credential + ": ") + whatAndRemedy, cause);
    this.mayPass = mayPass;
    this.unreachable = false;
    this.retryAfter = null;
    this.claims = null;
  }

  /** For what fails here and passes by itself. */
  static CredentialException passing(String credential, String whatAndRemedy, Throwable cause) {
    return new CredentialException(credential, whatAndRemedy, true, cause);
  }

  /**
   * For what a machine answers in the place of Entra ID.
   *
   * @param mayPass asking again later may help
   * @param unreachable there was no answer
   * @param retryAfter the wait that the answer asks for, or null
   */
  static CredentialException ofMachine(
      String credential,
      String whatAndRemedy,
      boolean mayPass,
      boolean unreachable,
      @Nullable Duration retryAfter) {
    return new CredentialException(
        "credential " + credential + ": " + whatAndRemedy, mayPass, unreachable, retryAfter);
  }

  private CredentialException(
      String message, boolean mayPass, boolean unreachable, @Nullable Duration retryAfter) {
    super(message);
    this.mayPass = mayPass;
    this.unreachable = unreachable;
    this.retryAfter = retryAfter;
    this.claims = null;
  }

  private static String sentence(
      String credential, @Nullable String error, @Nullable String description) {
    EntraError entra = EntraError.of(error, description);
    String number = EntraError.number(description);
    String code = error == null ? "no answer" : number == null ? error : error + " AADSTS" + number;
    String detail = error == null && description != null ? ", " + description : "";
    return "credential "
        + credential
        + ": "
        + entra.meaning()
        + " ("
        + code
        + detail
        + "). "
        + entra.remedy();
  }

  /** There was no answer at all. */
  public boolean isUnreachable() {
    return unreachable;
  }

  /** Asking again later may help. */
  public boolean isTransient() {
    return mayPass;
  }

  /** What Entra ID demands of the next token, as JSON: a sign-in has to pass it on. */
  Optional<String> claims() {
    return Optional.ofNullable(claims);
  }

  /** How long the service asks to wait before it is asked again. */
  Optional<Duration> retryAfter() {
    return Optional.ofNullable(retryAfter);
  }
}
