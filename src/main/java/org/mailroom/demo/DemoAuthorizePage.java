package org.mailroom.demo;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/**
 * The pages on which people sign in: account picker, consent, and entry of a device code. They need
 * no script.
 */
final class DemoAuthorizePage {

  private static final String HTML = "text/html; charset=utf-8";

  private final DemoIdentityPlatform platform;

  DemoAuthorizePage(DemoIdentityPlatform platform) {
    this.platform = platform;
  }

  /**
   * Answers {@code /{tenant}/oauth2/v2.0/authorize}: without {@code user} with the account picker,
   * without {@code decision} with the consent page, else with the way back to the application.
   *
   * @param fields of query and form together
   */
  DemoAnswer authorize(String tenant, Map<String, String> fields) {
    DemoApplication application;
    String redirectUri = fields.getOrDefault("redirect_uri", "");
    try {
      platform.requireTenant(tenant);
      application = platform.require(fields.get("client_id"));
      if (!application.isRedirectUri(redirectUri)) {
        throw new IdentityFault(
            400,
            "invalid_request",
            50011,
            "The redirect URI '"
                + redirectUri
                + "' specified in the request does not match the redirect URIs configured for the"
                + " application.");
      }
    } catch (IdentityFault fault) {
      // nobody is sent to an address that isn't registered
      return page(
          400,
          "Sorry, but we're having trouble signing you in",
          "<p id=\"error\">" + escape(fault.description()) + "</p>");
    }
    try {
      return signIn(application, redirectUri, fields);
    } catch (IdentityFault fault) {
      return redirect(
          redirectUri,
          "error="
              + encode(fault.error())
              + "&error_description="
              + encode(fault.description())
              + state(fields));
    }
  }

  private DemoAnswer signIn(
      DemoApplication application, String redirectUri, Map<String, String> fields) {
    if (!"code".equals(fields.get("response_type"))) {
      throw new IdentityFault(
          400,
          "unsupported_response_type",
          700054,
          "response_type '"
              + fields.get("response_type")
              + "' is not enabled for the application.");
    }
    Set<String> scopes = DemoIdentityPlatform.scopes(fields.get("scope"));
    if (scopes.isEmpty()) {
      throw new IdentityFault(
          400,
          "invalid_request",
          900144,
          "The request body must contain the following parameter: 'scope'.");
    }
    if (!fields.containsKey("user")) {
      return picker(fields);
    }
    DemoUser user = platform.users().get(fields.get("user").toLowerCase(java.util.Locale.ROOT));
    if (user == null) {
      throw new IdentityFault(
          400, "invalid_request", 50034, "The user account does not exist in the directory.");
    }
    platform.refusals().ofSignIns();
    if ("deny".equals(fields.get("decision"))) {
      throw new IdentityFault(
          400, "access_denied", 65004, "User declined to consent to access the app.");
    }
    if (!"accept".equals(fields.get("decision")) && !application.hasConsent(user, scopes)) {
      return consent(user, scopes, fields);
    }
    application.consent(user, scopes);
    platform.refusals().signedInWith(fields.get("claims"));
    String code =
        platform
            .grants()
            .code(
                application.clientId(),
                user,
                scopes,
                redirectUri,
                fields.get("code_challenge"),
                fields.get("code_challenge_method"));
    return redirect(
        redirectUri,
        "code=" + encode(code) + state(fields) + "&session_state=" + UUID.randomUUID());
  }

  private DemoAnswer picker(Map<String, String> fields) {
    StringBuilder body = new StringBuilder("<p>Pick an account</p>");
    for (DemoUser user : platform.users().values()) {
      body.append(form(fields))
          .append("<button name=\"user\" value=\"")
          .append(escape(user.userPrincipalName()))
          .append("\">")
          .append(escape(user.displayName()))
          .append("<br>")
          .append(escape(user.userPrincipalName()))
          .append("</button></form>");
    }
    return page(200, "Sign in to the demo tenant", body.toString());
  }

  private static DemoAnswer consent(DemoUser user, Set<String> scopes, Map<String, String> fields) {
    StringBuilder body =
        new StringBuilder("<p>").append(escape(user.userPrincipalName())).append("</p><ul>");
    DemoIdentityPlatform.permissions(scopes)
        .forEach(scope -> body.append("<li>").append(escape(scope)).append("</li>"));
    body.append("</ul>")
        .append(form(fields))
        .append("<input type=\"hidden\" name=\"user\" value=\"")
        .append(escape(user.userPrincipalName().toLowerCase(java.util.Locale.ROOT)))
        .append("\">")
        .append(
            "<button name=\"decision\" value=\"deny\">Cancel</button> <button name=\"decision\""
                + " value=\"accept\">Accept</button></form>");
    return page(200, "Permissions requested", body.toString());
  }

  /** A form that carries the request along; what the user chooses comes on top. */
  private static String form(Map<String, String> fields) {
    StringBuilder form = new StringBuilder("<form method=\"post\">");
    fields.forEach(
        (name, value) -> {
          if (!name.equals("user") && !name.equals("decision")) {
            form.append("<input type=\"hidden\" name=\"")
                .append(escape(name))
                .append("\" value=\"")
                .append(escape(value))
                .append("\">");
          }
        });
    return form.toString();
  }

  /** Answers {@code /common/oauth2/deviceauth}. */
  DemoAnswer device(Map<String, String> fields) {
    DemoUser user =
        platform.users().get(fields.getOrDefault("user", "").toLowerCase(java.util.Locale.ROOT));
    if (fields.containsKey("code") && user != null) {
      boolean known =
          platform.grants().enter(fields.get("code"), user, !"deny".equals(fields.get("decision")));
      return page(
          200,
          known ? "You may close this window" : "That code didn't work",
          known ? "" : "<p id=\"error\">Check the code and try again.</p>");
    }
    StringBuilder body =
        new StringBuilder(
            "<form method=\"post\"><label>Code <input name=\"code\" required></label> ");
    platform
        .users()
        .forEach(
            (name, one) ->
                body.append("<button name=\"user\" value=\"")
                    .append(escape(name))
                    .append("\">")
                    .append(escape(one.userPrincipalName()))
                    .append("</button>"));
    return page(200, "Enter code", body.append("</form>").toString());
  }

  private static String state(Map<String, String> fields) {
    return fields.containsKey("state") ? "&state=" + encode(fields.get("state")) : "";
  }

  private static DemoAnswer redirect(String uri, String query) {
    return new DemoAnswer(
        302,
        null,
        new byte[0],
        null,
        Map.of("Location", uri + (uri.contains("?") ? "&" : "?") + query));
  }

  private static DemoAnswer page(int status, String title, String body) {
    String html =
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>"
            + title
            + "</title></head><body><h1>"
            + title
            + "</h1>"
            + body
            + "</body></html>";
    return new DemoAnswer(
        status,
        HTML,
        html.getBytes(StandardCharsets.UTF_8),
        null,
        Map.of("Cache-Control", "no-store"));
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  private static String escape(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }
}
