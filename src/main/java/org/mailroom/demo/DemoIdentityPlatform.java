package org.mailroom.demo;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The part of Entra ID that Mailroom uses: applications, users, and the token endpoint with its
 * grants.
 */
final class DemoIdentityPlatform {

  private static final Set<String> OPENID = Set.of("openid", "profile", "email", "offline_access");
  private static final Set<String> DELEGATED =
      Set.of(
          "Mail.Read",
          "Mail.ReadWrite",
          "Mail.Read.Shared",
          "Mail.ReadWrite.Shared",
          "Mail.Send",
          "User.Read");
  private static final String DEVICE_CODE = "urn:ietf:params:oauth:grant-type:device_code";

  private final String tenantId;
  private final String loginUrl;
  private final Clock clock;
  private final DemoProof proof;
  private final DemoGrants grants;
  private final DemoTokens tokens;
  private final Map<String, DemoApplication> applications = new ConcurrentHashMap<>();
  private final Map<String, DemoUser> users = new ConcurrentHashMap<>();
  private final AtomicInteger tokenRequests = new AtomicInteger();
  private final DemoRefusals refusals = new DemoRefusals();

  DemoIdentityPlatform(String tenantId, String loginUrl, Clock clock, Duration tokenLifetime) {
    this.tenantId = tenantId;
    this.loginUrl = loginUrl;
    this.clock = clock;
    this.proof = new DemoProof(clock, loginUrl);
    this.grants = new DemoGrants(clock);
    // a token is as old as it is, whatever the service's clock shows
    this.tokens = new DemoTokens(Clock.systemUTC(), tokenLifetime);
  }

  DemoApplication application(String clientId) {
    return applications.computeIfAbsent(clientId, DemoApplication::new);
  }

  DemoUser user(String userPrincipalName) {
    return users.computeIfAbsent(
        userPrincipalName.toLowerCase(java.util.Locale.ROOT), DemoUser::of);
  }

  Map<String, DemoUser> users() {
    return new java.util.TreeMap<>(users);
  }

  DemoGrants grants() {
    return grants;
  }

  DemoTokens tokens() {
    return tokens;
  }

  int tokenRequests() {
    return tokenRequests.get();
  }

  void countTokenRequest() {
    tokenRequests.incrementAndGet();
  }

  /** Forgets whatever it was told and has given out. */
  void reset() {
    applications.clear();
    users.clear();
    grants.clear();
    tokens.revokeAll();
    tokens.demand(null);
    tokenRequests.set(0);
    refusals.clear();
  }

  /** What it refuses on purpose. */
  DemoRefusals refusals() {
    return refusals;
  }

  /** Answers a POST to {@code /{tenant}/oauth2/v2.0/token}. */
  DemoAnswer token(String tenant, String form, String authorization) {
    countTokenRequest();
    try {
      Map<String, String> fields = fields(form);
      if (authorization != null && authorization.startsWith("Basic ")) {
        String[] pair =
            new String(
                    Base64.getDecoder().decode(authorization.substring(6)), StandardCharsets.UTF_8)
                .split(":", 2);
        fields.putIfAbsent("client_id", URLDecoder.decode(pair[0], StandardCharsets.UTF_8));
        fields.putIfAbsent("client_secret", URLDecoder.decode(pair[1], StandardCharsets.UTF_8));
      }
      requireTenant(tenant);
      refusals.ofTokens();
      return DemoAnswer.json(
          200,
          switch (fields.getOrDefault("grant_type", "")) {
            case "client_credentials" -> clientCredentials(tenant, fields);
            case "authorization_code" -> code(tenant, fields);
            case "refresh_token" -> refresh(tenant, fields);
            case DEVICE_CODE, "device_code" -> deviceCode(tenant, fields);
            default ->
                throw new IdentityFault(
                    400,
                    "unsupported_grant_type",
                    70003,
                    "The app requested an unsupported grant type.");
          });
    } catch (IdentityFault fault) {
      return answer(fault);
    }
  }

  void requireTenant(String tenant) {
    if (!tenant.equals(tenantId) && !tenant.equals("common") && !tenant.equals("organizations")) {
      throw new IdentityFault(
          400,
          "invalid_request",
          90002,
          "Tenant '" + tenant + "' not found. Check to make sure you have the correct tenant ID.");
    }
  }

  DemoApplication require(String clientId) {
    DemoApplication application = applications.get(clientId == null ? "" : clientId);
    if (application == null) {
      throw new IdentityFault(
          400,
          "unauthorized_client",
          700016,
          "Application with identifier '" + clientId + "' was not found in the directory.");
    }
    return application;
  }

