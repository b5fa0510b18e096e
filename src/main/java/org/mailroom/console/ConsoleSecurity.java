package org.mailroom.console;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.ServletContext;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Clock;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.web.servlet.ServletContextInitializer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.security.authentication.ProviderManager;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.authentication.builders.AuthenticationManagerBuilder;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.http.SessionCreationPolicy;
import org.springframework.security.oauth2.client.registration.ClientRegistrationRepository;
import org.springframework.security.oauth2.client.web.DefaultOAuth2AuthorizationRequestResolver;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.access.intercept.AuthorizationFilter;
import org.springframework.security.web.authentication.LoginUrlAuthenticationEntryPoint;
import org.springframework.security.web.header.writers.CrossOriginOpenerPolicyHeaderWriter.CrossOriginOpenerPolicy;
import org.springframework.security.web.header.writers.CrossOriginResourcePolicyHeaderWriter.CrossOriginResourcePolicy;
import org.springframework.security.web.header.writers.ReferrerPolicyHeaderWriter.ReferrerPolicy;

/**
 * Who gets in. People sign in on a page and have a session; scrapers send their password with each request (HTTP Basic) to the actuator
 * and to Jolokia, and have none. Everything needs a signed-in user but liveness, the sign-in itself and Microsoft's way back.
 */
@Configuration(proxyBeanMethods = false)
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
class ConsoleSecurity {

  static final String CONTENT_SECURITY_POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self';"
      + " frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

  private static final String HAWTIO_CONTENT_SECURITY_POLICY = "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline';"
      + " img-src 'self' data:; font-src 'self' data:; connect-src 'self'; worker-src 'self' blob:; frame-ancestors 'self'; form-action 'self'; base-uri 'self'";

  private static final String[] OPEN = {"/actuator/health/liveness", "/OAuth2Callback", "/login", "/console/*"};

  @Bean
  ProviderManager passwords(ConsoleUsers users, Clock clock) {
    return new ProviderManager(new PasswordSignIn(users, clock));
  }

  @Bean
  @Order(1)
  SecurityFilterChain scrapers(HttpSecurity http, ProviderManager passwords) throws Exception {
    return http
        .securityMatcher(request -> isForMachines(request) && hasPassword(request))
        .authenticationManager(passwords)
        .authorizeHttpRequests(requests -> requests.anyRequest().authenticated())
        .httpBasic(basic -> basic.authenticationEntryPoint(new ScraperEntryPoint()))
        .sessionManagement(session -> session.sessionCreationPolicy(SessionCreationPolicy.STATELESS))
        .requestCache(cache -> cache.disable())
        .csrf(csrf -> csrf.disable())
        .addFilterBefore(new SameOriginFilter(false), AuthorizationFilter.class)
        .headers(ConsoleSecurity::headers)
        .build();
  }

  @Bean
  @Order(100)
  SecurityFilterChain people(HttpSecurity http, ProviderManager passwords, ConsoleUsers known, ObjectProvider<ClientRegistrationRepository> openId,
      OpenIdSignIn users, ConsoleAddress address) throws Exception {
    // beside the password there may be OpenID Connect; no parent, for it would try a password a second time
    http.getSharedObject(AuthenticationManagerBuilder.class).parentAuthenticationManager(null);
    passwords.getProviders().forEach(http::authenticationProvider);
    http.authorizeHttpRequests(requests -> requests
            .dispatcherTypeMatchers(DispatcherType.ERROR, DispatcherType.FORWARD, DispatcherType.ASYNC).permitAll()
            .requestMatchers(OPEN).permitAll()
            .anyRequest().authenticated())
        .formLogin(form -> form.loginPage("/login").defaultSuccessUrl("/").failureUrl("/login?error"))
        .logout(logout -> logout.logoutSuccessUrl("/login?out"))
        .exceptionHandling(failures -> failures
            .defaultAuthenticationEntryPointFor(new ScraperEntryPoint(), ConsoleSecurity::isForMachines)
            .defaultAuthenticationEntryPointFor(new LoginUrlAuthenticationEntryPoint("/login"), request -> true))
        // Jolokia's client can't send the token; its requests have to come from a page of the console itself
        .csrf(csrf -> csrf.ignoringRequestMatchers(ConsoleSecurity::isJolokia))
        .addFilterBefore(new PasswordChangedFilter(known), AuthorizationFilter.class)
        .addFilterBefore(new SameOriginFilter(true), AuthorizationFilter.class)
        .headers(ConsoleSecurity::headers);
    ClientRegistrationRepository registrations = openId.getIfAvailable();
    if (registrations != null) {
      var requests = new DefaultOAuth2AuthorizationRequestResolver(registrations, "/oauth2/authorization");
      requests.setAuthorizationRequestCustomizer(new PublicRedirect(address)::apply);
      http.oauth2Login(login -> login.loginPage("/login").defaultSuccessUrl("/").failureUrl("/login?error")
          .authorizationEndpoint(endpoint -> endpoint.authorizationRequestResolver(requests))
          .userInfoEndpoint(endpoint -> endpoint.oidcUserService(users)));
    }
    return http.build();
  }

