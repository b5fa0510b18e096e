package org.mailroom.console;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.ServletContext;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.time.Clock;
import java.util.Set;
import org.apache.catalina.session.StandardManager;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.web.embedded.tomcat.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.boot.web.servlet.ServletContextInitializer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.security.authentication.ProviderManager;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.authentication.builders.AuthenticationManagerBuilder;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.AuthorizeHttpRequestsConfigurer;
import org.springframework.security.config.http.SessionCreationPolicy;
import org.springframework.security.oauth2.client.registration.ClientRegistrationRepository;
import org.springframework.security.oauth2.client.web.DefaultOAuth2AuthorizationRequestResolver;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.access.intercept.AuthorizationFilter;
import org.springframework.security.web.authentication.LoginUrlAuthenticationEntryPoint;
import org.springframework.security.web.context.SecurityContextHolderFilter;
import org.springframework.security.web.csrf.CsrfFilter;
import org.springframework.security.web.firewall.RequestRejectedHandler;
import org.springframework.security.web.header.writers.CrossOriginOpenerPolicyHeaderWriter.CrossOriginOpenerPolicy;
import org.springframework.security.web.header.writers.CrossOriginResourcePolicyHeaderWriter.CrossOriginResourcePolicy;
import org.springframework.security.web.header.writers.ReferrerPolicyHeaderWriter.ReferrerPolicy;

/**
 * Who gets in, and what each may do. People sign in on a page and have a session; scrapers send
 * their password with each request (HTTP Basic) to the actuator and to Jolokia, and have none, nor
 * has anybody who isn't signed in. Everything needs a signed-in user but liveness, the sign-in
 * itself and Microsoft's way back; what changes something needs an operator or an administrator.
 */
@Configuration(proxyBeanMethods = false)
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
class ConsoleSecurity {

  static final String CONTENT_SECURITY_POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self';"
          + " frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

  private static final String HAWTIO_CONTENT_SECURITY_POLICY =
      "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self'"
          + " 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; connect-src 'self';"
          + " worker-src 'self' blob:; frame-ancestors 'self'; form-action 'self'; base-uri 'self'";

  private static final String[] OPEN = {
    "/actuator/health/liveness", "/OAuth2Callback", "/login", "/console/*"
  };

  private static final Set<String> READING = Set.of("GET", "HEAD", "OPTIONS");

  /** More than people have; each takes a password. */
  private static final int MOST_SESSIONS = 10_000;

  @Bean
  ProviderManager passwords(ConsoleUsers users, Trail trail, Clock clock) {
    return new ProviderManager(new PasswordSignIn(users, trail, clock));
  }

  /**
   * An address that no browser writes isn't there: no reason to say more, or to write a stack
   * trace.
   */
  @Bean
  RequestRejectedHandler refusedByTheFirewall() {
    return (request, response, why) -> response.setStatus(HttpServletResponse.SC_NOT_FOUND);
  }

  @Bean
  WebServerFactoryCustomizer<TomcatServletWebServerFactory> boundedSessions() {
    return server ->
        server.addContextCustomizers(
            context -> {
              StandardManager sessions = new StandardManager();
              sessions.setMaxActiveSessions(MOST_SESSIONS);
              context.setManager(sessions);
            });
  }

  @Bean
  @Order(1)
  SecurityFilterChain scrapers(HttpSecurity http, ProviderManager passwords) throws Exception {
    return http.securityMatcher(request -> isForMachines(request) && hasPassword(request))
        .authenticationManager(passwords)
        .authorizeHttpRequests(requests -> requests.anyRequest().hasRole(ConsoleRole.VIEWER.name()))
        .httpBasic(basic -> basic.authenticationEntryPoint(new ScraperEntryPoint()))
        .sessionManagement(
            session -> session.sessionCreationPolicy(SessionCreationPolicy.STATELESS))
        .requestCache(cache -> cache.disable())
        .csrf(csrf -> csrf.disable())
        .addFilterBefore(new SameOriginFilter(false), AuthorizationFilter.class)
        .headers(ConsoleSecurity::headers)
        .build();
  }