  private ObjectNode clientCredentials(String tenant, Map<String, String> fields) {
    DemoApplication application = require(fields.get("client_id"));
    proof.check(application, fields, tenant, false);
    // client libraries add OpenID Connect's own scopes
    if (Arrays.stream(fields.getOrDefault("scope", "").split("\\s+"))
        .noneMatch(scope -> scope.endsWith("/.default"))) {
      throw new IdentityFault(
          400, "invalid_scope", 70011, "The provided value for scope is not valid.");
    }
    return tokens.issue(new DemoTokens.Access(application.roles(), null), fields.get("claims"));
  }

  private ObjectNode code(String tenant, Map<String, String> fields) {
    DemoApplication application = require(fields.get("client_id"));
    proof.check(application, fields, tenant, application.isPublic());
    DemoGrants.Code code = grants.redeem(fields.getOrDefault("code", ""));
    if (!code.clientId().equals(application.clientId())
        || !code.redirectUri().equals(fields.get("redirect_uri"))) {
      throw new IdentityFault(
          400,
          "invalid_grant",
          500112,
          "The reply address does not match the reply address provided when requesting"
              + " Authorization code.");
    }
    if (code.challenge() != null
        && !code.challenge().equals(challenge(fields.get("code_verifier"), code.method()))) {
      throw new IdentityFault(
          400,
          "invalid_grant",
          501481,
          "The Code_Verifier does not match the code_challenge supplied in the authorization"
              + " request.");
    }
    return delegated(application, code.user(), code.scopes(), fields);
  }

  private ObjectNode refresh(String tenant, Map<String, String> fields) {
    DemoApplication application = require(fields.get("client_id"));
    proof.check(
        application,
        fields,
        tenant,
        application.isPublic() || application.allowsPublicClientFlows());
    DemoGrants.Refresh refresh =
        grants.refresh(fields.getOrDefault("refresh_token", ""), application.clientId());
    refusals.ofRefreshTokens();
    Set<String> asked = scopes(fields.get("scope"));
    if (!refresh.scopes().containsAll(permissions(asked))) {
      throw new IdentityFault(
          400,
          "invalid_grant",
          65001,
          "The user or administrator has not consented to use the application with ID '"
              + application.clientId()
              + "'.");
    }
    return delegated(application, refresh.user(), refresh.scopes(), fields);
  }

  private ObjectNode deviceCode(String tenant, Map<String, String> fields) {
    DemoApplication application = require(fields.get("client_id"));
    proof.check(
        application,
        fields,
        tenant,
        application.isPublic() || application.allowsPublicClientFlows());
    String value = fields.getOrDefault("device_code", fields.getOrDefault("code", ""));
    DemoGrants.Device device = grants.device(value);
    if (device == null) {
      throw new IdentityFault(400, "bad_verification_code", 70018, "Invalid verification code.");
    }
    if (!clock.instant().isBefore(device.expires())) {
      throw new IdentityFault(400, "expired_token", 70020, "The device code is expired.");
    }
    if (device.declined()) {
      throw new IdentityFault(
          400, "authorization_declined", 65004, "User declined to consent to access the app.");
    }
    refusals.ofDeviceCodes();
    if (device.user() == null) {
      throw new IdentityFault(
          400,
          "authorization_pending",
          70016,
          "OAuth 2.0 device flow error. Authorization is pending. Continue polling.");
    }
    grants.forgetDevice(value);
    return delegated(application, device.user(), device.scopes(), fields);
  }

  private ObjectNode delegated(
      DemoApplication application, DemoUser user, Set<String> granted, Map<String, String> fields) {
    Set<String> permissions = permissions(granted);
    ObjectNode answer =
        tokens.issue(new DemoTokens.Access(permissions, user), fields.get("claims"));
    answer.put("scope", String.join(" ", permissions));
    if (granted.contains("offline_access")) {
      answer.put("refresh_token", grants.refreshToken(application.clientId(), user, granted));
    }
    if (granted.contains("openid")) {
      answer.put("id_token", idToken(application, user));
    }
    if ("1".equals(fields.get("client_info"))) {
      answer.put(
          "client_info", base64("{\"uid\":\"" + user.id() + "\",\"utid\":\"" + tenantId + "\"}"));
    }
    return answer;
  }

