package org.mailroom.command;

import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;
import org.mailroom.settings.Terminal;

/** How many messages a command has gone through, on a terminal and nowhere else. */
final class Progress implements AutoCloseable {

  private final @Nullable ProgressBar bar;

  /**
   * @param doing what is done with them
   */
  Progress(String doing) {
    bar =
        !Terminal.isThere()
            ? null
            : new ProgressBarBuilder()
                .setTaskName(doing)
                .setInitialMax(-1)
                .setUnit(" messages", 1)
                .setStyle(ProgressBarStyle.COLORFUL_UNICODE_BLOCK)
                .setUpdateIntervalMillis(250)
                .build();
  }

  void to(long messages) {
    if (bar != null) {
      bar.stepTo(messages);
    }
  }

  @Override
  public void close() {
    if (bar != null) {
      bar.close();
    }
  }
}