  @Bean
  @Order(100)
  SecurityFilterChain people(
      HttpSecurity http,
      ProviderManager passwords,
      ConsoleUsers known,
      ObjectProvider<ClientRegistrationRepository> openId,
      OpenIdSignIn users,
      ConsoleAddress address,
      Trail trail,
      Clock clock)
      throws Exception {
    // beside the password there may be OpenID Connect; no parent, for it would try a password a
    // second time
    http.getSharedObject(AuthenticationManagerBuilder.class).parentAuthenticationManager(null);
    passwords.getProviders().forEach(http::authenticationProvider);
    SignInFailure failure = new SignInFailure(trail);
    http.authorizeHttpRequests(ConsoleSecurity::rules)
        .requestCache(cache -> cache.requestCache(new WantedPage()))
        .formLogin(form -> form.loginPage("/login").defaultSuccessUrl("/").failureHandler(failure))
        .logout(logout -> logout.logoutSuccessUrl("/login?out"))
        .exceptionHandling(
            failures ->
                failures
                    .accessDeniedHandler(ErrorPages::refuse)
                    .defaultAuthenticationEntryPointFor(
                        new ScraperEntryPoint(), ConsoleSecurity::isForMachines)
                    .defaultAuthenticationEntryPointFor(
                        new LoginUrlAuthenticationEntryPoint("/login"), request -> true))
        // Jolokia's client can't send the token; its requests have to come from a page of the
        // console itself
        .csrf(
            csrf ->
                csrf.csrfTokenRepository(new FormTokens(address))
                    .ignoringRequestMatchers(ConsoleSecurity::isJolokia))
        .addFilterBefore(new IdleSessions(clock), SecurityContextHolderFilter.class)
        .addFilterBefore(new TooLargeFilter(), CsrfFilter.class)
        .addFilterBefore(new PasswordChangedFilter(known), AuthorizationFilter.class)
        .addFilterBefore(new SameOriginFilter(true), AuthorizationFilter.class)
        .headers(ConsoleSecurity::headers);
    ClientRegistrationRepository registrations = openId.getIfAvailable();
    if (registrations != null) {
      var requests =
          new DefaultOAuth2AuthorizationRequestResolver(registrations, "/oauth2/authorization");
      requests.setAuthorizationRequestCustomizer(new PublicRedirect(address)::apply);
      http.oauth2Login(
          login ->
              login
                  .loginPage("/login")
                  .defaultSuccessUrl("/")
                  .failureHandler(failure)
                  .authorizationEndpoint(
                      endpoint ->
                          endpoint
                              .authorizationRequestResolver(requests)
                              .authorizationRequestRepository(new SignInCookie(address)))
                  .userInfoEndpoint(endpoint -> endpoint.oidcUserService(users)));
    }
    return http.build();
  }

  private static void rules(
      AuthorizeHttpRequestsConfigurer<HttpSecurity>.AuthorizationManagerRequestMatcherRegistry
          requests) {
    String viewer = ConsoleRole.VIEWER.name();
    String operator = ConsoleRole.OPERATOR.name();
    String administrator = ConsoleRole.ADMINISTRATOR.name();
    requests
        .dispatcherTypeMatchers(DispatcherType.ERROR, DispatcherType.FORWARD, DispatcherType.ASYNC)
        .permitAll()
        .requestMatchers(OPEN)
        .permitAll()
        // what may be called there says JmxPolicy
        .requestMatchers(ConsoleSecurity::isJolokia)
        .hasRole(viewer)
        .requestMatchers(request -> isBelow(request, "/users"))
        .hasRole(administrator)
        .requestMatchers(
            request ->
                isBelow(request, "/credentials/~new")
                    || isBelow(request, "/accounts/~new")
                    || isBelow(request, "/accounts/~folders"))
        .hasRole(administrator)
        .requestMatchers(
            request ->
                isChange(request)
                    && (isBelow(request, "/credentials") || isBelow(request, "/accounts")))
        .hasRole(administrator)
        .requestMatchers(request -> isBelow(request, "/messages") || isBelow(request, "/trail"))
        .hasRole(operator)
        .requestMatchers(ConsoleSecurity::isChange)
        .hasRole(operator)
        .anyRequest()
        .hasRole(viewer);
  }

