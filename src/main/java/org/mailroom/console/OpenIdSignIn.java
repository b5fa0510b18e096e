package org.mailroom.console;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.mailroom.settings.Console;
import org.mailroom.settings.MailroomProperties;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.security.core.GrantedAuthority;
import org.springframework.security.oauth2.client.oidc.userinfo.OidcUserRequest;
import org.springframework.security.oauth2.client.oidc.userinfo.OidcUserService;
import org.springframework.security.oauth2.client.userinfo.OAuth2UserService;
import org.springframework.security.oauth2.core.OAuth2AuthenticationException;
import org.springframework.security.oauth2.core.OAuth2Error;
import org.springframework.security.oauth2.core.oidc.user.DefaultOidcUser;
import org.springframework.security.oauth2.core.oidc.user.OidcUser;
import org.springframework.stereotype.Component;

/**
 * Who may enter after a sign-in with OpenID Connect, and as what: by {@code
 * mailroom.console.administrators}, {@code operators}, {@code viewers} and {@code allow}. Only what
 * a person can't change about himself counts: object id, groups and app roles.
 */
@Component
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
final class OpenIdSignIn implements OAuth2UserService<OidcUserRequest, OidcUser> {

  /** The code of the error for somebody who may not enter. */
  static final String NOT_ALLOWED = "not_allowed_here";

  private static final List<String> CLAIMS = List.of("oid", "sub", "groups", "roles");

  private final OidcUserService users = new OidcUserService();
  private final List<String> allowed;
  private final List<String> viewers;
  private final List<String> operators;
  private final List<String> administrators;

  OpenIdSignIn(MailroomProperties properties) {
    Console console = properties.console();
    this.allowed = lower(console.allow());
    this.viewers = lower(console.viewers());
    this.operators = lower(console.operators());
    this.administrators = lower(console.administrators());
  }

  private static List<String> lower(List<String> names) {
    return names.stream().map(name -> name.strip().toLowerCase(Locale.ROOT)).toList();
  }

  @Override
  public OidcUser loadUser(OidcUserRequest request) {
    OidcUser user = users.loadUser(request);
    ConsoleRole role =
        roleOf(namesOf(user))
            .orElseThrow(() -> new OAuth2AuthenticationException(new OAuth2Error(NOT_ALLOWED)));
    Set<GrantedAuthority> authorities = new LinkedHashSet<>(user.getAuthorities());
    authorities.addAll(role.authorities());
    String nameClaim =
        request
            .getClientRegistration()
            .getProviderDetails()
            .getUserInfoEndpoint()
            .getUserNameAttributeName();
    return nameClaim == null || nameClaim.isBlank()
        ? new DefaultOidcUser(authorities, user.getIdToken(), user.getUserInfo())
        : new DefaultOidcUser(authorities, user.getIdToken(), user.getUserInfo(), nameClaim);
  }

  private Optional<ConsoleRole> roleOf(List<String> names) {
    if (names.stream().anyMatch(administrators::contains)) {
      return Optional.of(ConsoleRole.ADMINISTRATOR);
    }
    if (names.stream().anyMatch(operators::contains)) {
      return Optional.of(ConsoleRole.OPERATOR);
    }
    return allowed.isEmpty()
            || names.stream().anyMatch(allowed::contains)
            || names.stream().anyMatch(viewers::contains)
        ? Optional.of(ConsoleRole.VIEWER)
        : Optional.empty();
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
