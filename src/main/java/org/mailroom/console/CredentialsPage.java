package org.mailroom.console;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpSession;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.mailroom.account.Accounts;
import org.mailroom.credential.Credential;
import org.mailroom.credential.CredentialException;
import org.mailroom.credential.CredentialStatus;
import org.mailroom.credential.CredentialStatuses;
import org.mailroom.credential.Credentials;
import org.mailroom.credential.SignIns;
import org.mailroom.credential.TokenCache;
import org.mailroom.settings.FieldProblem;
import org.mailroom.settings.Home;
import org.mailroom.settings.SettingsRejectedException;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.ModelAttribute;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.multipart.MultipartFile;
import org.springframework.web.server.ResponseStatusException;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/**
 * The credentials: how each stands, and those of the database to be changed. What is secret goes in
 * and never comes out.
 */
@Controller
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
final class CredentialsPage {

  /** Must not be sent back to the browser. */
  private static final List<String> SECRET =
      List.of("client-secret", "certificate.content", "certificate.password");

  private static final List<String> FIELDS =
      List.of(
          "description",
          "grant-type",
          "tenant-id",
          "client-id",
          "client-secret",
          "secret-expires",
          "certificate.content",
          "certificate.password",
          "scope",
          "authorization-url",
          "token-url");

  /** The form of what isn't there yet; no id. */
  private static final String NEW = "~new";

  /**
   * A tenant in one of the two addresses, as an app registration's page of endpoints shows them.
   */
  private static final Pattern TENANT = Pattern.compile("^https?://[^/]+/([A-Za-z0-9.-]+)/oauth2/");

  /**
   * A credential in the list.
   *
   * @param accounts the ids of those that use it
   */
  record Line(CredentialStatus status, List<String> accounts, boolean ownerMatches) {}

  private final Credentials credentials;
  private final CredentialStatuses statuses;
  private final Accounts accounts;
  private final TokenCache tokens;
  private final Attention attention;
  private final Trail trail;
  private final SignIns signIns;
  private final ConsoleAddress address;
  private final TypedSecrets typed;
  private final Clock clock;

  CredentialsPage(
      Credentials credentials,
      CredentialStatuses statuses,
      Accounts accounts,
      TokenCache tokens,
      SignIns signIns,
      Attention attention,
      Trail trail,
      ConsoleAddress address,
      TypedSecrets typed,
      Clock clock) {
    this.credentials = credentials;
    this.statuses = statuses;
    this.accounts = accounts;
    this.tokens = tokens;
    this.attention = attention;
    this.trail = trail;
    this.signIns = signIns;
    this.address = address;
    this.typed = typed;
    this.clock = clock;
  }

  /** What has to be registered in Entra ID. */
  @ModelAttribute("redirectUri")
  String redirectUri(HttpServletRequest request) {
    return address.redirectUri(request);
  }

  @GetMapping("/credentials")
  String list(Model model) {
    Map<String, List<String>> using =
        accounts.all().stream()
            .collect(
                Collectors.groupingBy(
                    account -> account.credential(),
                    TreeMap::new,
                    Collectors.mapping(account -> account.id(), Collectors.toList())));
    model.addAttribute(
        "credentials",
        statuses.all().stream()
            .map(status -> line(status, using.getOrDefault(status.id(), List.of())))
            .toList());
    return "credentials";
  }

  private Line line(CredentialStatus status, List<String> using) {
    return new Line(
        status,
        using,
        status.user() == null || using.isEmpty() || accounts.isUsedFor(status.id(), status.user()));
  }

  @GetMapping("/credentials/~new")
  String add(Model model) {
    return form(
        null, new LinkedHashMap<>(Map.of("grant-type", "client-credentials")), List.of(), model);
  }

  @PostMapping("/credentials/~new")
  String create(
      @RequestParam Map<String, String> form,
      @RequestParam(required = false) @Nullable MultipartFile certificate,
      Model model,
      HttpSession session,
      HttpServletResponse response,
      RedirectAttributes told)
      throws IOException {
    Map<String, String> fields = fields(form, certificate);
    typed.fillIn(session, NEW, fields);
    String id = form.getOrDefault("id", "").strip();
    try {
      credentials.create(id, fields);
    } catch (SettingsRejectedException e) {
      response.setStatus(HttpStatus.UNPROCESSABLE_ENTITY.value());
      fields.put("id", id);
      model.addAttribute("kept", typed.keep(session, NEW, fields, SECRET));
      return form(null, fields, e.problems(), model);
    }
    typed.forget(session);
    trail.record(Trail.Action.CREATED, "credential " + id, Changes.entered(fields));
    return changed(id, "Credential " + id + " was saved.", told);
  }

  @GetMapping("/credentials/{id}")
  String show(@PathVariable String id, Model model) {
    require(id);
    return form(id, new LinkedHashMap<>(credentials.fields(id)), List.of(), model);
  }

  @PostMapping("/credentials/{id}")
  String update(
      @PathVariable String id,
      @RequestParam Map<String, String> form,
      @RequestParam(required = false) @Nullable MultipartFile certificate,
      Model model,
      HttpSession session,
      HttpServletResponse response,
      RedirectAttributes told)
      throws IOException {
    require(id);
    Map<String, String> fields = fields(form, certificate);
    typed.fillIn(session, id, fields);
    Map<String, String> before = credentials.fields(id);
    try {
      credentials.update(id, fields);
    } catch (SettingsRejectedException e) {
      response.setStatus(HttpStatus.UNPROCESSABLE_ENTITY.value());
      model.addAttribute("kept", typed.keep(session, id, fields, SECRET));
      return form(id, fields, e.problems(), model);
    }
    typed.forget(session);
    trail.record(Trail.Action.CHANGED, "credential " + id, Changes.between(before, fields));
    return changed(id, "Credential " + id + " was saved.", told);
  }