  private static boolean isChange(HttpServletRequest request) {
    return !READING.contains(request.getMethod());
  }

  /**
   * Hawtio is another application behind the same login. Its pages need more than the console's
   * policy allows; that holds for its own path only, and still nothing comes from elsewhere.
   */
  @Bean
  @Order(50)
  SecurityFilterChain hawtio(
      HttpSecurity http, ConsoleUsers known, ConsoleAddress address, Clock clock) throws Exception {
    return http.securityMatcher(request -> isBelow(request, "/actuator/hawtio"))
        // its sign-out takes a GET, which any page can cause; the console's own takes a form
        .authorizeHttpRequests(
            requests ->
                requests
                    .requestMatchers(request -> isBelow(request, "/actuator/hawtio/auth/logout"))
                    .denyAll()
                    .anyRequest()
                    .hasRole(ConsoleRole.VIEWER.name()))
        .requestCache(cache -> cache.requestCache(new WantedPage()))
        .exceptionHandling(
            failures ->
                failures.authenticationEntryPoint(new LoginUrlAuthenticationEntryPoint("/login")))
        .csrf(
            csrf ->
                csrf.csrfTokenRepository(new FormTokens(address))
                    .ignoringRequestMatchers(ConsoleSecurity::isJolokia))
        .addFilterBefore(new IdleSessions(clock), SecurityContextHolderFilter.class)
        .addFilterBefore(new PasswordChangedFilter(known), AuthorizationFilter.class)
        .addFilterBefore(new SameOriginFilter(true), AuthorizationFilter.class)
        .headers(
            headers -> {
              headers(headers);
              headers.contentSecurityPolicy(
                  policy -> policy.policyDirectives(HAWTIO_CONTENT_SECURITY_POLICY));
            })
        .build();
  }

  private static void headers(
      org.springframework.security.config.annotation.web.configurers.HeadersConfigurer<HttpSecurity>
          headers) {
    headers
        .contentSecurityPolicy(policy -> policy.policyDirectives(CONTENT_SECURITY_POLICY))
        .frameOptions(frames -> frames.sameOrigin())
        .referrerPolicy(referrer -> referrer.policy(ReferrerPolicy.SAME_ORIGIN))
        .crossOriginOpenerPolicy(opener -> opener.policy(CrossOriginOpenerPolicy.SAME_ORIGIN))
        .crossOriginResourcePolicy(
            resources -> resources.policy(CrossOriginResourcePolicy.SAME_ORIGIN))
        .permissionsPolicyHeader(
            permissions ->
                permissions.policy("camera=(), geolocation=(), microphone=(), payment=(), usb=()"))
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
    return isBelow(request, "/jolokia")
        || isBelow(request, "/actuator/jolokia")
        || isBelow(request, "/hawtio/jolokia")
        || isBelow(request, "/actuator/hawtio/jolokia");
  }

  private static boolean isBelow(HttpServletRequest request, String path) {
    String asked =
        request.getServletPath() + (request.getPathInfo() == null ? "" : request.getPathInfo());
    return asked.equals(path) || asked.startsWith(path + "/");
  }

  private static boolean hasPassword(HttpServletRequest request) {
    String authorization = request.getHeader("Authorization");
    return authorization != null && authorization.regionMatches(true, 0, "Basic ", 0, 6);
  }
}
