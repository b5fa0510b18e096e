package org.mailroom.credential;

import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What an error of Entra ID means and what to do about it. The OAuth code decides whether asking
 * again can help; the AADSTS number, which may change without notice, only sharpens the words.
 */
record EntraError(String meaning, String remedy, boolean isTransient) {

  private static final Pattern NUMBER = Pattern.compile("AADSTS(\\d+)");

  private static final Set<String> TRANSIENT_NUMBERS =
      Set.of("50033", "90006", "90012", "90024", "90033", "90090", "80005", "50087", "90055");

  private static final EntraError UNREACHABLE =
      new EntraError(
          "Entra ID could not be reached",
          "Check the network, DNS, mailroom.proxy, mailroom.ssl-bundle and mailroom.login-url;"
              + " Mailroom tries again by itself.",
          true);
  private static final EntraError TROUBLE =
      new EntraError(
          "Entra ID has trouble or asks for fewer requests",
          "Mailroom tries again by itself.",
          true);
  private static final EntraError NOT_ENTRA =
      new EntraError(
          "the answer isn't Entra ID's",
          "Check mailroom.login-url and mailroom.proxy: something between answers in its place;"
              + " Mailroom tries again by itself.",
          true);
  private static final EntraError UNKNOWN =
      permanent(
          "Entra ID refused the credential",
          "Look the code up at https://login.microsoftonline.com/error.");

  private static final EntraError SIGN_IN_AGAIN =
      permanent(
          "the sign-in is no longer valid",
          "Sign in again with this credential, in the console or by the command login.");
  private static final EntraError UNUSED_FOR_LONG =
      permanent(
          "the refresh token expired, unused for too long",
          "Sign in again with this credential, in the console or by the command login.");
  private static final EntraError ADMIN_CONSENT =
      permanent(
          "consent is missing",
          "Have an administrator grant admin consent to the app registration.");
  private static final EntraError CERTIFICATE =
      permanent(
          "the certificate isn't accepted",
          "Upload this certificate to the app registration, or a new one if it has expired there;"
              + " and check this machine's clock.");
  private static final EntraError CLOCK =
      permanent(
          "the application's proof isn't valid at this time",
          "Set this machine's clock by NTP: it differs from the service's; and check that the"
              + " certificate is valid now.");
  private static final EntraError PERSON_NEEDED =
      permanent(
          "the tenant demands more of the person, such as multi-factor authentication",
          "Sign in again with this credential and answer what is asked, in the console or by the"
              + " command login.");
  private static final EntraError BLOCKED_BY_POLICY =
      permanent(
          "a Conditional Access policy blocks the sign-in",
          "Have an administrator allow this application or this machine's address.");
  private static final EntraError FEDERATION =
      permanent(
          "no federated credential of the application matches the token",
          "Compare issuer, subject and audience of the token in federated-token-file with the app"
              + " registration, Certificates & secrets, Federated credentials.");
  private static final EntraError TOO_LATE =
      permanent("the code wasn't used in time", "Start the sign-in again.");
  private static final EntraError REFUSED =
      permanent(
          "the user or an administrator refused",
          "Sign in again and accept, or have an administrator grant consent.");
  private static final EntraError UNKNOWN_APPLICATION =
      permanent(
          "the tenant doesn't know the application or it is disabled",
          "Check client-id and tenant-id, and that the app was consented to in this tenant.");

