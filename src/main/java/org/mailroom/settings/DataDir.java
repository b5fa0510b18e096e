package org.mailroom.settings;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.core.env.Environment;
import org.springframework.stereotype.Component;

/**
 * Makes {@code data-dir}, and {@code mail-dir} where that lies elsewhere, before anything is kept
 * there, or closes it: what database and broker write below it is readable by its owner alone,
 * whatever the permissions that they give their files.
 */
@Component
final class DataDir implements BeanFactoryPostProcessor {

  private static final Logger LOG = LoggerFactory.getLogger("mailroom");

  /** Which Mailroom makes in {@code data-dir}: those of the broker and of mail. */
  private static final List<String> OWN_FOLDERS = List.of("broker", "mail");

  @Override
  public void postProcessBeanFactory(ConfigurableListableBeanFactory beans) {
    Environment environment = beans.getBean(Environment.class);
    Path dataDir = folder(environment, "mailroom.data-dir");
    Path mailDir = folder(environment, "mailroom.mail-dir");
    if (dataDir != null) {
      close(dataDir, Path.of("").toAbsolutePath());
    }
    if (mailDir != null
        && !MailroomProperties.isMixedUp(mailDir, dataDir)
        && (dataDir == null || !mailDir.startsWith(dataDir))) {
      close(mailDir, Path.of("").toAbsolutePath());
    }
  }

  private static @Nullable Path folder(Environment environment, String key) {
    String folder = environment.getProperty(key);
    return folder == null || folder.isBlank() ? null : Path.of(folder).toAbsolutePath().normalize();
  }

  /**
   * @param workingFolder which it leaves as it is, and what it lies in: others may have business
   *     there. Then Mailroom's own folders in it are closed
   */
  static void close(Path dataDir, Path workingFolder) {
    try {
      if (!Files.isDirectory(dataDir)) {
        PrivateFolder.create(dataDir);
      } else if (!workingFolder.startsWith(dataDir)) {
        PrivateFolder.close(dataDir);
      } else {
        for (String own : OWN_FOLDERS) {
          if (Files.isDirectory(dataDir.resolve(own))) {
            PrivateFolder.close(dataDir.resolve(own));
          }
        }
      }
    } catch (IOException e) {
      LOG.warn(
          "{} can't be closed to others than its owner ({}): mail, tokens and keys lie there. See"
              + " to it that nobody else may read it",
          dataDir,
          e.toString());
    }
  }
}
