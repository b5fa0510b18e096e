package org.mailroom.demo;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What the identity platform has given out and takes back: codes, refresh tokens, device codes.
 * Safe for use by several threads.
 */
final class DemoGrants {

  static final Duration CODE_LIFETIME = Duration.ofMinutes(10);
  static final Duration REFRESH_TOKEN_LIFETIME = Duration.ofDays(90);
  static final Duration DEVICE_CODE_LIFETIME = Duration.ofMinutes(15);

  /** A code of the authorization-code grant. */
  record Code(
      String clientId,
      DemoUser user,
      Set<String> scopes,
      String redirectUri,
      String challenge,
      String method,
      Instant expires) {}

  /** A refresh token. */
  record Refresh(
      String clientId, DemoUser user, Set<String> scopes, Instant expires, boolean revoked) {}

  /** A device code; {@code user} is null until somebody has entered it. */
  record Device(
      String clientId,
      String userCode,
      Set<String> scopes,
      Instant expires,
      DemoUser user,
      boolean declined) {}

  private final Clock clock;
  private final Map<String, Code> codes = new ConcurrentHashMap<>();
  private final Set<String> usedCodes = ConcurrentHashMap.newKeySet();
  private final Map<String, Refresh> refreshTokens = new ConcurrentHashMap<>();
  private final Map<String, Device> deviceCodes = new ConcurrentHashMap<>();
  private final AtomicLong devices = new AtomicLong();

  DemoGrants(Clock clock) {
    this.clock = clock;
  }

  String code(
      String clientId,
      DemoUser user,
      Set<String> scopes,
      String redirectUri,
      String challenge,
      String method) {
    String value = "0.A" + UUID.randomUUID() + UUID.randomUUID();
    codes.put(
        value,
        new Code(
            clientId,
            user,
            scopes,
            redirectUri,
            challenge,
            method,
            clock.instant().plus(CODE_LIFETIME)));
    return value;
  }

  /** Each code is good once. */
  Code redeem(String value) {
    Code code = codes.remove(value);
    if (code == null) {
      throw usedCodes.contains(value)
          ? new IdentityFault(
              400, "invalid_grant", 54005, "OAuth2 Authorization code was already redeemed.")
          : new IdentityFault(
              400, "invalid_grant", 9002313, "Invalid request. Request is malformed or invalid.");
    }
    usedCodes.add(value);
    if (!clock.instant().isBefore(code.expires())) {
      throw new IdentityFault(
          400,
          "invalid_grant",
          70008,
          "The provided authorization code or refresh token has expired due to inactivity.");
    }
    return code;
  }

  String refreshToken(String clientId, DemoUser user, Set<String> scopes) {
    String value = "1.A" + UUID.randomUUID() + UUID.randomUUID() + UUID.randomUUID();
    refreshTokens.put(
        value,
        new Refresh(clientId, user, scopes, clock.instant().plus(REFRESH_TOKEN_LIFETIME), false));
    return value;
  }

  /** A refresh token stays valid when it was used. */
  Refresh refresh(String value, String clientId) {
    Refresh token = refreshTokens.get(value);
    if (token == null || !token.clientId().equals(clientId)) {
      throw new IdentityFault(
          400, "invalid_grant", 9002313, "Invalid request. Request is malformed or invalid.");
    }
    if (token.revoked()) {
      throw new IdentityFault(
          400,
          "invalid_grant",
          50173,
          "The provided grant has expired due to it being revoked, a fresh auth token is needed.");
    }
    if (!clock.instant().isBefore(token.expires())) {
      throw new IdentityFault(
          400, "invalid_grant", 700082, "The refresh token has expired due to inactivity.");
    }
    return token;
  }

  /** The user of a refresh token, in small letters; empty when it isn't known. */
  String userOf(String value) {
    Refresh token = refreshTokens.get(value);
    return token == null ? "" : token.user().userPrincipalName().toLowerCase(java.util.Locale.ROOT);
  }

  void clear() {
    codes.clear();
    usedCodes.clear();
    refreshTokens.clear();
    deviceCodes.clear();
  }

  void revokeRefreshTokens() {
    refreshTokens.replaceAll(
        (value, token) ->
            new Refresh(token.clientId(), token.user(), token.scopes(), token.expires(), true));
  }

  void expireRefreshTokens() {
    refreshTokens.replaceAll(
        (value, token) ->
            new Refresh(
                token.clientId(), token.user(), token.scopes(), clock.instant(), token.revoked()));
  }

  /** Returns the device code of a new sign-in. */
  String deviceCode(String clientId, Set<String> scopes) {
    String value = "D" + UUID.randomUUID() + UUID.randomUUID();
    String userCode =
        "DEMO" + String.format(java.util.Locale.ROOT, "%05d", devices.incrementAndGet());
    deviceCodes.put(
        value,
        new Device(
            clientId, userCode, scopes, clock.instant().plus(DEVICE_CODE_LIFETIME), null, false));
    return value;
  }

  Device device(String value) {
    return deviceCodes.get(value);
  }

  /** The device code is used up. */
  void forgetDevice(String value) {
    deviceCodes.remove(value);
  }

  /** Somebody enters a user code. Returns whether it is known. */
  boolean enter(String userCode, DemoUser user, boolean accept) {
    for (Map.Entry<String, Device> entry : deviceCodes.entrySet()) {
      Device device = entry.getValue();
      if (device.userCode().equalsIgnoreCase(userCode.strip())) {
        entry.setValue(
            new Device(
                device.clientId(),
                device.userCode(),
                device.scopes(),
                device.expires(),
                user,
                !accept));
        return true;
      }
    }
    return false;
  }
}
