package org.mailroom.credential;

import com.microsoft.aad.msal4j.ClientCredentialFactory;
import com.microsoft.aad.msal4j.IClientCredential;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;
import org.mailroom.settings.ConfigTrees;
import org.mailroom.settings.CredentialProperties;
import org.mailroom.settings.Home;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * Client secrets and certificates as their files say now: whoever rotates them replaces the file,
 * and Mailroom goes on with the new one without a restart. A new one that can't be used (half
 * written, without its key, empty) is told once, and the one before it is used. Safe for use by
 * several threads.
 */
@Component
final class Proofs {

  private static final Logger LOG = LoggerFactory.getLogger("mailroom.credential");
  private static final int LONGEST_SECRET = 1000;

  /**
   * @param mark of its content; another proof has another one
   * @param expires when the certificate expires; null for a secret
   */
  private record Proof(IClientCredential material, String mark, @Nullable Instant expires) {

    /** Never the proof: this text may reach a log. */
    @Override
    public String toString() {
      return "proof until " + expires;
    }
  }

  /**
   * @param settings that it was read for: others begin anew
   * @param good the newest that can be used, or null
   * @param problem why the newest can't be used, or null
   */
  private record Known(
      CredentialProperties settings, @Nullable Proof good, @Nullable CredentialException problem) {}

  /**
   * How the proof of a credential stands.
   *
   * @param usable whether there is one
   * @param problem why the newest can't be used, in words; or null
   * @param expires when the certificate expires, or null
   */
  record Standing(boolean usable, @Nullable String problem, @Nullable Instant expires) {}

  private final ConfigTrees trees;
  private final ConcurrentMap<String, Known> all = new ConcurrentHashMap<>();

  Proofs(ConfigTrees trees) {
    this.trees = trees;
  }

  /**
   * What a credential proves itself with now; reads files.
   *
   * @throws CredentialException when there is none, and there was none before
   */
  IClientCredential present(Credential credential) {
    Known known = look(credential);
    if (known.good() == null) {
      throw known.problem();
    }
    return known.good().material();
  }

  /** How it stands; reads files. */
  Standing standing(Credential credential) {
    Known known = look(credential);
    return new Standing(
        known.good() != null,
        known.problem() == null ? null : known.problem().getMessage(),
        known.good() == null ? null : known.good().expires());
  }

  /** Changes when another secret or certificate is in the files; reads files. */
  String mark(Credential credential) {
    Known known = look(credential);
    return known.good() == null ? "" : known.good().mark();
  }

  private Known look(Credential credential) {
    return all.compute(
        credential.id(),
        (id, before) -> {
          Known known =
              before != null && before.settings().equals(credential.settings())
                  ? before
                  : new Known(credential.settings(), null, null);
          try {
            Proof proof = read(credential);
            tellChange(id, known, proof);
            return new Known(credential.settings(), proof, null);
          } catch (CredentialException e) {
            if (known.good() != null
                && (known.problem() == null
                    || !Objects.equals(known.problem().getMessage(), e.getMessage()))) {
              LOG.warn("{} The one before it is used until the new one can be.", e.getMessage());
            }
            return new Known(credential.settings(), known.good(), e);
          }
        });
  }

  private static void tellChange(String id, Known before, Proof now) {
    if (before.good() != null && !before.good().mark().equals(now.mark())) {
      LOG.info(
          "credential {}: its {} was replaced; the new one is used from now on{}",
          id,
          now.expires() == null ? "client secret" : "certificate",
          now.expires() == null
              ? ""
              : ", it expires on " + now.expires().toString().substring(0, 10));
    } else if (before.good() != null && before.problem() != null) {
      LOG.info(
          "credential {}: its {} can be read again",
          id,
          now.expires() == null ? "client secret" : "certificate");
    }
  }

  private Proof read(Credential credential) {
    CredentialProperties settings =
        credential.home() == Home.CONFIGURATION ? fromFiles(credential) : credential.settings();
    if (settings.certificate() != null) {
      CertificateFile certificate = CertificateFile.load(credential.id(), settings.certificate());
      return new Proof(
          ClientCredentialFactory.createFromCertificate(
              certificate.key(), certificate.certificate()),
          mark(certificate.key().getEncoded(), certificate.encoded()),
          certificate.certificate().getNotAfter().toInstant());
    }
    String secret = settings.clientSecret();
    String wrong =
        secret == null || secret.isBlank()
            ? "is empty"
            : secret.length() > LONGEST_SECRET
                ? "is longer than any secret"
                : secret.chars().anyMatch(Character::isISOControl)
                    ? "has a line break or another control character in it"
                    // Spring leaves a placeholder whose file is gone as it is
                    : credential.home() == Home.CONFIGURATION && secret.matches(".*\\$\\{.*}.*")
                        ? "has a placeholder that nothing has a value for"
                        : null;
    if (wrong != null) {
      throw new CredentialException(
          credential.id(),
          "its client-secret "
              + wrong
              + ". Check what writes it"
              + (trees.inWords().isEmpty() ? "." : " into " + trees.inWords() + "."));
    }
    return new Proof(
        ClientCredentialFactory.createFromSecret(secret),
        mark(secret.getBytes(StandardCharsets.UTF_8)),
        null);
  }

  private CredentialProperties fromFiles(Credential credential) {
    try {
      return trees.credential(credential.id()).orElse(credential.settings());
    } catch (IllegalStateException e) {
      throw new CredentialException(
          credential.id(),
          "its settings can't be read anew from the files in "
              + trees.inWords()
              + ": "
              + e.getMessage()
              + ". Check what writes them.");
    }
  }

  private static String mark(byte[]... contents) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      for (byte[] content : contents) {
        digest.update(content);
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
