package org.mailroom;

import java.net.URL;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Remembers what the class path lacks, and where what it has lies. Each start of Mailroom asks for
 * hundreds of classes and resources that aren't there, and each such question goes through every
 * jar: to look through them is a fifth of the processor's time of a JVM that starts it many times.
 * This saves the part of it that goes by the context class loader. Classes come from the parent, so
 * that they are the same for all. Safe for use by several threads.
 */
final class RememberingClassLoader extends ClassLoader {

  static {
    registerAsParallelCapable();
  }

  private final Set<String> absent = ConcurrentHashMap.newKeySet();
  private final Map<String, Optional<URL>> resources = new ConcurrentHashMap<>();

  RememberingClassLoader(ClassLoader parent) {
    super(parent);
  }

  @Override
  protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
    if (absent.contains(name)) {
      throw new ClassNotFoundException(name);
    }
    try {
      return getParent().loadClass(name);
    } catch (ClassNotFoundException e) {
      absent.add(name);
      throw e;
    }
  }

  @Override
  public @Nullable URL getResource(String name) {
    return resources
        .computeIfAbsent(name, each -> Optional.ofNullable(getParent().getResource(each)))
        .orElse(null);
  }

  /** All tests of a JVM, and the threads that they start, ask through the same one. */
  public static final class ForAllTests implements BeforeAllCallback {

    private static final ClassLoader SAME =
        new RememberingClassLoader(RememberingClassLoader.class.getClassLoader());

    @Override
    public void beforeAll(ExtensionContext context) {
      Thread.currentThread().setContextClassLoader(SAME);
    }
  }
}
