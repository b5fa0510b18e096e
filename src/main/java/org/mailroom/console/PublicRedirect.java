package org.mailroom.console;

import org.springframework.security.oauth2.core.endpoint.OAuth2AuthorizationRequest;
import org.springframework.web.context.request.RequestContextHolder;
import org.springframework.web.context.request.ServletRequestAttributes;
import org.springframework.web.servlet.support.ServletUriComponentsBuilder;

/** The address to which an OpenID Connect sign-in comes back, as browsers see it. */
record PublicRedirect(ConsoleAddress address) {

  void apply(OAuth2AuthorizationRequest.Builder request) {
    if (!(RequestContextHolder.getRequestAttributes()
        instanceof ServletRequestAttributes attributes)) {
      return;
    }
    String seenHere =
        ServletUriComponentsBuilder.fromContextPath(attributes.getRequest()).build().toUriString();
    String seenByBrowsers = address.of(attributes.getRequest());
    String planned = request.build().getRedirectUri();
    if (planned.startsWith(seenHere)) {
      request.redirectUri(seenByBrowsers + planned.substring(seenHere.length()));
    }
  }
}
