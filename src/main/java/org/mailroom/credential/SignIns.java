package org.mailroom.credential;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.mailroom.settings.Printable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;
import org.springframework.web.util.UriUtils;

/**
 * Signs people in with delegated credentials: in a browser by the authorization code grant with
 * PKCE (RFC 6749, RFC 7636), or on a server without one by device code (RFC 8628). A sign-in
 * replaces the one before it, on all nodes. One in a browser that is under way is every node's: the
 * browser may come back to another one than it left. One by device code is its process's, which
 * asks for the tokens until it has them.
 */
@Component
public final class SignIns {

  private static final Logger LOG = LoggerFactory.getLogger("mailroom.credential");

  /** A person may have to find a second device; a code lives about as long. */
  private static final Duration TIME_TO_COME_BACK = Duration.ofMinutes(15);

  /**
   * What is needed for the signed-in user's name and for tokens that outlive the hour; consent to
   * it is part of every sign-in.
   */
  private static final Set<String> OPENID = Set.of("openid", "profile", "offline_access");

  private final Credentials credentials;
  private final EntraClient entra;
  private final TokenStore store;
  private final TokenTable table;
  private final SignInTable underWay;
  private final ObjectMapper json;
  private final Clock clock;
  private final SecureRandom random = new SecureRandom();

  SignIns(
      Credentials credentials,
      EntraClient entra,
      TokenStore store,
      TokenTable table,
      SignInTable underWay,
      ObjectMapper json,
      Clock clock) {
    this.credentials = credentials;
    this.entra = entra;
    this.store = store;
    this.table = table;
    this.underWay = underWay;
    this.json = json;
    this.clock = clock;
  }

  /**
   * Begins a sign-in in a browser.
   *
   * @param credential id of a delegated credential
   * @param redirectUri where the answer comes back: {@code /OAuth2Callback} of the address that the
   *     browser sees, as registered
   * @param by who began it, for the trail; or null
   * @throws CredentialException when there is no such credential or it isn't a delegated one
   */
  public SignInRequest begin(String credential, URI redirectUri, String by) {
    Credential found = delegated(credential);
    Instant now = clock.instant();
    SignInTable.Begun begun =
        new SignInTable.Begun(
            credential,
            by,
            secret(),
            redirectUri,
            table.demanded(credential).orElse(null),
            now.plus(TIME_TO_COME_BACK));
    String state = secret();
    String browser = secret();
    underWay.add(state, browser, begun, now);
    Set<String> scope = new LinkedHashSet<>(Set.of(found.scope().split(" ")));
    scope.addAll(OPENID);
    Map<String, String> asked = new LinkedHashMap<>();
    asked.put("client_id", found.settings().clientId());
    asked.put("response_type", "code");
    asked.put("response_mode", "query");
    asked.put("redirect_uri", redirectUri.toString());
    asked.put("scope", String.join(" ", scope));
    asked.put("state", state);
    asked.put("code_challenge", challenge(begun.codeVerifier()));
    asked.put("code_challenge_method", "S256");
    if (begun.claims() != null) {
      asked.put("claims", begun.claims());
    }
    return new SignInRequest(
        with(Objects.requireNonNull(found.authorizationUrl()), asked),
        state,
        browser,
        begun.expires());
  }

  /**
   * An address with more parameters. Those that it has, such as prompt and login_hint, leave as
   * they were written.
   */
  private static URI with(URI address, Map<String, String> more) {
    String written = address.toString().replaceFirst("#.*$", "");
    String query =
        more.entrySet().stream()
            .map(
                each ->
                    each.getKey() + "=" + UriUtils.encode(each.getValue(), StandardCharsets.UTF_8))
            .collect(Collectors.joining("&"));
    return URI.create(
        written
            + (address.getRawQuery() == null ? "?" : address.getRawQuery().isEmpty() ? "" : "&")
            + query);
  }