  private static final Map<String, EntraError> BY_NUMBER =
      Map.ofEntries(
          Map.entry(
              "7000215",
              permanent(
                  "the client secret is wrong",
                  "Enter the secret's Value, not its Secret ID; create a new secret in the app"
                      + " registration if the value is lost.")),
          Map.entry(
              "7000222",
              permanent(
                  "the client secret has expired",
                  "Create a new client secret in the app registration and enter its value.")),
          Map.entry(
              "7000218",
              permanent(
                  "the application must prove itself and didn't",
                  "Enter a client-secret or a certificate; for a sign-in by device code, allow"
                      + " public client flows in the app registration under Authentication.")),
          Map.entry(
              "700025",
              permanent(
                  "the application is public and must not send a secret",
                  "Take the secret out, or register it as a web application.")),
          Map.entry(
              "7000229",
              permanent(
                  "the application has no service principal in the tenant",
                  "Have an administrator grant it consent in this tenant.")),
          Map.entry("70021", FEDERATION),
          Map.entry("700211", FEDERATION),
          Map.entry("700212", FEDERATION),
          Map.entry("700213", FEDERATION),
          Map.entry(
              "50105",
              permanent(
                  "the user isn't assigned to the application",
                  "Assign the user to the enterprise application, or switch 'assignment required'"
                      + " off.")),
          Map.entry(
              "50020",
              permanent(
                  "the user belongs to another directory",
                  "Sign in with an account of the tenant that tenant-id names.")),
          Map.entry(
              "50034",
              permanent(
                  "the directory doesn't know the user",
                  "Sign in with an account of the tenant that tenant-id names.")),
          Map.entry(
              "50053",
              permanent(
                  "the user is locked after too many attempts to sign in",
                  "Wait or have an administrator unlock the user, then sign in again.")),
          Map.entry(
              "70002",
              permanent("the credential isn't valid", "Check client-id and client-secret.")),
          Map.entry("700016", UNKNOWN_APPLICATION),
          Map.entry("70001", UNKNOWN_APPLICATION),
          Map.entry("7000112", UNKNOWN_APPLICATION),
          Map.entry(
              "90002",
              permanent(
                  "there is no such tenant",
                  "Check tenant-id, and that mailroom.cloud is the tenant's cloud.")),
          Map.entry(
              "50194",
              permanent(
                  "the application isn't multi-tenant",
                  "Set tenant-id to the tenant's own id instead of common.")),
          Map.entry("700027", CERTIFICATE),
          Map.entry("50012", CERTIFICATE),
          Map.entry("50013", CERTIFICATE),
          Map.entry("700023", CERTIFICATE),
          Map.entry("700024", CLOCK),
          Map.entry("50027", CERTIFICATE),
          Map.entry(
              "500112",
              permanent(
                  "the redirect URI isn't the one that the sign-in began with",
                  "Check mailroom.public-url, then start the sign-in again.")),
          Map.entry("50076", PERSON_NEEDED),
          Map.entry("50079", PERSON_NEEDED),
          Map.entry("50074", PERSON_NEEDED),
          Map.entry("53003", BLOCKED_BY_POLICY),
          Map.entry("530032", BLOCKED_BY_POLICY),
          Map.entry("65001", ADMIN_CONSENT),
          Map.entry(
              "65004",
              permanent(
                  "consent was declined",
                  "Sign in again and accept, or have an administrator grant consent.")),
          Map.entry("650056", ADMIN_CONSENT),
          Map.entry("90094", ADMIN_CONSENT),
          Map.entry("70000", SIGN_IN_AGAIN),
          Map.entry("70008", UNUSED_FOR_LONG),
          Map.entry("700082", UNUSED_FOR_LONG),
          Map.entry(
              "700084",
              permanent(
                  "the refresh token of a single-page app expired after 24 hours",
                  "Register the redirect URI under platform Web, then sign in again.")),
          Map.entry(
              "70043",
              permanent(
                  "the sign-in frequency policy ended the session",
                  "Sign in again, or exempt this application from the policy.")),
          Map.entry("50173", SIGN_IN_AGAIN),
          Map.entry("50132", SIGN_IN_AGAIN),
          Map.entry("50133", SIGN_IN_AGAIN),
          Map.entry(
              "50057", permanent("the user is disabled", "Have an administrator enable the user.")),
          Map.entry(
              "50055",
              permanent(
                  "the user's password has expired", "Change the password, then sign in again.")),
          Map.entry(
              "50011",
              permanent(
                  "the redirect URI isn't registered",
                  "Add the redirect URI to the app registration, platform Web.")),
          Map.entry(
              "54005", permanent("the sign-in's code was used before", "Start the sign-in again.")),
          Map.entry(
              "501481",
              permanent("the sign-in's code verifier doesn't match", "Start the sign-in again.")),
          Map.entry(
              "700005",
              permanent(
                  "the sign-in belongs to another tenant",
                  "Check tenant-id, then start the sign-in again.")),
          Map.entry(
              "70011",
              permanent(
                  "the scope isn't valid",
                  "Check scope: https://graph.microsoft.com/.default for application permission,"
                      + " with the host of the tenant's cloud.")),
          Map.entry(
              "50196",
              permanent(
                  "Entra ID sees a loop of requests",
                  "Report this as a bug; Mailroom asks again later.")));

  private static final Map<String, EntraError> BY_ERROR =
      Map.ofEntries(
          Map.entry(
              "invalid_client",
              permanent(
                  "the application or its secret isn't accepted",
                  "Check client-id, client-secret and certificate.")),
          Map.entry(
              "unauthorized_client",
              permanent(
                  "the application may not use this grant",
                  "Check client-id, tenant-id and the app registration.")),
          Map.entry(
              "unsupported_grant_type",
              permanent("the service doesn't know this grant", "Check token-url and grant-type.")),
          Map.entry("invalid_grant", SIGN_IN_AGAIN),
          Map.entry("invalid_scope", permanent("the scope isn't valid", "Check scope.")),
          Map.entry(
              "invalid_resource",
              permanent("the scope names an unknown resource", "Check scope and mailroom.cloud.")),
          Map.entry("interaction_required", PERSON_NEEDED),
          Map.entry("consent_required", ADMIN_CONSENT),
          Map.entry("login_required", SIGN_IN_AGAIN),
          Map.entry("access_denied", REFUSED),
          Map.entry("authorization_declined", REFUSED),
          Map.entry("expired_token", TOO_LATE),
          Map.entry("bad_verification_code", TOO_LATE),
          Map.entry(
              "invalid_request",
              permanent(
                  "Entra ID doesn't understand the request",
                  "Check tenant-id, client-id and scope.")));

  private static EntraError permanent(String meaning, String remedy) {
    return new EntraError(meaning, remedy, false);
  }

  /**
   * @param error OAuth 2.0 error code, or null when there was no answer that has one
   * @param description Entra ID's error description, or null
   */
  static EntraError of(@Nullable String error, @Nullable String description) {
    String number = number(description);
    if (error == null) {
      return UNREACHABLE;
    }
    if (error.matches("http_[234]\\d\\d") && !error.equals("http_429")) {
      return NOT_ENTRA;
    }
    if (error.equals("server_error")
        || error.equals("temporarily_unavailable")
        || error.startsWith("http_")
        || (number != null && TRANSIENT_NUMBERS.contains(number))) {
      return TROUBLE;
    }
    EntraError byNumber = number == null ? null : BY_NUMBER.get(number);
    return byNumber != null ? byNumber : BY_ERROR.getOrDefault(error, UNKNOWN);
  }

  static @Nullable String number(@Nullable String description) {
    Matcher number = NUMBER.matcher(description == null ? "" : description);
    return number.find() ? number.group(1) : null;
  }
}
