package org.mailroom.credential;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Base64;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/**
 * What of a credential's proof is registered in Entra ID, and is no secret: the certificate without
 * its key, the issuer and subject of a federated token.
 */
@Component
public final class RegisteredProofs {

  /**
   * Who a federated token is from, and whom it is for.
   *
   * @param issuer claim {@code iss}
   * @param subject claim {@code sub}
   */
  public record Federation(@Nullable String issuer, @Nullable String subject) {}

  private static final int PARTS_OF_A_JWT = 3;

  private final Credentials credentials;
  private final ObjectMapper json;

  RegisteredProofs(Credentials credentials, ObjectMapper json) {
    this.credentials = credentials;
    this.json = json;
  }

  /**
   * The certificate of a credential, DER in base64; empty when it has none, or it can't be read.
   */
  public Optional<String> certificate(String id) {
    try {
      Credential credential = credentials.require(id);
      return Optional.ofNullable(credential.settings().certificate())
          .map(
              certificate ->
                  Base64.getEncoder()
                      .encodeToString(CertificateFile.load(id, certificate).encoded()));
    } catch (CredentialException unreadable) {
      return Optional.empty();
    }
  }

  /** Empty when the credential has no federated token, or it can't be read. */
  public Optional<Federation> federation(String id) {
    return credentials
        .find(id)
        .map(found -> found.settings().federatedTokenFile())
        .flatMap(
            file -> {
              try {
                String[] parts = Files.readString(file).strip().split("\\.");
                JsonNode claims =
                    parts.length == PARTS_OF_A_JWT
                        ? json.readTree(Base64.getUrlDecoder().decode(parts[1]))
                        : json.missingNode();
                return claims.path("iss").isTextual() && claims.path("sub").isTextual()
                    ? Optional.of(
                        new Federation(claims.path("iss").asText(), claims.path("sub").asText()))
                    : Optional.empty();
              } catch (IOException | IllegalArgumentException unreadable) {
                return Optional.empty();
              }
            });
  }
}
