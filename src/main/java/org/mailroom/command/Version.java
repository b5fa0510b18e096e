package org.mailroom.command;

import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.IVersionProvider;

/**
 * The version that the build wrote into the jar, and the commit that it was built from, where the
 * build knew it.
 */
final class Version implements IVersionProvider {

  @Override
  public String[] getVersion() {
    String version = Version.class.getPackage().getImplementationVersion();
    String commit = commit();
    return new String[] {
      "Mailroom "
          + (version == null ? "(development build)" : version)
          + (commit == null ? "" : " (" + commit + ")")
    };
  }

  private static @Nullable String commit() {
    try (InputStream file = Version.class.getResourceAsStream("/git.properties")) {
      Properties git = new Properties();
      if (file != null) {
        git.load(file);
      }
      return git.getProperty("git.commit.id.abbrev");
    } catch (IOException unreadable) {
      return null;
    }
  }
}