  /**
   * Hawtio is another application behind the same login. Its pages need more than the console's policy allows; that holds for its own
   * path only, and still nothing comes from elsewhere.
   */
  @Bean
  @Order(50)
  SecurityFilterChain hawtio(HttpSecurity http, ConsoleUsers known) throws Exception {
    return http
        .securityMatcher(request -> isBelow(request, "/actuator/hawtio"))
        .authorizeHttpRequests(requests -> requests.anyRequest().authenticated())
        .exceptionHandling(failures -> failures.authenticationEntryPoint(new LoginUrlAuthenticationEntryPoint("/login")))
        .csrf(csrf -> csrf.ignoringRequestMatchers(ConsoleSecurity::isJolokia))
        .addFilterBefore(new PasswordChangedFilter(known), AuthorizationFilter.class)
        .addFilterBefore(new SameOriginFilter(true), AuthorizationFilter.class)
        .headers(headers -> {
          headers(headers);
          headers.contentSecurityPolicy(policy -> policy.policyDirectives(HAWTIO_CONTENT_SECURITY_POLICY));
        })
        .build();
  }

  private static void headers(org.springframework.security.config.annotation.web.configurers.HeadersConfigurer<HttpSecurity> headers) {
    headers.contentSecurityPolicy(policy -> policy.policyDirectives(CONTENT_SECURITY_POLICY))
        .frameOptions(frames -> frames.sameOrigin())
        .referrerPolicy(referrer -> referrer.policy(ReferrerPolicy.SAME_ORIGIN))
        .crossOriginOpenerPolicy(opener -> opener.policy(CrossOriginOpenerPolicy.SAME_ORIGIN))
        .crossOriginResourcePolicy(resources -> resources.policy(CrossOriginResourcePolicy.SAME_ORIGIN))
        .permissionsPolicyHeader(permissions -> permissions.policy("camera=(), geolocation=(), microphone=(), payment=(), usb=()"))
        .httpStrictTransportSecurity(transport -> transport.includeSubDomains(false))
        .contentTypeOptions(Customizer.withDefaults());
  }

  /** Cookies only over TLS where browsers come over TLS; elsewhere the request itself decides. */
  @Bean
  ServletContextInitializer secureCookies(ConsoleAddress address) {
    return (ServletContext context) -> {
      if (address.isPublicAddressSecure()) {
        context.getSessionCookieConfig().setSecure(true);
      }
    };
  }

  static boolean isForMachines(HttpServletRequest request) {
    return isBelow(request, "/actuator") || isJolokia(request);
  }

  static boolean isJolokia(HttpServletRequest request) {
    return isBelow(request, "/jolokia") || isBelow(request, "/actuator/jolokia") || isBelow(request, "/hawtio/jolokia") || isBelow(request, "/actuator/hawtio/jolokia");
  }

  private static boolean isBelow(HttpServletRequest request, String path) {
    String asked = request.getServletPath() + (request.getPathInfo() == null ? "" : request.getPathInfo());
    return asked.equals(path) || asked.startsWith(path + "/");
  }

  private static boolean hasPassword(HttpServletRequest request) {
    String authorization = request.getHeader("Authorization");
    return authorization != null && authorization.regionMatches(true, 0, "Basic ", 0, 6);
  }
}