  @PostMapping("/credentials/{id}/delete")
  String delete(@PathVariable String id, RedirectAttributes told) {
    require(id);
    try {
      credentials.delete(id);
    } catch (SettingsRejectedException e) {
      told.addFlashAttribute("problem", "Credential " + id + " " + e.problems().get(0).message());
      told.addAttribute("id", id);
      return "redirect:/credentials/{id}";
    }
    trail.record(Trail.Action.DELETED, "credential " + id, null);
    attention.changed();
    told.addFlashAttribute("done", "Credential " + id + " was deleted.");
    return "redirect:/credentials";
  }

  /** Asks for a new token, whether there is one or not. */
  @PostMapping("/credentials/{id}/test")
  String test(@PathVariable String id, RedirectAttributes told) {
    require(id);
    told.addAttribute("id", id);
    attention.changed();
    try {
      CredentialStatus before = statuses.find(id).orElse(null);
      if (before == null
          || before.tokenExpires() == null
          || !before.tokenExpires().isAfter(clock.instant())) {
        // there is none to replace: one is asked for, not two
        tokens.askAgain(id);
        tokens.authorization(id);
      } else {
        tokens.renew(id);
      }
      told.addFlashAttribute("done", "It works: Entra ID issued a new token.");
      trail.record(Trail.Action.TESTED, "credential " + id, "it works");
    } catch (CredentialException e) {
      told.addFlashAttribute("problem", e.getMessage());
      trail.record(Trail.Action.TESTED, "credential " + id, "it doesn't work");
    }
    return "redirect:/credentials/{id}";
  }

  /** Forgets who signed in, and the tokens. */
  @PostMapping("/credentials/{id}/sign-out")
  String signOut(@PathVariable String id, RedirectAttributes told) {
    require(id);
    told.addAttribute("id", id);
    try {
      signIns.signOut(id);
      attention.changed();
      trail.record(Trail.Action.CHANGED, "credential " + id, "signed the person out");
      told.addFlashAttribute(
          "done", "Nobody is signed in with it now. Mailroom has forgotten its tokens.");
    } catch (CredentialException e) {
      told.addFlashAttribute("problem", e.getMessage());
    }
    return "redirect:/credentials/{id}";
  }

  private String form(
      @Nullable String id, Map<String, String> fields, List<FieldProblem> problems, Model model) {
    model.addAttribute("keptSecret", !fields.getOrDefault("client-secret", "").isBlank());
    SECRET.forEach(fields::remove);
    Credential credential = id == null ? null : credentials.find(id).orElse(null);
    model.addAttribute("id", id);
    model.addAttribute("heading", id == null ? "New credential" : "Credential " + id);
    model.addAttribute("fields", fields);
    model.addAttribute("credential", credential);
    model.addAttribute("editable", credential == null || credential.home() == Home.DATABASE);
    model.addAttribute(
        "line",
        id == null
            ? null
            : statuses
                .find(id)
                .map(status -> line(status, accounts.accountsUsing(id)))
                .orElse(null));
    model.addAttribute(
        "hasSecret",
        credential != null
            && credential.settings().clientSecret() != null
            && !credential.settings().clientSecret().isBlank());
    model.addAttribute(
        "hasCertificate", credential != null && credential.settings().certificate() != null);
    FormProblems.of(problems, FIELDS).addTo(model);
    return "credential";
  }

  private static Map<String, String> fields(
      Map<String, String> form, @Nullable MultipartFile certificate) throws IOException {
    Map<String, String> fields = new LinkedHashMap<>();
    FIELDS.forEach(key -> fields.put(key, form.getOrDefault(key, "")));
    // they are written into fields of several lines
    List.of("authorization-url", "token-url")
        .forEach(key -> fields.computeIfPresent(key, (name, url) -> url.replaceAll("\\s+", "")));
    fields.computeIfPresent("scope", (name, scope) -> scope.replaceAll("\\s+", " ").strip());
    if (certificate != null && !certificate.isEmpty()) {
      byte[] bytes = certificate.getBytes();
      String text = new String(bytes, StandardCharsets.ISO_8859_1);
      fields.put(
          "certificate.content",
          text.contains("-----BEGIN ") ? text : Base64.getEncoder().encodeToString(bytes));
    }
    if (fields.getOrDefault("tenant-id", "").isBlank()) {
      fields.put(
          "tenant-id",
          Stream.of("token-url", "authorization-url")
              .map(key -> TENANT.matcher(fields.getOrDefault(key, "").strip()))
              .filter(Matcher::find)
              .map(found -> found.group(1))
              .findFirst()
              .orElse(""));
    }
    String grantType = fields.getOrDefault("grant-type", "");
    if (!grantType.equals("authorization-code")) {
      // nobody signs in with it
      fields.put("authorization-url", "");
    }
    if (grantType.equals("managed-identity")) {
      // the machine proves itself: the form shows no such fields then
      List.of(
              "token-url",
              "secret-expires",
              "client-secret",
              "certificate.content",
              "certificate.password")
          .forEach(key -> fields.put(key, ""));
    }
    return fields;
  }

  private Credential require(String id) {
    return credentials
        .find(id)
        .orElseThrow(() -> new ResponseStatusException(HttpStatus.NOT_FOUND));
  }

  private String changed(String id, String done, RedirectAttributes told) {
    attention.changed();
    told.addFlashAttribute("done", done);
    told.addAttribute("id", id);
    return "redirect:/credentials/{id}";
  }
}