  private String idToken(DemoApplication application, DemoUser user) {
    long now = clock.instant().getEpochSecond();
    ObjectNode claims =
        JsonNodeFactory.instance
            .objectNode()
            .put("ver", "2.0")
            .put("iss", loginUrl + "/" + tenantId + "/v2.0")
            .put("aud", application.clientId())
            .put("sub", user.id())
            .put("oid", user.id())
            .put("tid", tenantId)
            .put("preferred_username", user.userPrincipalName())
            .put("name", user.displayName())
            .put("iat", now)
            .put("nbf", now)
            .put("exp", now + 3600);
    return base64("{\"typ\":\"JWT\",\"alg\":\"RS256\",\"kid\":\"demo\"}")
        + "."
        + base64(claims.toString())
        + "."
        + base64("signed by nobody");
  }

  /** Answers a POST to {@code /{tenant}/oauth2/v2.0/devicecode}. */
  DemoAnswer deviceAuthorization(String tenant, String form) {
    try {
      requireTenant(tenant);
      Map<String, String> fields = fields(form);
      DemoApplication application = require(fields.get("client_id"));
      String value = grants.deviceCode(application.clientId(), scopes(fields.get("scope")));
      String userCode = grants.device(value).userCode();
      String page = loginUrl + "/common/oauth2/deviceauth";
      return DemoAnswer.json(
          200,
          JsonNodeFactory.instance
              .objectNode()
              .put("user_code", userCode)
              .put("device_code", value)
              .put("verification_uri", page)
              .put("expires_in", DemoGrants.DEVICE_CODE_LIFETIME.toSeconds())
              .put("interval", 1)
              .put(
                  "message",
                  "To sign in, use a web browser to open the page "
                      + page
                      + " and enter the code "
                      + userCode
                      + " to authenticate."));
    } catch (IdentityFault fault) {
      return answer(fault);
    }
  }

  /** The scopes of a request without the address of Graph in front; unknown ones are refused. */
  static Set<String> scopes(String scope) {
    Set<String> scopes = new LinkedHashSet<>();
    for (String word : scope == null ? new String[0] : scope.strip().split("\\s+")) {
      String name =
          word.startsWith("https://graph.") ? word.substring(word.lastIndexOf('/') + 1) : word;
      if (!OPENID.contains(name) && !DELEGATED.contains(name) && !name.equals(".default")) {
        throw new IdentityFault(
            400,
            "invalid_scope",
            70011,
            "The provided value for the input parameter 'scope' is not valid. The scope '"
                + word
                + "' does not exist.");
      }
      scopes.add(name);
    }
    return scopes;
  }

  static Set<String> permissions(Set<String> scopes) {
    Set<String> permissions = new LinkedHashSet<>(scopes);
    permissions.removeAll(OPENID);
    return permissions;
  }

  private static String challenge(String verifier, String method) {
    if (verifier == null || "plain".equals(method)) {
      return verifier;
    }
    try {
      return Base64.getUrlEncoder()
          .withoutPadding()
          .encodeToString(
              MessageDigest.getInstance("SHA-256")
                  .digest(verifier.getBytes(StandardCharsets.US_ASCII)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String base64(String text) {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  DemoAnswer answer(IdentityFault fault) {
    Instant now = clock.instant().truncatedTo(ChronoUnit.SECONDS);
    String trace = UUID.randomUUID().toString();
    String correlation = UUID.randomUUID().toString();
    ObjectNode answer = JsonNodeFactory.instance.objectNode();
    answer.put("error", fault.error());
    answer.put(
        "error_description",
        fault.description()
            + " Trace ID: "
            + trace
            + " Correlation ID: "
            + correlation
            + " Timestamp: "
            + now);
    answer.putArray("error_codes").add(fault.number());
    answer
        .put("timestamp", now.toString())
        .put("trace_id", trace)
        .put("correlation_id", correlation);
    answer.put("error_uri", "https://login.microsoftonline.com/error?code=" + fault.number());
    if (fault.claims() != null) {
      answer.put("claims", fault.claims());
    }
    return DemoAnswer.json(fault.status(), answer);
  }

  static Map<String, String> fields(String form) {
    Map<String, String> fields = new LinkedHashMap<>();
    for (String pair : form == null ? new String[0] : form.split("&")) {
      String[] parts = pair.split("=", 2);
      if (parts.length == 2) {
        fields.put(
            URLDecoder.decode(parts[0], StandardCharsets.UTF_8),
            URLDecoder.decode(parts[1], StandardCharsets.UTF_8));
      }
    }
    return fields;
  }
}
