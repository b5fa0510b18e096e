package org.mailroom.console;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import org.mailroom.settings.MailroomProperties;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.security.oauth2.client.oidc.userinfo.OidcUserRequest;
import org.springframework.security.oauth2.client.oidc.userinfo.OidcUserService;
import org.springframework.security.oauth2.client.userinfo.OAuth2UserService;
import org.springframework.security.oauth2.core.OAuth2AuthenticationException;
import org.springframework.security.oauth2.core.OAuth2Error;
import org.springframework.security.oauth2.core.oidc.user.OidcUser;
import org.springframework.stereotype.Component;

/** Who may enter after a sign-in with OpenID Connect: everyone whom the provider lets in, or those of {@code mailroom.console.allow}. */
@Component
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
final class OpenIdSignIn implements OAuth2UserService<OidcUserRequest, OidcUser> {

  /** What identifies a person or a group of persons in a token of Entra ID. */
  private static final List<String> CLAIMS = List.of("preferred_username", "email", "upn", "oid", "sub", "groups", "roles");

  private final OidcUserService users = new OidcUserService();
  private final List<String> allowed;

  OpenIdSignIn(MailroomProperties properties) {
    this.allowed = properties.console().allow().stream().map(name -> name.strip().toLowerCase(Locale.ROOT)).toList();
  }

  @Override
  public OidcUser loadUser(OidcUserRequest request) {
    OidcUser user = users.loadUser(request);
    if (!allowed.isEmpty() && namesOf(user).stream().noneMatch(allowed::contains)) {
      throw new OAuth2AuthenticationException(new OAuth2Error("access_denied",
          "You are signed in at Microsoft, but you may not enter this console. Ask its operator to add you to mailroom.console.allow.", null));
    }
    return user;
  }

  private static List<String> namesOf(OidcUser user) {
    List<String> names = new ArrayList<>();
    for (String claim : CLAIMS) {
      Object value = user.getClaims().get(claim);
      if (value instanceof Collection<?> several) {
        several.forEach(each -> names.add(String.valueOf(each).toLowerCase(Locale.ROOT)));
      } else if (value != null) {
        names.add(value.toString().toLowerCase(Locale.ROOT));
      }
    }
    return names;
  }
}