  /**
   * Completes a sign-in in a browser, on whichever node it was begun: exchanges the code for tokens
   * and stores them. Each state can be completed once.
   *
   * @param browser the secret that the browser shows, or null when it has none
   * @param answer what the browser came back with
   * @return the credential's id and who signed in
   * @throws CredentialException when the state isn't this browser's, is used or too old, or the
   *     identity platform refuses: in words, with the way out
   */
  public Completed complete(@Nullable String browser, SignInAnswer answer) {
    if (browser == null
        || answer.state() == null
        || underWay.isOfAnotherBrowser(answer.state(), browser)) {
      throw new CredentialException(
          null,
          "this answer belongs to no sign-in of this browser, or was too long under way. Start the"
              + " sign-in again.");
    }
    SignInTable.Begun begun =
        underWay
            .take(answer.state(), browser)
            .orElseThrow(
                () ->
                    new CredentialException(
                        null,
                        "this sign-in was completed already, or was too long under way. Start the"
                            + " sign-in again."));
    if (!clock.instant().isBefore(begun.expires())) {
      throw new CredentialException(
          begun.credential(), "the sign-in took too long. Start it again.");
    }
    Credential found = delegated(begun.credential());
    if (answer.error() != null) {
      throw new CredentialException(found.id(), answer.error(), answer.errorDescription(), null);
    }
    if (answer.code() == null || answer.code().isBlank()) {
      throw new CredentialException(
          found.id(), "the answer brought no code. Start the sign-in again.");
    }
    return new Completed(
        found.id(),
        begun.by(),
        signedIn(
            found,
            entra.redeem(
                found, answer.code(), begun.redirectUri(), begun.codeVerifier(), begun.claims())));
  }

  /**
   * A sign-in that is done.
   *
   * @param by who began it, or null
   */
  public record Completed(String credential, String by, SignedInUser user) {}

  /**
   * Signs in by device code and waits until somebody has used it.
   *
   * @param tell gets the code and the address to enter it at
   * @throws CredentialException when it is refused or not used in time
   */
  public SignedInUser byDeviceCode(String credential, Consumer<DeviceCodePrompt> tell) {
    Credential found = delegated(credential);
    return signedIn(
        found,
        entra.byDeviceCode(
            found,
            table.demanded(credential).orElse(null),
            code ->
                tell.accept(
                    new DeviceCodePrompt(
                        code.userCode(),
                        code.verificationUri(),
                        Duration.ofSeconds(code.expiresIn())))));
  }

  /**
   * What to tell the person who signs in by device code.
   *
   * @param userCode to be entered
   * @param address to enter it at
   */
  public record DeviceCodePrompt(String userCode, String address, Duration valid) {}

  /** Who has signed in with a credential; empty when nobody has. */
  public Optional<SignedInUser> user(String credential) {
    return Optional.ofNullable(table.find(credential).user());
  }

  /**
   * Forgets who signed in with a credential and its tokens, on all nodes. The service isn't told:
   * its administrator can revoke sessions.
   */
  public void signOut(String credential) {
    store.forget(delegated(credential).id());
    LOG.info("credential {}: signed out", credential);
  }

  private Credential delegated(String credential) {
    Credential found = credentials.require(credential);
    if (!found.isDelegated()) {
      throw new CredentialException(
          credential,
          "its grant-type is client-credentials: nobody signs in with it. Set grant-type:"
              + " authorization-code for delegated permission.");
    }
    return found;
  }

  private SignedInUser signedIn(Credential credential, EntraClient.Issued issued) {
    SignedInUser user = user(issued);
    store.signedIn(credential, issued, user);
    LOG.info("credential {}: {} signed in", credential.id(), user.userPrincipalName());
    return user;
  }

  /**
   * The claims come straight from the token endpoint over TLS, so that the signature needn't be
   * checked (OpenID Connect Core 3.1.3.7).
   */
  private SignedInUser user(EntraClient.Issued issued) {
    JsonNode claims = json.createObjectNode();
    String idToken = issued.result().idToken();
    try {
      if (idToken != null && idToken.split("\\.").length >= 2) {
        claims = json.readTree(Base64.getUrlDecoder().decode(idToken.split("\\.")[1]));
      }
    } catch (IOException | IllegalArgumentException e) {
      LOG.warn("the id token can't be read: who signed in isn't known");
    }
    String name =
        claims.path("preferred_username").asText(claims.path("upn").asText("an unknown user"));
    // it reaches logs and pages
    String printable = Printable.visible(name);
    return new SignedInUser(
        claims.path("oid").asText(null),
        printable,
        claims.path("email").asText(null),
        clock.instant());
  }

  private String secret() {
    byte[] bytes = new byte[32];
    random.nextBytes(bytes);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  private static String challenge(String verifier) {
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
}
