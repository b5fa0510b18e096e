package org.mailroom.credential;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The token of another identity provider that an application proves itself with. Its file changes
 * while Mailroom runs.
 */
final class FederatedToken {

  private FederatedToken() {}

  /**
   * Reads the file anew. Nothing but a JWT is sent anywhere.
   *
   * @throws CredentialException when it can't be read, or holds something else
   */
  static String read(String credential, Path file) {
    try {
      String token = Files.readString(file).strip();
      if (token.matches("[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+")) {
        return token;
      }
      throw new CredentialException(
          credential,
          "its federated-token-file "
              + file
              + " holds no JWT. Check the path, and what writes the file.");
    } catch (IOException e) {
      throw new CredentialException(
          credential,
          "its federated-token-file "
              + file
              + " can't be read ("
              + e.getClass().getSimpleName()
              + "). Check the path, and that the token is mounted for this workload.");
    }
  }
}
