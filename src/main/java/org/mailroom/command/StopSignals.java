package org.mailroom.command;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import org.mailroom.settings.Causes;

/**
 * What is done on a signal of the operating system. Java's public API has nothing for that but
 * shutdown hooks, and these run all at once. {@code sun.misc.Signal} is part of every JDK (module
 * {@code jdk.unsupported}), but the compiler warns of each use of it, and no option silences that:
 * so it is found by its name.
 */
final class StopSignals {

  private StopSignals() {}

  /**
   * @param name without SIG
   * @throws IllegalStateException the JVM keeps the signal for itself, by its option {@code -Xrs},
   *     or has no signals
   */
  static void on(String name, Runnable action) {
    try {
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> handler = Class.forName("sun.misc.SignalHandler");
      Object acting =
          Proxy.newProxyInstance(
              handler.getClassLoader(),
              new Class<?>[] {handler},
              (proxy, method, arguments) -> {
                action.run();
                return null;
              });
      signal
          .getMethod("handle", signal, handler)
          .invoke(null, signal.getConstructor(String.class).newInstance(name), acting);
    } catch (InvocationTargetException e) {
      throw new IllegalStateException(
          "SIG" + name + " can't be taken: " + Causes.inShort(Causes.root(e)), e);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(
          "SIG" + name + " can't be taken: this JVM has no sun.misc.Signal", e);
    }
  }
}
