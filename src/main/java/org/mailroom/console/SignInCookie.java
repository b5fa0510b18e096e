package org.mailroom.console;

import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.ResponseCookie;
import org.springframework.security.crypto.keygen.KeyGenerators;
import org.springframework.security.oauth2.client.web.AuthorizationRequestRepository;
import org.springframework.security.oauth2.core.endpoint.OAuth2AuthorizationRequest;
import org.springframework.web.util.WebUtils;

/**
 * A sign-in with OpenID Connect that has left for the provider: state, nonce and the verifier of
 * PKCE. It travels encrypted in a cookie, under a key of this process, for whoever begins one isn't
 * signed in and has no session. What wasn't encrypted here isn't read.
 */
final class SignInCookie implements AuthorizationRequestRepository<OAuth2AuthorizationRequest> {

  private static final String COOKIE = "mailroom-sign-in";
  private static final String CIPHER = "AES/GCM/NoPadding";
  private static final Duration TIME_TO_COME_BACK = Duration.ofMinutes(15);
  private static final int NONCE = 12;
  private static final int TAG_BITS = 128;

  private final SecretKeySpec key =
      new SecretKeySpec(KeyGenerators.secureRandom(32).generateKey(), "AES");
  private final ConsoleAddress address;

  SignInCookie(ConsoleAddress address) {
    this.address = address;
  }

  @Override
  public @Nullable OAuth2AuthorizationRequest loadAuthorizationRequest(HttpServletRequest request) {
    Cookie kept = WebUtils.getCookie(request, COOKIE);
    String state = request.getParameter("state");
    if (kept == null || state == null) {
      return null;
    }
    OAuth2AuthorizationRequest begun = decrypted(kept.getValue());
    return begun != null && state.equals(begun.getState()) ? begun : null;
  }

  @Override
  public void saveAuthorizationRequest(
      @Nullable OAuth2AuthorizationRequest begun,
      HttpServletRequest request,
      HttpServletResponse response) {
    write(
        begun == null ? "" : encrypted(begun),
        begun == null ? Duration.ZERO : TIME_TO_COME_BACK,
        request,
        response);
  }

  @Override
  public @Nullable OAuth2AuthorizationRequest removeAuthorizationRequest(
      HttpServletRequest request, HttpServletResponse response) {
    OAuth2AuthorizationRequest begun = loadAuthorizationRequest(request);
    if (begun != null) {
      write("", Duration.ZERO, request, response);
    }
    return begun;
  }

  private void write(
      String value, Duration age, HttpServletRequest request, HttpServletResponse response) {
    response.addHeader(
        HttpHeaders.SET_COOKIE,
        ResponseCookie.from(COOKIE, value)
            .path(request.getContextPath() + "/")
            .maxAge(age)
            .httpOnly(true)
            .secure(request.isSecure() || address.isPublicAddressSecure())
            .sameSite("Lax")
            .build()
            .toString());
  }

  private String encrypted(OAuth2AuthorizationRequest begun) {
    byte[] nonce = KeyGenerators.secureRandom(NONCE).generateKey();
    try (ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(begun);
      out.flush();
      byte[] sealed = cipher(Cipher.ENCRYPT_MODE, nonce).doFinal(bytes.toByteArray());
      byte[] all = Arrays.copyOf(nonce, NONCE + sealed.length);
      System.arraycopy(sealed, 0, all, NONCE, sealed.length);
      return Base64.getUrlEncoder().withoutPadding().encodeToString(all);
    } catch (IOException | GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private @Nullable OAuth2AuthorizationRequest decrypted(String value) {
    try {
      byte[] all = Base64.getUrlDecoder().decode(value);
      if (all.length <= NONCE) {
        return null;
      }
      byte[] opened =
          cipher(Cipher.DECRYPT_MODE, Arrays.copyOf(all, NONCE))
              .doFinal(all, NONCE, all.length - NONCE);
      // authenticated: these bytes were written above, by this process
      try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(opened))) {
        return (OAuth2AuthorizationRequest) in.readObject();
      }
    } catch (IllegalArgumentException
        | GeneralSecurityException
        | IOException
        | ClassNotFoundException notOurs) {
      return null;
    }
  }

  private Cipher cipher(int mode, byte[] nonce) throws GeneralSecurityException {
    Cipher cipher = Cipher.getInstance(CIPHER);
    cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce));
    return cipher;
  }
}
