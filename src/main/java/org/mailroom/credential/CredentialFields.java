package org.mailroom.credential;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.mailroom.settings.CertificateProperties;
import org.mailroom.settings.CredentialProperties;

/**
 * The settings of a credential as the fields of a form, by their keys in {@code application.yaml}.
 */
final class CredentialFields {

  private CredentialFields() {}

  /** Without what is secret. */
  static Map<String, String> of(CredentialProperties settings) {
    Map<String, String> fields = new LinkedHashMap<>();
    put(fields, "description", settings.description());
    put(
        fields,
        "grant-type",
        settings.grantType() == null
            ? null
            : settings.grantType().name().toLowerCase(Locale.ROOT).replace('_', '-'));
    put(fields, "tenant-id", settings.tenantId());
    put(fields, "client-id", settings.clientId());
    put(fields, "secret-expires", settings.secretExpires());
    CertificateProperties certificate = settings.certificate();
    put(fields, "certificate.keystore", certificate == null ? null : certificate.keystore());
    put(fields, "certificate.pem", certificate == null ? null : certificate.pem());
    put(fields, "certificate.private-key", certificate == null ? null : certificate.privateKey());
    put(fields, "federated-token-file", settings.federatedTokenFile());
    put(fields, "scope", settings.scope());
    put(fields, "authorization-url", settings.authorizationUrl());
    put(fields, "token-url", settings.tokenUrl());
    return fields;
  }

  private static void put(Map<String, String> fields, String key, @Nullable Object value) {
    if (value != null && !value.toString().isBlank()) {
      fields.put(key, value.toString());
    }
  }
}
