package org.mailroom.schedule;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Where this process runs.
 *
 * @param name of the host
 * @param id the same for processes that see each other's process ids, until the machine is started
 *     again; null where that can't be told
 */
record Machine(String name, @Nullable String id) {

  private static final Path BOOT = Path.of("/proc/sys/kernel/random/boot_id");
  private static final Path PROCESSES = Path.of("/proc/self/ns/pid");

  static Machine here() {
    return new Machine(host(), identity());
  }

  private static @Nullable String identity() {
    try {
      return Files.readString(BOOT).strip() + " " + Files.readSymbolicLink(PROCESSES);
    } catch (IOException | UnsupportedOperationException | SecurityException notLinux) {
      return null;
    }
  }

  private static String host() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException nameless) {
      return "host";
    }
  }

  /** Whether a process of this machine has ended; false when that can't be told. */
  boolean isGone(@Nullable String machine, long pid) {
    return id != null
        && id.equals(machine)
        && ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isEmpty();
  }
}
