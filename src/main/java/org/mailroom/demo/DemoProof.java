package org.mailroom.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.time.Clock;
import java.time.Instant;
import java.util.Base64;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * How an application proves itself: by secret, by an assertion signed with its certificate, or by a
 * federated token.
 */
final class DemoProof {

  private static final String JWT_BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

  private final Clock clock;
  private final String loginUrl;
  private final ObjectMapper json = new ObjectMapper();
  private final Set<String> usedAssertions = ConcurrentHashMap.newKeySet();

  DemoProof(Clock clock, String loginUrl) {
    this.clock = clock;
    this.loginUrl = loginUrl;
  }

  /**
   * @param publicAllowed whether this grant may come without any proof
   */
  void check(
      DemoApplication application, Map<String, String> form, String tenant, boolean publicAllowed) {
    if (form.containsKey("client_assertion")) {
      checkAssertion(application, form, tenant);
    } else if (form.containsKey("client_secret")) {
      if (application.isPublic()) {
        throw new IdentityFault(
            401,
            "invalid_client",
            700025,
            "Client is public so neither 'client_assertion' nor 'client_secret' should be"
                + " presented.");
      }
      checkSecret(application, form.get("client_secret"));
    } else if (!publicAllowed) {
      throw new IdentityFault(
          401,
          "invalid_client",
          7000218,
          "The request body must contain the following parameter: 'client_assertion' or"
              + " 'client_secret'.");
    }
  }

  private void checkSecret(DemoApplication application, String secret) {
    Instant expires = application.secrets().get(secret);
    if (expires == null) {
      throw new IdentityFault(
          401,
          "invalid_client",
          7000215,
          "Invalid client secret provided. Ensure the secret being sent in the request is the"
              + " client secret value.");
    }
    if (!clock.instant().isBefore(expires)) {
      throw new IdentityFault(
          401, "invalid_client", 7000222, "The provided client secret keys are expired.");
    }
  }

  private void checkAssertion(
      DemoApplication application, Map<String, String> form, String tenant) {
    if (!JWT_BEARER.equals(form.get("client_assertion_type"))) {
      throw new IdentityFault(
          400,
          "invalid_request",
          900144,
          "The request body must contain the following parameter: 'client_assertion_type'.");
    }
    String[] parts = form.get("client_assertion").split("\\.");
    try {
      JsonNode header = json.readTree(Base64.getUrlDecoder().decode(parts[0]));
      JsonNode claims = json.readTree(Base64.getUrlDecoder().decode(parts[1]));
      checkLifetime(claims);
      byte[] signed = (parts[0] + "." + parts[1]).getBytes(StandardCharsets.US_ASCII);
      byte[] signature = Base64.getUrlDecoder().decode(parts[2]);
      if (claims.path("iss").asText().equals(application.clientId())) {
        checkCertificate(application, header, claims, tenant, signed, signature);
      } else {
        checkFederation(application, header, claims, signed, signature);
      }
    } catch (IOException | GeneralSecurityException | RuntimeException e) {
      throw e instanceof IdentityFault fault
          ? fault
          : new IdentityFault(401, "invalid_client", 50027, "JWT token is invalid or malformed.");
    }
  }

  private void checkLifetime(JsonNode claims) {
    long now = clock.instant().getEpochSecond();
    if (claims.path("exp").asLong() <= now || claims.path("nbf").asLong() > now + 300) {
      throw new IdentityFault(
          401, "invalid_client", 700024, "Client assertion is not within its valid time range.");
    }
  }

  private void checkCertificate(
      DemoApplication application,
      JsonNode header,
      JsonNode claims,
      String tenant,
      byte[] signed,
      byte[] signature)
      throws GeneralSecurityException {
    X509Certificate certificate = null;
    for (X509Certificate registered : application.certificates()) {
      if (thumbprint(registered, "SHA-256").equals(base64Url(header.path("x5t#S256")))
          || thumbprint(registered, "SHA-1").equals(base64Url(header.path("x5t")))) {
        certificate = registered;
      }
    }
    if (certificate == null
        || !isSignedBy(
            certificate.getPublicKey(), header.path("alg").asText(), signed, signature)) {
      throw new IdentityFault(
          401,
          "invalid_client",
          700027,
          "Client assertion failed signature validation: the key was not found or does not match.");
    }
    if (!claims.path("sub").asText().equals(application.clientId())
        || !claims.path("aud").asText().equals(loginUrl + "/" + tenant + "/oauth2/v2.0/token")) {
      throw new IdentityFault(
          401,
          "invalid_client",
          700023,
          "Client assertion audience claim does not match the realm issuer.");
    }
    if (claims.path("jti").asText().isBlank() || !usedAssertions.add(claims.path("jti").asText())) {
      throw new IdentityFault(
          401,
          "invalid_client",
          50013,
          "Assertion failed validation: its identifier was used before.");
    }
  }

  private static void checkFederation(
      DemoApplication application,
      JsonNode header,
      JsonNode claims,
      byte[] signed,
      byte[] signature)
      throws GeneralSecurityException {
    int closest = 700211;
    for (DemoApplication.Federation trusted : application.federations()) {
      boolean issuer = trusted.issuer().equals(claims.path("iss").asText());
      boolean subject = trusted.subject().equals(claims.path("sub").asText());
      boolean audience = trusted.audience().equals(claims.path("aud").asText());
      if (issuer && subject && audience) {
        if (!isSignedBy(trusted.key(), header.path("alg").asText(), signed, signature)) {
          throw new IdentityFault(
              401, "invalid_client", 50013, "Assertion failed signature validation.");
        }
        return;
      }
      closest = !issuer ? closest : !subject ? 700213 : 700212;
    }
    throw new IdentityFault(
        401,
        "invalid_client",
        closest,
        "No matching federated identity record found for presented assertion.");
  }

  private static boolean isSignedBy(
      PublicKey key, String algorithm, byte[] signed, byte[] signature)
      throws GeneralSecurityException {
    Signature verifier =
        switch (algorithm) {
          case "PS256" -> Signature.getInstance("RSASSA-PSS");
          case "RS256" -> Signature.getInstance("SHA256withRSA");
          default ->
              throw new IdentityFault(
                  401,
                  "invalid_client",
                  50027,
                  "JWT token is invalid or malformed: algorithm "
                      + algorithm
                      + " is not supported.");
        };
    if (algorithm.equals("PS256")) {
      verifier.setParameter(
          new PSSParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, 32, 1));
    }
    verifier.initVerify(key);
    verifier.update(signed);
    return verifier.verify(signature);
  }

  /** Client libraries are known to send plain base64, and the service takes it. */
  private static String base64Url(JsonNode thumbprint) {
    return thumbprint.asText().replace('+', '-').replace('/', '_').replace("=", "");
  }

  private static String thumbprint(X509Certificate certificate, String algorithm)
      throws GeneralSecurityException {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(MessageDigest.getInstance(algorithm).digest(certificate.getEncoded()));
  }
}
