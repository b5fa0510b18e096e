package org.mailroom.push;

import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.http.SessionCreationPolicy;
import org.springframework.security.web.SecurityFilterChain;

/**
 * The one address that Microsoft Graph comes to is open, where push is on: what is sent there
 * proves itself, or is thrown away. It has no session and nothing of the console.
 */
@Configuration(proxyBeanMethods = false)
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
class NotificationSecurity {

  @Bean
  @Order(0)
  SecurityFilterChain notificationsOfGraph(HttpSecurity http, NotificationAddress address)
      throws Exception {
    return http.securityMatcher(
            request ->
                address.url().isPresent()
                    && NotificationAddress.PATH.equals(request.getServletPath())
                    && request.getPathInfo() == null)
        .authorizeHttpRequests(requests -> requests.anyRequest().permitAll())
        .sessionManagement(
            session -> session.sessionCreationPolicy(SessionCreationPolicy.STATELESS))
        .requestCache(cache -> cache.disable())
        .csrf(csrf -> csrf.disable())
        .headers(
            headers ->
                headers.contentSecurityPolicy(
                    policy ->
                        policy.policyDirectives("default-src 'none'; frame-ancestors 'none'")))
        .build();
  }
}
