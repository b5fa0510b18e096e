package org.mailroom.demo;

import java.util.List;

/**
 * What somebody can do in the demo tenant's directory: register applications and users, revoke, and
 * refuse on purpose.
 */
public final class DemoIdentity {

  private final DemoIdentityPlatform platform;
  private final DemoTokenWatch watch;

  DemoIdentity(DemoIdentityPlatform platform, DemoTokenWatch watch) {
    this.platform = platform;
    this.watch = watch;
  }

  /** Returns an app registration to be changed; it is made when it isn't there. */
  public DemoApplication application(String clientId) {
    return platform.application(clientId);
  }

  /** Returns a person who can sign in; made when not there. */
  public DemoUser user(String userPrincipalName) {
    return platform.user(userPrincipalName);
  }

  /** Every refresh token is answered with AADSTS50173 from now on, as after a password reset. */
  public void revokeRefreshTokens() {
    platform.grants().revokeRefreshTokens();
  }

  /**
   * Every refresh token is answered with AADSTS700082 from now on, as after 90 days without use.
   */
  public void expireRefreshTokens() {
    platform.grants().expireRefreshTokens();
  }

  /**
   * Every token request is refused from now on, such as by Conditional Access: {@code refuse(400,
   * "invalid_grant", 53003, "…")}.
   *
   * @param number AADSTS number
   */
  public void refuse(int status, String error, int number, String text) {
    platform.refusals().refuse(new IdentityFault(status, error, number, text));
  }

  /**
   * Every browser is sent back with this error from now on, such as {@code access_denied} and
   * 90094: an administrator has to consent.
   */
  public void refuseSignIns(String error, int number, String text) {
    platform.refusals().refuseSignIns(new IdentityFault(400, error, number, text));
  }

  public void refuseNoMore() {
    platform.refusals().refuse(null);
    platform.refusals().refuseSignIns(null);
  }

  /**
   * A client that asks for more tokens than that with the same grant within the time is refused
   * with AADSTS50196 (client request loop), as Entra ID refuses those that keep no tokens: an
   * application with 429, plain text and a Retry-After of a minute, a refresh token with
   * invalid_grant.
   */
  public void refuseLoops(int requests, java.time.Duration within) {
    watch.refuseLoops(requests, within);
  }

  /** How many token requests were refused so. */
  public int loops() {
    return watch.loops();
  }

  /** Clients begin anew and have no token: the next request for one is no violation. */
  public void clientsRestart() {
    watch.clientsRestart();
  }

  /**
   * Graph answers with a claims challenge from now on, until a token was asked for with its claims
   * (continuous access evaluation).
   */
  public void demandClaims(String nbf) {
    platform.tokens().demand(nbf);
  }

  /**
   * Refresh tokens are answered with interaction_required and these claims (JSON) from now on,
   * until a sign-in was asked for with them.
   */
  public void demandOfPerson(String claims) {
    platform.refusals().demandOfPerson(claims);
  }

  /**
   * The next requests for the token of a device code are answered with these OAuth 2.0 errors, in
   * their order.
   */
  public void answerDeviceCodes(String... errors) {
    platform.refusals().deviceCodeAnswers().addAll(List.of(errors));
  }

  /** Whether all these answers were given. */
  public boolean answeredDeviceCodes() {
    return platform.refusals().deviceCodeAnswers().isEmpty();
  }

  /**
   * A person enters the user code of a device code, and accepts or declines. Returns whether the
   * code is known.
   */
  public boolean enterDeviceCode(String userCode, String userPrincipalName, boolean accept) {
    return platform.grants().enter(userCode, platform.user(userPrincipalName), accept);
  }

  /** The access tokens that are known, to search for them where they must not be. */
  public java.util.Set<String> accessTokens() {
    return platform.tokens().values();
  }
}
