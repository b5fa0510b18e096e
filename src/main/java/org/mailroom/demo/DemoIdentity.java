package org.mailroom.demo;

/** What somebody can do in the demo tenant's directory: register applications and users, revoke, and refuse on purpose. */
public final class DemoIdentity {

  private final DemoIdentityPlatform platform;

  DemoIdentity(DemoIdentityPlatform platform) {
    this.platform = platform;
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

  /** Every refresh token is answered with AADSTS700082 from now on, as after 90 days without use. */
  public void expireRefreshTokens() {
    platform.grants().expireRefreshTokens();
  }

  /**
   * Every token request is refused from now on, such as by Conditional Access: {@code refuse(400, "invalid_grant", 53003, "…")}.
   *
   * @param number AADSTS number
   */
  public void refuse(int status, String error, int number, String text) {
    platform.refuse(new IdentityFault(status, error, number, text));
  }

  /** Every browser is sent back with this error from now on, such as {@code access_denied} and 90094: an administrator has to consent. */
  public void refuseSignIns(String error, int number, String text) {
    platform.refuseSignIns(new IdentityFault(400, error, number, text));
  }

  public void refuseNoMore() {
    platform.refuse(null);
    platform.refuseSignIns(null);
  }

  /** Graph answers with a claims challenge from now on, until a token was asked for with its claims (continuous access evaluation). */
  public void demandClaims(String nbf) {
    platform.tokens().demand(nbf);
  }

  /** A person enters the user code of a device code, and accepts or declines. Returns whether the code is known. */
  public boolean enterDeviceCode(String userCode, String userPrincipalName, boolean accept) {
    return platform.grants().enter(userCode, platform.user(userPrincipalName), accept);
  }

  /** The access tokens that are known, to search for them where they must not be. */
  public java.util.Set<String> accessTokens() {
    return platform.tokens().values();
  }
}
