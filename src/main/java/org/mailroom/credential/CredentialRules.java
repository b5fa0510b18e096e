package org.mailroom.credential;

import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.mailroom.settings.CredentialProperties;
import org.mailroom.settings.FieldProblem;
import org.mailroom.settings.GrantType;
import org.mailroom.settings.MailroomProperties;
import org.mailroom.settings.SettingsBinder;
import org.mailroom.settings.SettingsRejectedException;
import org.springframework.stereotype.Component;

/**
 * What may be entered in the console as a credential, and what becomes of the proof of before when
 * one is changed.
 */
@Component
final class CredentialRules {

  /** One of these proves the application; entering one replaces the others. */
  private static final Set<String> PROOFS =
      Set.of("client-secret", "certificate.content", "federated-token-file");

  /** Files on the server are the operator's to name, not the console's. */
  private static final List<String> ONLY_IN_CONFIGURATION =
      List.of(
          "certificate.keystore",
          "certificate.pem",
          "certificate.private-key",
          "federated-token-file");

  private final CredentialDefaults defaults;
  private final SecretHosts hosts;
  private final SettingsBinder binder;

  CredentialRules(
      MailroomProperties properties, CredentialDefaults defaults, SettingsBinder binder) {
    this.defaults = defaults;
    this.hosts = new SecretHosts(properties);
    this.binder = binder;
  }

  /**
   * What is wrong with the fields of a credential; empty when nothing is.
   *
   * @param fields values by key; a blank one counts as not entered
   */
  List<FieldProblem> problems(Map<String, String> fields) {
    List<FieldProblem> problems = new ArrayList<>();
    ONLY_IN_CONFIGURATION.stream()
        .filter(key -> !fields.getOrDefault(key, "").isBlank())
        .forEach(
            key ->
                problems.add(
                    new FieldProblem(
                        key,
                        "can only be set in application.yaml"
                            + (key.startsWith("certificate")
                                ? ": upload the certificate's content instead"
                                : ", for it names a file of the server"))));
    try {
      CredentialProperties settings = binder.bind(CredentialProperties.class, fields);
      problems.addAll(problemsOfHosts(settings));
      if (settings.grantType() == GrantType.AUTHORIZATION_CODE && !settings.hasProof()) {
        problems.add(
            new FieldProblem(
                "client-secret",
                "is missing, and so is a certificate: without one of them Entra ID gives no"
                    + " token"));
      }
      if (settings.certificate() != null && problems.isEmpty()) {
        CertificateFile.check(settings.certificate())
            .ifPresent(problem -> problems.add(new FieldProblem("certificate.content", problem)));
      }
    } catch (SettingsRejectedException e) {
      problems.addAll(e.problems());
    }
    return problems;
  }

  /** What is wrong with the addresses that its secret would be sent to; empty when nothing is. */
  List<FieldProblem> problemsOfHosts(CredentialProperties settings) {
    return hosts.problems(settings);
  }

  /**
   * What is wrong with a change that keeps the proof: a secret that is stored goes where it was
   * meant to go when it was entered, and nowhere else.
   *
   * @param fields as {@link #merged} makes them
   */
  List<FieldProblem> problemsOfOtherHost(Credential before, Map<String, String> fields) {
    CredentialProperties after = binder.bind(CredentialProperties.class, fields);
    if (after.isManagedIdentity() || before.isManagedIdentity()) {
      // nothing is kept of a proof
      return List.of();
    }
    String elsewhere =
        !SecretHosts.host(before.tokenUrl()).equals(SecretHosts.host(defaults.tokenUrl(after)))
            ? "token-url"
            : !Objects.equals(
                    host(before.authorizationUrl()), host(defaults.authorizationUrl(after)))
                ? "authorization-url"
                : null;
    return elsewhere == null
        ? List.of()
        : List.of(
            new FieldProblem(
                "client-secret",
                "has to be entered again, or the certificate: "
                    + elsewhere
                    + " leads to another host than before, and what is stored doesn't go there"));
  }

  private static @Nullable String host(@Nullable URI url) {
    return url == null ? null : SecretHosts.host(url);
  }

  /** Whether a proof is among what was entered. */
  static boolean isProofEntered(Map<String, String> fields) {
    return entered(fields).keySet().stream().anyMatch(PROOFS::contains);
  }

  /** The fields that were entered, and of those of before the proof, unless one was entered. */
  static Map<String, String> merged(Map<String, String> before, Map<String, String> fields) {
    Map<String, String> merged = entered(fields);
    // the machine proves itself: a secret of before would be kept for nothing
    boolean isMachine = "managed-identity".equals(merged.get("grant-type"));
    if (!isMachine && !isProofEntered(fields)) {
      before.forEach(
          (key, value) -> {
            if (PROOFS.contains(key) || CredentialTable.SECRET_FIELDS.contains(key)) {
              merged.putIfAbsent(key, value);
            }
          });
    }
    return merged;
  }

  /** The fields that were entered. */
  static Map<String, String> entered(Map<String, String> fields) {
    Map<String, String> entered = new TreeMap<>(fields);
    entered.values().removeIf(value -> value == null || value.isBlank());
    entered.replaceAll((key, value) -> value.strip());
    return entered;
  }
}
